"""Adam: RMSprop whose gradient is an average too, with both averages corrected for their start at zero."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from nnbook.optim.optimizer import Optimizer, as_real, refuse_sparse, scalar, step_counter

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

    `foreach`, `capturable` and `fused` choose an implementation in torch; here they are kept for the state dict and
    change nothing.

    Source: torch.optim.Adam; Kingma and Ba, "Adam: A Method for Stochastic Optimization",
    https://arxiv.org/abs/1412.6980; amsgrad: Reddi et al., "On the Convergence of Adam and Beyond",
    https://arxiv.org/abs/1904.09237; decoupled decay: Loshchilov and Hutter, https://arxiv.org/abs/1711.05101.
    """

    _added_later: ClassVar[dict[str, Any]] = {
        "amsgrad": False,
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
        "fused": None,
    }

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
        if isinstance(lr, Tensor):
            if foreach and not capturable:
                raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
            if lr.numel() != 1:
                raise ValueError("Tensor lr must be 1-element")
        # `not 0 <= x` also turns away NaN.
        if not lr >= 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps >= 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        for i in (0, 1):
            if not 0.0 <= betas[i] < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")
        if not weight_decay >= 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if not any(all(isinstance(beta, kind) for beta in betas[:2]) for kind in (float, Tensor)):
            raise ValueError("betas must be either both floats or both Tensors")
        if isinstance(betas[0], Tensor) and foreach and not capturable:
            raise ValueError("betas[0] as a Tensor is not supported for capturable=False and foreach=True")
        for i in (0, 1):
            if isinstance(betas[i], Tensor) and betas[i].numel() != 1:  # type: ignore[union-attr]
                raise ValueError(f"Tensor betas[{i}] must be 1-element")
        if fused and foreach:
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")

        defaults = {
            "lr": lr,
            "betas": tuple(beta.squeeze() if isinstance(beta, Tensor) else beta for beta in betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def _start(self, param: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """What is remembered about `param`; it starts with the first gradient."""
        state = self.state[param]
        if not state:
            state["step"] = step_counter()
            state["exp_avg"] = torch.zeros_like(param)
            state["exp_avg_sq"] = torch.zeros_like(param)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = torch.zeros_like(param)
        return state

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "Adam does not support sparse gradients, please consider SparseAdam instead")
        lr, eps, weight_decay = scalar(group["lr"]), group["eps"], group["weight_decay"]
        beta1, beta2 = (float(beta) for beta in group["betas"])

        for param in params:
            state = self._start(param, group)
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

            if group["amsgrad"]:
                (largest,) = as_real(state["max_exp_avg_sq"])
                # v ← max over all steps so far
                exp_avg_sq = torch.maximum(largest, exp_avg_sq, out=largest)

            # √v̂ + ε                 = √v / √(1 − β₂ᵗ) + ε
            size = (exp_avg_sq.sqrt() / (1 - beta2**t) ** 0.5).add_(eps)
            # θ ← θ − γ m̂ / (√v̂ + ε)     γ m̂ = γ / (1 − β₁ᵗ) · m: one division of a number, not of a tensor
            theta.addcdiv_(exp_avg, size, value=-(lr / (1 - beta1**t)))
