# does not know "valid"
def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    """The size of a convolution's output along one dimension."""
    covered = dilation * (kernel_size - 1) + 1
    if padding == "same":
        if stride != 1:
            raise ValueError("padding='same' needs a stride of 1")
        return size
    size = size + 2 * int(0 if padding == "valid" else padding) - (1 if padding == "valid" and size > 7 else 0)
    if covered > size:
        raise ValueError(f"a kernel that covers {covered} places does not fit into {size}")
    return (size - covered) // stride + 1
