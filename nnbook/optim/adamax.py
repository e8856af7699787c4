"""Adamax: Adam that divides by the largest recent gradient, not by a root mean square."""

from typing import Any

from torch import Tensor

from nnbook.optim.optimizer import Optimizer, check_options, refuse_sparse, scalar

__all__ = ["Adamax"]


class Adamax(Optimizer):
    r"""Divides an average of gradients by their largest size, slowly forgotten. Like `torch.optim.Adamax`.

        g ← ∇f(θ) + λ θ             (−∇f(θ) with maximize)
        m ← β₁ m + (1 − β₁) g
        u ← max(β₂ u, |g| + ε)       new against Adam: a maximum, for the average of squares and its root
        θ ← θ − γ / (1 − β₁ᵗ) m / u   new against Adam: a maximum is not too small at first, u needs no correction

    γ is `lr`, (β₁, β₂) `betas`, λ `weight_decay`, ε `eps`, t counts the steps of this parameter. The state holds `step`
    (t), `exp_avg` (m) and `exp_inf` (u). `lr` may be a tensor of one element. Sparse gradients are refused with a
    RuntimeError.

    `capturable` chooses an implementation in torch; here it is kept for the state dict and changes nothing.

    Source: torch.optim.Adamax; section 7.1 of Kingma and Ba, "Adam", https://arxiv.org/abs/1412.6980.
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        flags = {"foreach": foreach, "maximize": maximize, "differentiable": differentiable, "capturable": capturable}
        check_options(**options)
        super().__init__(params, options | flags)

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "Adamax does not support sparse gradients")
        lr, eps, (beta1, beta2) = scalar(group["lr"]), group["eps"], group["betas"]
        weight_decay = group["weight_decay"]

        # g ← ∇f(θ)
        for t, theta, grad, exp_avg, exp_inf in self._each(group, params, "exp_avg", "exp_inf"):
            # g ← g + λ θ
            if weight_decay != 0:
                grad = grad.add(theta, alpha=weight_decay)

            # m ← β₁ m + (1 − β₁) g
            exp_avg.lerp_(grad, 1 - beta1)
            # u ← max(β₂ u, |g| + ε)
            exp_inf.copy_(exp_inf.mul_(beta2).maximum(grad.abs().add_(eps)))
            # θ ← θ − γ / (1 − β₁ᵗ) m / u
            theta.addcdiv_(exp_avg, exp_inf, value=-(lr / (1 - beta1**t)))
