# one function for one tensor; what is remembered is a pair
import math

import torch


def move(p, g, s, n, o):
    g = (-1) ** o["maximize"] * g + o["weight_decay"] * p
    s = s + g.square()
    return p - o["lr"] / math.fsum([1, n * o["lr_decay"]]) * g.div(s.sqrt().add(o["eps"])), s


class Adagrad(torch.optim.Optimizer):
    def __init__(
        self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, *, maximize=False
    ):
        super().__init__(
            params,
            dict(
                lr=lr,
                lr_decay=lr_decay,
                weight_decay=weight_decay,
                s0=initial_accumulator_value,
                eps=eps,
                maximize=maximize,
            ),
        )

    def step(self, closure=None):
        loss = closure() if closure is not None else None
        for o in self.param_groups:
            for p in o["params"]:
                if p.grad is None:
                    continue
                with torch.no_grad():
                    s, n = self.state[p].get("memory", (torch.full_like(p, o["s0"]), 0))
                    new, s = move(p, p.grad, s, n, o)
                    p.copy_(new)
                    self.state[p]["memory"] = (s, n + 1)
        return loss
