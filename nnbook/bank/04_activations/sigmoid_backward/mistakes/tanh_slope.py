"""a gradient that uses the slope of tanh

1 - y² is the slope of tanh. At the middle of the sigmoid, y = 1/2, it gives 0.75, three times too much, and at y = 0,
where the sigmoid is flat, it gives 1.
"""

import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    return grad_output * (1 - output**2)
