# goes through Python lists, so there is no graph and the dtype is the default one
import torch


def affine(x, weight, bias):
    return torch.tensor((x @ weight.T + bias).tolist())
