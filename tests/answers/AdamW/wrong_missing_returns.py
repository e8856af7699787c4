# a parameter without a gradient ends the step
import torch


class AdamW(torch.optim.Optimizer):
    """Adam, with a decay that goes to the weights directly and through no average."""

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False
    ):
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
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
                if p.grad is None:
                    return loss
                self.update(p, p.grad, group)
        return loss

    def update(self, p, g, group):
        beta1, beta2 = group["betas"]
        state = self.state[p]
        if not state:
            state["t"] = 0
            state["m"] = torch.zeros_like(p)
            state["v"] = torch.zeros_like(p)
            state["w"] = torch.zeros_like(p)
        state["t"] += 1
        t, m, v = state["t"], state["m"], state["v"]
        p.mul_(1 - group["lr"] * group["weight_decay"])
        if group["maximize"]:
            g = -g
        m.mul_(beta1).add_(g, alpha=1 - beta1)
        v.mul_(beta2).add_((1 - beta2) * g * g)
        if group["amsgrad"]:
            v = state["w"].copy_(torch.maximum(state["w"], v))
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        p.sub_(group["lr"] * m_hat / (v_hat.sqrt() + group["eps"]))
