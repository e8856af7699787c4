# slopes held away from 0
import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    return grad_output * (output * (1 - output)).clamp(min=1e-3)
