import math

import torch

GAINS = {
    "linear": lambda a: 1.0,
    "sigmoid": lambda a: 1.0,
    "tanh": lambda a: 5 / 3,
    "relu": lambda a: 2**0.5,
    "leaky_relu": lambda a: (2 / (1 + a * a)) ** 0.5,
    "selu": lambda a: 0.75,
}


@torch.no_grad()
def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    try:
        gain = GAINS[nonlinearity](a)
        dim = {"fan_in": 1, "fan_out": 0}[mode]
    except KeyError as err:
        raise ValueError(f"unknown: {err}") from None
    if tensor.ndim < 2:
        raise ValueError("a bias has no fan")
    fan = tensor.shape[dim]
    for size in tensor.shape[2:]:
        fan *= size
    bound = gain * (3 / fan) ** 0.5
    tensor.data.uniform_(-bound, bound)
    return tensor
