# a negative dim means the last
import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    dim = dim if dim >= 0 else output.dim() - 1
    mean = (grad_output * output).sum(dim, keepdim=True)
    return output * (grad_output - mean)
