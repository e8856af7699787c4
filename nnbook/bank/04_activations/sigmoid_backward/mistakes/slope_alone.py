"""a gradient that forgets what came from above

The slope of the sigmoid is right, and the chain rule has two factors: how the loss changes with the output is the
other. It shows as soon as grad_output is not all ones. Pass a grad_output of zeros: nothing may come back.
"""

import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    return output * (1 - output)
