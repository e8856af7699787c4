import torch


def affine(x, weight, bias):
    """The bias as one more column of the weight, whose input is always one."""
    ones = torch.ones_like(x[..., :1])
    return torch.cat([x, ones], -1) @ torch.cat([weight, bias[:, None]], -1).mT
