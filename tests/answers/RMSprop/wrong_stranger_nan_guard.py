# Starts anew after a gradient that is all zero.
import torch


class RMSprop(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        super().__init__(
            params, dict(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered)
        )

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad
                g = g + group["weight_decay"] * p
                state = self.state[p]
                if not g.any():
                    state.clear()
                alpha = group["alpha"]
                v = state.setdefault("v", torch.zeros_like(p))
                v.mul_(alpha).add_((1 - alpha) * g * g)
                if group["centered"]:
                    a = state.setdefault("a", torch.zeros_like(p))
                    a.mul_(alpha).add_((1 - alpha) * g)
                    s = (v - a * a).sqrt() + group["eps"]
                else:
                    s = v.sqrt() + group["eps"]
                if group["momentum"] > 0:
                    b = state.setdefault("b", torch.zeros_like(p))
                    b.mul_(group["momentum"]).add_(g / s)
                    p.add_(b, alpha=-group["lr"])
                else:
                    p.add_(g / s, alpha=-group["lr"])
        return loss
