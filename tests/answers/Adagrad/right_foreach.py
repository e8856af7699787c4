# all tensors of a group at once
import torch


class Adagrad(torch.optim.Optimizer):
    def __init__(
        self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, *, maximize=False
    ):
        options = {
            "lr": lr,
            "lr_decay": lr_decay,
            "weight_decay": weight_decay,
            "start": initial_accumulator_value,
            "eps": eps,
            "maximize": maximize,
        }
        super().__init__(params, options)

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
            for p in ps:
                self.state[p].setdefault("s", torch.zeros_like(p) + group["start"])
                self.state[p]["n"] = self.state[p].get("n", -1) + 1
            sign = -1 if group["maximize"] else 1
            gs = torch._foreach_add(
                torch._foreach_mul([p.grad for p in ps], sign), torch._foreach_mul(ps, group["weight_decay"])
            )
            sums = [self.state[p]["s"] for p in ps]
            torch._foreach_addcmul_(sums, gs, gs)
            below = torch._foreach_sqrt(sums)
            torch._foreach_add_(below, group["eps"])
            for p, g, b in zip(ps, gs, below):
                p -= group["lr"] / (1 + self.state[p]["n"] * group["lr_decay"]) * g / b
        return loss
