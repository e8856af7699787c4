"""a gradient that forgets the outer weight

How far each gradient lies above the average is only half: a place with no weight cannot move its output, so its
gradient is 0. Try a row of 0, 1, 0.
"""

import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    mean = (grad_output * output).sum(dim, keepdim=True)
    return grad_output - mean
