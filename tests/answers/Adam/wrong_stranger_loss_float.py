# Returns a float for the closure's loss.
import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad))

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
                b1, b2 = group["betas"]
                t = state["t"] = state.get("t", 0) + 1
                m = state.setdefault("m", torch.zeros_like(p))
                v = state.setdefault("v", torch.zeros_like(p))
                m.mul_(b1).add_((1 - b1) * g)
                v.mul_(b2).add_((1 - b2) * g * g)
                if group["amsgrad"]:
                    w = state.setdefault("w", torch.zeros_like(p))
                    torch.maximum(w, v, out=w)
                    v = w
                mh = m / (1 - b1**t)
                vh = v / (1 - b2**t)
                p.sub_(group["lr"] * mh / (vh.sqrt() + group["eps"]))
        return None if loss is None else float(loss)
