"""a gradient with one of the two factors

y alone is flat at one end and steep at the other. The curve of the sigmoid is flat at both. Try y = 1.
"""

import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    return grad_output * output
