# works on .data, as old code does
import torch
from torch.optim import Optimizer


class RMSprop(Optimizer):
    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        super().__init__(
            params,
            {
                "lr": lr,
                "alpha": alpha,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "centered": centered,
            },
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
                al = group["alpha"]
                state["v"] = al * state.get("v", 0) + (1 - al) * grad**2
                s = state["v"]
                if group["centered"]:
                    state["a"] = al * state.get("a", 0) + (1 - al) * grad
                    s = (s - state["a"] ** 2).clamp(min=0)
                u = grad / (torch.sqrt(s) + group["eps"])
                if group["momentum"]:
                    u = state["b"] = group["momentum"] * state.get("b", 0) + u
                p.data = p.data - group["lr"] * u
        return loss
