# divides by the sum before this gradient, which is zero at first
import torch


class Adagrad(torch.optim.Optimizer):
    """Divides each gradient by the root of the sum of all its squares so far."""

    def __init__(
        self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, *, maximize=False
    ):
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "eps": eps,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
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
        state = self.state[p]
        if not state:
            state["t"] = 0
            state["s"] = torch.full_like(p, group["initial_accumulator_value"])
        state["t"] += 1
        if group["maximize"]:
            g = -g
        g = g + group["weight_decay"] * p
        s = state["s"].clone()
        state["s"].add_(g * g)
        lr = group["lr"] / (1 + (state["t"] - 1) * group["lr_decay"])
        p.sub_(lr * g / (s.sqrt() + group["eps"]))
