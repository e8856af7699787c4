"""a gradient whose average runs over the whole batch

One number is subtracted from all rows. For a single row it is right; with two, each changes the other. Set the second
row's gradient to zeros and see the first change.
"""

import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    mean = (grad_output * output).sum()
    return output * (grad_output - mean)
