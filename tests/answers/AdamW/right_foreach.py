# all tensors of a group at once
import torch


class AdamW(torch.optim.Optimizer):
    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False
    ):
        super().__init__(
            params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize)
        )

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            ps = [p for p in group["params"] if p.grad is not None]
            if not ps:
                continue
            (b1, b2), lr = group["betas"], group["lr"]
            states = [self.state[p] for p in ps]
            for p, s in zip(ps, states):
                for key in ("m", "v", "w"):
                    s.setdefault(key, torch.zeros_like(p))
                s["t"] = s.get("t", 0) + 1
            ms, vs = [s["m"] for s in states], [s["v"] for s in states]
            gs = torch._foreach_neg([p.grad for p in ps]) if group["maximize"] else [p.grad for p in ps]
            torch._foreach_mul_(ps, 1 - lr * group["weight_decay"])
            torch._foreach_lerp_(ms, gs, 1 - b1)
            torch._foreach_mul_(vs, b2)
            torch._foreach_addcmul_(vs, gs, gs, 1 - b2)
            if group["amsgrad"]:
                torch._foreach_maximum_([s["w"] for s in states], vs)
                vs = [s["w"] for s in states]
            for p, m, v, s in zip(ps, ms, vs, states):
                p -= lr / (1 - b1 ** s["t"]) * m / ((v / (1 - b2 ** s["t"])).sqrt() + group["eps"])
        return loss
