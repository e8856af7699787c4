"""a gradient that divides by the slope

dx/dy in place of dy/dx: it answers how far the input must move to move the output. Where the sigmoid is saturated it
is infinite. Try y = 1.
"""

import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    return grad_output / (output * (1 - output))
