"""a size that rounds up

The kernel does not stick out at the end: places that are left over are not looked at. (Pooling has an option for it,
ceil_mode.) Try size 6, kernel 3, stride 2.
"""


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    """The size of a convolution's output along one dimension."""
    covered = dilation * (kernel_size - 1) + 1
    if padding == "same":
        if stride != 1:
            raise ValueError("padding='same' needs a stride of 1")
        return size
    if padding != "valid":
        size = size + 2 * padding
    if covered > size:
        raise ValueError(f"a kernel that covers {covered} places does not fit into {size}")
    return -((covered - size) // stride) + 1
