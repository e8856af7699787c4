# a softmax of the output first
import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    output = output.exp() / output.exp().sum(dim, keepdim=True)
    mean = (grad_output * output).sum(dim, keepdim=True)
    return output * (grad_output - mean)
