# loses the sign
import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    return grad_output.abs() * output * (1 - output)
