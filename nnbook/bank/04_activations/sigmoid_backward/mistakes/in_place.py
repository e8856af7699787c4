"""a gradient that writes into its arguments

The numbers are right, and the caller's tensor is gone: grad_output may be needed by other branches of the network,
output by whoever called. Print the arguments after the call.
"""

import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    grad_output *= output * (1 - output)
    return grad_output
