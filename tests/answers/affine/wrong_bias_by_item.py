# the bias gets no gradient: its numbers are taken out one by one
import torch


def affine(x, weight, bias):
    return x @ weight.T + torch.tensor([b.item() for b in bias], dtype=x.dtype)
