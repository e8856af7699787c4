# centres the result
import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    mean = 0
    r = output * grad_output
    return r - r.mean(dim, keepdim=True)
