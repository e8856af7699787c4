"""SGD with momentum."""

import torch
from torch.optim import Optimizer


def direction(g, p, buffer, *, momentum, dampening, weight_decay, nesterov, maximize, **_):
    d = g.neg() if maximize else g
    if weight_decay != 0:
        d = d.add(p, alpha=weight_decay)
    if momentum == 0:
        return d, None
    buffer = d.detach().clone() if buffer is None else buffer * momentum + d * (1 - dampening)
    return (d.add(buffer, alpha=momentum) if nesterov else buffer), buffer


class SGD(Optimizer):
    def __init__(
        self,
        params,
        lr: float = 1e-3,
        momentum=0,
        dampening=0,
        weight_decay=0,
        nesterov=False,
        *,
        maximize: bool = False,
    ):
        if lr < 0:
            raise ValueError(f"lr {lr}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def step(self, closure=None):
        loss = closure() if closure is not None else None
        with torch.no_grad():
            for group in self.param_groups:
                for p in filter(lambda p: p.grad is not None, group["params"]):
                    d, buffer = direction(p.grad, p, self.state[p].get("momentum_buffer"), **group)
                    if buffer is not None:
                        self.state[p]["momentum_buffer"] = buffer
                    p -= group["lr"] * d
        return loss
