import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    y = output.detach()
    return grad_output.detach() * (y * (1 - y))
