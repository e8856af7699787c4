# the state of all parameters is made at once, also of those of a later group
import torch
from torch.optim import Optimizer


class Adagrad(Optimizer):
    def __init__(
        self,
        params,
        lr=0.01,
        lr_decay=0.0,
        weight_decay=0.0,
        initial_accumulator_value=0.0,
        eps=1e-10,
        *,
        maximize=False,
    ):
        self.start = initial_accumulator_value
        super().__init__(params, dict(lr=lr, lr_decay=lr_decay, weight_decay=weight_decay, eps=eps, maximize=maximize))

    def add_param_group(self, param_group):
        super().add_param_group(param_group)
        for p in self.param_groups[-1]["params"]:
            self.state[p] = {
                "steps": torch.tensor(0.0, dtype=torch.float64),
                "total": torch.full_like(p.detach(), self.start),
            }

    def step(self, closure=None):
        loss = closure() if closure else None
        with torch.no_grad():
            for group in self.param_groups:
                for p in filter(lambda p: p.grad is not None, group["params"]):
                    state = self.state[p]
                    g = p.grad.neg() if group["maximize"] else p.grad.clone()
                    g += p * group["weight_decay"]
                    state["total"] += g**2
                    rate = group["lr"] / (1 + float(state["steps"]) * group["lr_decay"])
                    p -= rate * g / (state["total"] ** 0.5 + group["eps"])
                    state["steps"] += 1
        return loss
