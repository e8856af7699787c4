import torch


class SGD(torch.optim.Optimizer):
    """Steps against the gradient, or against a running sum of gradients."""

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False):
        # BEGIN SOLUTION
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
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
        if group["maximize"]:
            g = -g
        g = g + group["weight_decay"] * p
        if group["momentum"] != 0:
            state = self.state[p]
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = g  # not p.grad itself: the sum above is a tensor of its own
            else:
                state["momentum_buffer"].mul_(group["momentum"]).add_(g, alpha=1 - group["dampening"])
            b = state["momentum_buffer"]
            g = g + group["momentum"] * b if group["nesterov"] else b
        p.sub_(group["lr"] * g)
        # END SOLUTION
