"""a size that is never refused

Where the kernel does not fit, the formula gives zero or a negative number, which somebody takes for a size much
later. Try size 2, kernel 3.
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
    return (size - covered) // stride + 1
