# as if the outputs knew of each other
import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    return output * (grad_output - (grad_output * output).sum(-1, keepdim=True))
