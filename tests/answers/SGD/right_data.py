# works on .data, as old code does
from torch.optim import Optimizer


class SGD(Optimizer):
    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False):
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
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
                if group["maximize"]:
                    grad = -grad
                if group["weight_decay"]:
                    grad = grad + group["weight_decay"] * p.data
                state = self.state[p]
                if group["momentum"]:
                    if "b" in state:
                        state["b"] = group["momentum"] * state["b"] + (1 - group["dampening"]) * grad
                    else:
                        state["b"] = grad + 0
                    if group["nesterov"]:
                        grad = grad + group["momentum"] * state["b"]
                    else:
                        grad = state["b"]
                p.data = p.data - group["lr"] * grad
        return loss
