import math

import torch


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    """Fill a weight with even draws whose deviation is gain / sqrt(fan).  (out, in, *kernel) -> the same tensor"""
    gains = {"linear": 1, "sigmoid": 1, "tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}
    gains["leaky_relu"] = math.sqrt(2 / (1 + a**2))
    if tensor.dim() < 2:
        raise ValueError("a weight has at least two dimensions")
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode is fan_in or fan_out, not {mode!r}")
    if nonlinearity not in gains:
        raise ValueError(f"no gain is known for {nonlinearity!r}")
    places = math.prod(tensor.shape[2:])
    fan = places * tensor.shape[1 if mode == "fan_in" else 0]
    # even draws from -b to b have the deviation b / sqrt(3)
    bound = (3 * gains[nonlinearity] ** 2 / fan) ** 0.5
    with torch.no_grad():
        tensor[...] = torch.empty_like(tensor).uniform_(-bound, bound)
    return tensor
