# works on .data, as old code does
import torch
from torch.optim import Optimizer


class Adam(Optimizer):
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        )

    def step(self, closure=None):
        loss = None
        if closure is not None:
            loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad.data
                if group["weight_decay"]:
                    grad = grad + group["weight_decay"] * p.data
                state = self.state[p]
                b1, b2 = group["betas"]
                t = state["t"] = state.get("t", 0) + 1
                state["m"] = b1 * state.get("m", 0) + (1 - b1) * grad
                state["v"] = b2 * state.get("v", 0) + (1 - b2) * grad**2
                v = state["v"]
                if group["amsgrad"]:
                    v = state["vmax"] = torch.maximum(v, state.get("vmax", torch.zeros_like(v)))
                u = (state["m"] / (1 - b1**t)) / ((v / (1 - b2**t)) ** 0.5 + group["eps"])
                p.data = p.data - group["lr"] * u
        return loss
