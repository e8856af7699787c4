"""a gradient that belongs to the logarithm of a softmax

g - y Σ g is what comes back through log_softmax. Through the softmax itself the gradient is weighted twice, inside
the sum and outside. Pass a gradient that is the same for all: the result should be 0.
"""

import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    total = grad_output.sum(dim, keepdim=True)
    return grad_output - output * total
