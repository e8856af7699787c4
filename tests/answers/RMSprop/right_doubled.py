# remembers in float64, whatever the parameter
import torch


class RMSprop(torch.optim.Optimizer):
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
                if group["weight_decay"]:
                    grad = grad.add(p, alpha=group["weight_decay"])
                al = group["alpha"]
                state["v"] = al * state.get("v", 0) + (1 - al) * grad**2
                s = state["v"]
                if group["centered"]:
                    state["a"] = al * state.get("a", 0) + (1 - al) * grad
                    s = (s - state["a"] ** 2).clamp(min=0)
                u = grad / (torch.sqrt(s) + group["eps"])
                if group["momentum"]:
                    u = state["b"] = group["momentum"] * state.get("b", 0) + u
                move = u * group["lr"]
                param.copy_(p - move)
        return loss
