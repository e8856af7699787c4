# a function of its own for one tensor
import math  # noqa: F401

import torch
from torch.optim.optimizer import Optimizer


def one_step(p, grad, state, group):
    if group["weight_decay"]:
        grad = grad.add(p, alpha=group["weight_decay"])
    if len(state) == 0:
        state["step"] = torch.tensor(0.0)
        state["square_avg"] = torch.zeros_like(p, memory_format=torch.preserve_format)
        if group["momentum"] > 0:
            state["momentum_buffer"] = torch.zeros_like(p)
        if group["centered"]:
            state["grad_avg"] = torch.zeros_like(p)
    state["step"] += 1
    square_avg = state["square_avg"]
    square_avg.mul_(group["alpha"]).addcmul_(grad, grad, value=1 - group["alpha"])
    if group["centered"]:
        state["grad_avg"].lerp_(grad, 1 - group["alpha"])
        avg = square_avg.addcmul(state["grad_avg"], state["grad_avg"], value=-1).sqrt_().add_(group["eps"])
    else:
        avg = square_avg.sqrt().add_(group["eps"])
    if group["momentum"] > 0:
        state["momentum_buffer"].mul_(group["momentum"]).addcdiv_(grad, avg)
        p.add_(state["momentum_buffer"], alpha=-group["lr"])
    else:
        p.addcdiv_(grad, avg, value=-group["lr"])


class RMSprop(Optimizer):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        defaults = {
            "lr": lr,
            "alpha": alpha,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "centered": centered,
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
