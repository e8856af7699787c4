# outputs held away from 0
import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    output = output.clamp(min=1e-4)
    mean = (grad_output * output).sum(dim, keepdim=True)
    return output * (grad_output - mean)
