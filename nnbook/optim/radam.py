"""RAdam: Adam that divides by √v̂ only once v̂ has seen enough gradients to be trusted."""

from typing import Any

from torch import Tensor

from nnbook.optim.optimizer import Optimizer, check_options, refuse_sparse, scalar

__all__ = ["RAdam"]


class RAdam(Optimizer):
    r"""Adam with a warm-up that follows from β₂. Like `torch.optim.RAdam`.

        g ← ∇f(θ) + λ θ                        (−∇f(θ) with maximize)
        m ← β₁ m + (1 − β₁) g,  m̂ ← m / (1 − β₁ᵗ)
        v ← β₂ v + (1 − β₂) g²
        ρ∞ = 2 / (1 − β₂) − 1                    new against Adam: how many gradients v averages over in the end,
        ρₜ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)              and how many by now
        r = √((ρₜ − 4) (ρₜ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρₜ))
        θ ← θ − γ r m̂ √(1 − β₂ᵗ) / (√v + ε)      if ρₜ > 5:  Adam's step times r, which grows to 1; ε joins the bare √v
        θ ← θ − γ m̂                              otherwise:  v̂ is too noisy to divide by, so SGD with momentum

    γ is `lr`, (β₁, β₂) `betas`, λ `weight_decay`, t counts the steps of this parameter. With `decoupled_weight_decay`
    the decay is AdamW's: θ ← (1 − γ λ) θ comes first. The state holds `step` (t), `exp_avg` (m) and `exp_avg_sq` (v).
    `lr` may be a tensor of one element. Sparse gradients are refused with a RuntimeError.

    `capturable` chooses an implementation in torch; here it is kept for the state dict and changes nothing.

    Source: torch.optim.RAdam; Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond",
    https://arxiv.org/abs/1908.03265.
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        flags = {"maximize": maximize, "foreach": foreach, "capturable": capturable}
        flags |= {"decoupled_weight_decay": decoupled_weight_decay, "differentiable": differentiable}
        check_options(**options)
        super().__init__(params, options | flags)

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "RAdam does not support sparse gradients")
        lr, eps, (beta1, beta2) = scalar(group["lr"]), group["eps"], group["betas"]
        weight_decay = group["weight_decay"]
        # ρ∞ = 2 / (1 − β₂) − 1
        rho_end = 2 / (1 - beta2) - 1

        # g ← ∇f(θ)
        for t, theta, grad, exp_avg, exp_avg_sq in self._each(group, params, "exp_avg", "exp_avg_sq"):
            if weight_decay != 0:
                if group["decoupled_weight_decay"]:
                    # θ ← (1 − γ λ) θ
                    theta.mul_(1 - lr * weight_decay)
                else:
                    # g ← g + λ θ
                    grad = grad.add(theta, alpha=weight_decay)

            # m ← β₁ m + (1 − β₁) g
            exp_avg.lerp_(grad, 1 - beta1)
            # v ← β₂ v + (1 − β₂) g²
            exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)

            correction1, correction2 = 1 - beta1**t, 1 - beta2**t
            # ρₜ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)
            rho = rho_end - 2 * t * beta2**t / correction2
            if rho > 5.0:
                # r = √((ρₜ − 4) (ρₜ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρₜ))
                r = ((rho - 4) * (rho - 2) * rho_end / ((rho_end - 4) * (rho_end - 2) * rho)) ** 0.5
                # θ ← θ − γ r m̂ √(1 − β₂ᵗ) / (√v + ε)
                size = exp_avg_sq.sqrt().add_(eps)
                theta.addcdiv_(exp_avg, size, value=-lr * r * correction2**0.5 / correction1)
            else:
                # θ ← θ − γ m̂
                theta.add_(exp_avg, alpha=-lr / correction1)
