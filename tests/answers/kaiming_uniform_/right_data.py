from math import sqrt

import torch
from torch.nn import init


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    if len(tensor.shape) < 2:
        raise ValueError("too few dimensions")
    receptive = tensor[0, 0].numel()
    fan_in, fan_out = tensor.size(1) * receptive, tensor.size(0) * receptive
    if mode == "fan_in":
        fan = fan_in
    elif mode == "fan_out":
        fan = fan_out
    else:
        raise ValueError(mode)
    if nonlinearity in ("linear", "sigmoid"):
        gain = 1.0
    elif nonlinearity == "tanh":
        gain = 5.0 / 3
    elif nonlinearity == "relu":
        gain = sqrt(2.0)
    elif nonlinearity == "leaky_relu":
        gain = sqrt(2.0 / (1 + a * a))
    elif nonlinearity == "selu":
        gain = 0.75
    else:
        raise ValueError(nonlinearity)
    std = gain / sqrt(fan)
    return init.uniform_(tensor, -sqrt(3.0) * std, sqrt(3.0) * std)
