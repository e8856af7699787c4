"""a size with a kernel that is stretched too far

Three taps with dilation 2 touch 0, 2 and 4: five places, not six. There are gaps between the taps and none after the
last. Try kernel 3, dilation 2 in a row of 5.
"""


def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    """The size of a convolution's output along one dimension."""
    covered = dilation * kernel_size
    if padding == "same":
        if stride != 1:
            raise ValueError("padding='same' needs a stride of 1")
        return size
    if padding != "valid":
        size = size + 2 * padding
    if covered > size:
        raise ValueError(f"a kernel that covers {covered} places does not fit into {size}")
    return (size - covered) // stride + 1
