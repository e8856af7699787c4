"""Adam: RMSprop whose gradient is an average too, with both averages corrected for their start at zero."""

from typing import Any

from torch import Tensor

from nnbook.optim.optimizer import Optimizer, check_options, refuse_sparse, scalar

__all__ = ["Adam"]


class Adam(Optimizer):
    r"""Divides an average of gradients by the root of an average of their squares. Like `torch.optim.Adam`.

        g ← ∇f(θ) + λ θ             (−∇f(θ) with maximize)
        m ← β₁ m + (1 − β₁) g        new against RMSprop: the gradient is averaged as well
        v ← β₂ v + (1 − β₂) g²
        m̂ ← m / (1 − β₁ᵗ)            new against RMSprop: averages that start at 0 are too small at first,
        v̂ ← v / (1 − β₂ᵗ)            by exactly these factors
        θ ← θ − γ m̂ / (√v̂ + ε)

    γ is `lr`, (β₁, β₂) `betas`, λ `weight_decay`, t counts the steps of this parameter. With `decoupled_weight_decay`
    the decay stays out of both averages: θ ← (1 − γ λ) θ comes first (AdamW). With `amsgrad` the largest v so far takes
    the place of v. The state holds `step` (t), `exp_avg` (m), `exp_avg_sq` (v) and, with `amsgrad`, `max_exp_avg_sq`.
    `lr`, and both betas, may be tensors of one element. Sparse gradients are refused with a RuntimeError.

    `capturable` and `fused` choose an implementation in torch; here they are kept for the state dict, without effect.

    Source: torch.optim.Adam; Kingma and Ba, "Adam: A Method for Stochastic Optimization",
    https://arxiv.org/abs/1412.6980; amsgrad: Reddi et al., "On the Convergence of Adam and Beyond",
    https://arxiv.org/abs/1904.09237; decoupled decay: Loshchilov and Hutter, https://arxiv.org/abs/1711.05101.
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_options(lr=lr, eps=eps, betas=betas, weight_decay=weight_decay)
        self._check_tensors(lr, betas, allowed=capturable or not foreach)
        betas = tuple(scalar(beta) for beta in betas)  # type: ignore[assignment]
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad}
        flags = {"maximize": maximize, "foreach": foreach, "capturable": capturable, "differentiable": differentiable}
        flags |= {"fused": fused, "decoupled_weight_decay": decoupled_weight_decay}
        super().__init__(params, options | flags)

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "Adam does not support sparse gradients, please consider SparseAdam instead")
        lr, eps, weight_decay = scalar(group["lr"]), group["eps"], group["weight_decay"]
        beta1, beta2 = (float(beta) for beta in group["betas"])
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * bool(group["amsgrad"])

        # g ← ∇f(θ)
        for t, theta, grad, exp_avg, exp_avg_sq, *largest in self._each(group, params, *names):
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

            if largest:
                # v ← max over all steps so far
                exp_avg_sq = largest[0].copy_(largest[0].maximum(exp_avg_sq))

            # √v̂ + ε                 = √v / √(1 − β₂ᵗ) + ε
            size = exp_avg_sq.sqrt().div_((1 - beta2**t) ** 0.5).add_(eps)
            # θ ← θ − γ m̂ / (√v̂ + ε)     γ m̂ = γ / (1 − β₁ᵗ) · m: one division of a number, not of a tensor
            theta.addcdiv_(exp_avg, size, value=-(lr / (1 - beta1**t)))

    @staticmethod
    def _check_tensors(lr: Any, betas: Any, allowed: bool) -> None:
        """Raises ValueError for options given as tensors where torch's foreach could not take them."""
        if not any(all(isinstance(beta, kind) for beta in betas[:2]) for kind in (float, Tensor)):
            raise ValueError("betas must be either both floats or both Tensors")
        for name, value in {"lr": lr, "betas[0]": betas[0], "betas[1]": betas[1]}.items():
            if isinstance(value, Tensor) and value.numel() != 1:
                raise ValueError(f"Tensor {name} must be 1-element")
            if isinstance(value, Tensor) and not allowed:
                raise ValueError(f"{name} as a Tensor is not supported for capturable=False and foreach=True")
