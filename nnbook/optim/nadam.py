"""NAdam: Adam that looks ahead, as SGD does with Nesterov's momentum."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from nnbook.optim.optimizer import Optimizer, as_real, check_options, refuse_sparse, scalar, step_counter

__all__ = ["NAdam"]


class NAdam(Optimizer):
    r"""Adam that steps with the average as it will be at the next gradient. Like `torch.optim.NAdam`.

        g ← ∇f(θ) + λ θ                        (−∇f(θ) with maximize)
        m ← β₁ m + (1 − β₁) g
        v ← β₂ v + (1 − β₂) g²
        μₜ = β₁ (1 − ½ · 0.96^(t ψ))             new against Adam: momentum that starts at half of β₁ and grows
        m̂ ← μₜ₊₁ m / (1 − μ₁ ⋯ μₜ₊₁)             new against Adam: the next step's weight for m,
             + (1 − μₜ) g / (1 − μ₁ ⋯ μₜ)           and this gradient once more, by itself
        v̂ ← v / (1 − β₂ᵗ)
        θ ← θ − γ m̂ / (√v̂ + ε)

    γ is `lr`, (β₁, β₂) `betas`, λ `weight_decay`, ψ `momentum_decay`, t counts the steps of this parameter. With
    `decoupled_weight_decay` the decay is AdamW's: θ ← (1 − γ λ) θ comes first. The state holds `step` (t), `mu_product`
    (μ₁ ⋯ μₜ), `exp_avg` (m) and `exp_avg_sq` (v). `lr` may be a tensor of one element. Sparse gradients are refused
    with a RuntimeError.

    `foreach` and `capturable` choose an implementation in torch; here they are kept for the state dict and change
    nothing.

    Source: torch.optim.NAdam; Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016 workshop.
    """

    _numbers: ClassVar[tuple[str, ...]] = ("step", "mu_product")

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay}
        flags = {"maximize": maximize, "foreach": foreach, "capturable": capturable, "differentiable": differentiable}
        check_options(**options)
        super().__init__(params, options | {"decoupled_weight_decay": decoupled_weight_decay} | flags)

    def _start(self, param: Tensor) -> dict[str, Any]:
        state = self.state[param]
        state["step"] = step_counter()
        state["mu_product"] = step_counter(1)
        state["exp_avg"] = torch.zeros_like(param)
        state["exp_avg_sq"] = torch.zeros_like(param)
        return state

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "NAdam does not support sparse gradients")
        lr, eps, (beta1, beta2) = scalar(group["lr"]), group["eps"], group["betas"]
        psi, weight_decay = group["momentum_decay"], group["weight_decay"]

        for param in params:
            state = self.state[param] or self._start(param)
            state["step"] += 1
            t = state["step"].item()

            # g ← ∇f(θ)
            grad: Any = -param.grad if group["maximize"] else param.grad  # type: ignore[operator]
            if weight_decay != 0:
                if group["decoupled_weight_decay"]:
                    # θ ← (1 − γ λ) θ
                    param.mul_(1 - lr * weight_decay)
                else:
                    # g ← g + λ θ
                    grad = grad.add(param, alpha=weight_decay)
            theta, grad, exp_avg, exp_avg_sq = as_real(param, grad, state["exp_avg"], state["exp_avg_sq"])

            # m ← β₁ m + (1 − β₁) g
            exp_avg.lerp_(grad, 1 - beta1)
            # v ← β₂ v + (1 − β₂) g²
            exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)

            # μₜ = β₁ (1 − ½ · 0.96^(t ψ))
            mu, mu_next = (beta1 * (1.0 - 0.5 * 0.96 ** (k * psi)) for k in (t, t + 1))
            state["mu_product"] *= mu
            product = state["mu_product"].item()

            # √v̂ + ε
            size = exp_avg_sq.div(1 - beta2**t).sqrt_().add_(eps)
            # θ ← θ − γ (1 − μₜ) / (1 − μ₁ ⋯ μₜ) g / (√v̂ + ε)
            theta.addcdiv_(grad, size, value=-lr * (1.0 - mu) / (1.0 - product))
            # θ ← θ − γ μₜ₊₁ / (1 − μ₁ ⋯ μₜ₊₁) m / (√v̂ + ε)
            theta.addcdiv_(exp_avg, size, value=-lr * mu_next / (1.0 - product * mu_next))
