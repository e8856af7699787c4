"""a gradient that writes into its arguments

The result is right, and grad_output is lost to whoever passed it. Print it after the call.
"""

import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    mean = (grad_output * output).sum(dim, keepdim=True)
    grad_output -= mean
    return output * grad_output
