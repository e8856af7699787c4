# changes the output
import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    output.mul_(1 - output)
    return grad_output * output
