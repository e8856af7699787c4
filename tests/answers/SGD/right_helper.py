# a function of its own for one tensor
import math  # noqa: F401

import torch
from torch.optim.optimizer import Optimizer


def one_step(p, grad, state, group):
    if group["maximize"]:
        grad = -grad
    if group["weight_decay"]:
        grad = grad.add(p, alpha=group["weight_decay"])
    if group["momentum"]:
        buf = state.get("momentum_buffer")
        if buf is None:
            buf = torch.clone(grad).detach()
            state["momentum_buffer"] = buf
        else:
            buf.mul_(group["momentum"]).add_(grad, alpha=1 - group["dampening"])
        grad = grad.add(buf, alpha=group["momentum"]) if group["nesterov"] else buf
    p.add_(grad, alpha=-group["lr"])


class SGD(Optimizer):
    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False):
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure:
            with torch.enable_grad():
                loss = closure()
        for g in self.param_groups:
            seen = [p for p in g["params"] if p.grad is not None]
            for p in seen:
                one_step(p, p.grad, self.state[p], g)
        return loss
