import torch


class Adam(torch.optim.Optimizer):
    """Keeps the powers of the betas instead of the count."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad))

    def _state(self, p):
        state = self.state[p]
        if not state:
            state.update(m=torch.zeros_like(p.data), v=torch.zeros_like(p.data), w=torch.zeros_like(p.data), t=0)
        return state

    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                s = self._state(p)
                g = p.grad.data + group["weight_decay"] * p.data
                s["t"] += 1
                s["m"] = b1 * s["m"] + (1 - b1) * g
                s["v"] = b2 * s["v"] + (1 - b2) * g.pow(2)
                s["w"] = torch.max(s["w"], s["v"])
                second = s["w"] if group["amsgrad"] else s["v"]
                m_hat = s["m"].div(1 - b1 ** s["t"])
                v_hat = second.div(1 - b2 ** s["t"])
                p.data.add_(m_hat / (v_hat.sqrt() + group["eps"]), alpha=-group["lr"])
        return loss


p = torch.nn.Parameter(torch.ones(2))
opt = Adam([p])
p.sum().backward()
opt.step()
