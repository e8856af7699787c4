# remembers in float64, whatever the parameter
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

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for param in group["params"]:
                if param.grad is None:
                    continue
                state = self.state[param]
                p, grad = param.double(), param.grad.double()
                if group["maximize"]:
                    grad = -grad
                if group["weight_decay"]:
                    grad = grad.add(p, alpha=group["weight_decay"])
                if group["momentum"]:
                    if "b" in state:
                        state["b"] = group["momentum"] * state["b"] + (1 - group["dampening"]) * grad
                    else:
                        state["b"] = grad + 0
                    if group["nesterov"]:
                        grad = grad + group["momentum"] * state["b"]
                    else:
                        grad = state["b"]
                move = grad * group["lr"]
                param.copy_(p - move)
        return loss
