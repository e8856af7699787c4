"""a gradient that takes the output for the input

It computes a sigmoid once more, of what is one already, and takes the slope there. All its slopes lie between 0.19
and 0.25. Try output = 0 and output = 1, where the curve is flat.
"""

import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    y = 1 / (1 + torch.exp(-output))
    return grad_output * y * (1 - y)
