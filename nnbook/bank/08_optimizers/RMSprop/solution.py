import torch


class RMSprop(torch.optim.Optimizer):
    """Divides each gradient by the root of a running average of its squares."""

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False):
        # BEGIN SOLUTION
        defaults = {
            "lr": lr,
            "alpha": alpha,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "centered": centered,
        }
        super().__init__(params, defaults)
        # END SOLUTION

    @torch.no_grad()
    def step(self, closure=None):
        # BEGIN SOLUTION
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.update(p, p.grad, group)
        return loss

    def update(self, p, g, group):
        alpha = group["alpha"]
        state = self.state[p]
        if not state:
            state["v"] = torch.zeros_like(p)
            state["a"] = torch.zeros_like(p)
            state["b"] = torch.zeros_like(p)
        v, a, b = state["v"], state["a"], state["b"]
        g = g + group["weight_decay"] * p
        v.mul_(alpha).add_((1 - alpha) * g * g)
        if group["centered"]:
            a.mul_(alpha).add_(g, alpha=1 - alpha)
            s = (v - a * a).sqrt() + group["eps"]
        else:
            s = v.sqrt() + group["eps"]
        b.mul_(group["momentum"]).add_(g / s)  # without momentum, b is the step itself
        p.sub_(group["lr"] * b)
        # END SOLUTION
