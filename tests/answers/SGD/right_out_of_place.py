# new tensors for everything that is remembered
import torch


class SGD(torch.optim.Optimizer):
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
        loss = closure() if closure is not None else None
        with torch.no_grad():
            for group in self.param_groups:
                for p in (p for p in group["params"] if p.grad is not None):
                    grad = p.grad.detach().clone()
                    if group["maximize"]:
                        grad = -grad
                    if group["weight_decay"]:
                        grad = grad.add(p, alpha=group["weight_decay"])
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
                    p.copy_(p - group["lr"] * grad)
        return loss
