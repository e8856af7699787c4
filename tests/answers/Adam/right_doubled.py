# remembers in float64, whatever the parameter
import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
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
                b1, b2 = group["betas"]
                t = state["t"] = state.get("t", 0) + 1
                state["m"] = b1 * state.get("m", 0) + (1 - b1) * grad
                state["v"] = b2 * state.get("v", 0) + (1 - b2) * grad**2
                v = state["v"]
                if group["amsgrad"]:
                    v = state["vmax"] = torch.maximum(v, state.get("vmax", torch.zeros_like(v)))
                u = (state["m"] / (1 - b1**t)) / ((v / (1 - b2**t)) ** 0.5 + group["eps"])
                move = u * group["lr"]
                param.copy_(p - move)
        return loss
