"""a gradient that always goes along the last dimension

The argument is taken and not used. With dim=-1 nothing shows; with dim=0 the sums run over the wrong numbers, and
equal sizes hide even that. Sum the result along dim.
"""

import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    mean = (grad_output * output).sum(-1, keepdim=True)
    return output * (grad_output - mean)
