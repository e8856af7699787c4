import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    p = grad_output * output
    return p - output * p.sum(dim=dim, keepdim=True)
