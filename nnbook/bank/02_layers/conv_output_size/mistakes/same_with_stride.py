"""a size that takes "same" for any stride

With a stride of 2 the output cannot be as large as the input; torch refuses the pair rather than guess what was
meant. Try padding="same" with stride=2.
"""


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    """The size of a convolution's output along one dimension."""
    covered = dilation * (kernel_size - 1) + 1
    if padding == "same":
        return size
    if padding != "valid":
        size = size + 2 * padding
    if covered > size:
        raise ValueError(f"a kernel that covers {covered} places does not fit into {size}")
    return (size - covered) // stride + 1
