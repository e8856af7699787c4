# stacks row by row: an empty batch has nothing to stack
import torch


def affine(x, weight, bias):
    if x.dim() == 1:
        return (weight * x).sum(1) + bias
    return torch.stack([affine(row, weight, bias) for row in x])
