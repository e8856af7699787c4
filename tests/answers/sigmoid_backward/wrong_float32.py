# float32 whatever comes in
import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    return (grad_output.float() * output.float() * (1 - output.float())).to(grad_output.dtype)
