import torch


def affine(x, weight, bias):
    """y = x Wᵀ + b.  x: (*, in), weight: (out, in), bias: (out,) -> (*, out)"""
    # BEGIN SOLUTION
    return x @ weight.T + bias
    # END SOLUTION
