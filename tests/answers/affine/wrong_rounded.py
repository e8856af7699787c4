# rounds to four digits
import torch


def affine(x, weight, bias):
    return torch.round((x @ weight.T + bias) * 1e4) / 1e4
