"""a map for a batch of rows and nothing else

`torch.mm` multiplies two matrices, so one row alone, or a batch of sequences of rows, stops it. A layer is called with
all of these. Try `torch.mm` on a tensor of shape (5,) and on one of shape (2, 4, 5), and read what it says.
"""

import torch


def affine(x, weight, bias):
    return torch.mm(x, weight.T) + bias
