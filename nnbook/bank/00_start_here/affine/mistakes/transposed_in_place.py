"""a transpose that changes the caller's weight

A method whose name ends in an underscore works in place: `weight.t_()` turns the tensor that the caller still holds. A
weight that requires a gradient refuses; any other is left turned, and the next call gets it that way. Print the shape
of the weight before and after the call.
"""


def affine(x, weight, bias):
    return x @ weight.t_() + bias
