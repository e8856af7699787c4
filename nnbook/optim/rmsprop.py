"""RMSprop: SGD whose step is divided by the recent size of each gradient."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from nnbook.optim.optimizer import Optimizer, as_real, refuse_sparse, scalar, step_counter

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    r"""Divides each gradient by a running root mean square of it. Like `torch.optim.RMSprop`.

        g ← ∇f(θ) + λ θ             (−∇f(θ) with maximize)
        v ← α v + (1 − α) g²         new against SGD: how large was this gradient lately?
        ĝ ← g / (√v + ε)             new against SGD; √(v − a²) with centered, where a ← α a + (1 − α) g
        b ← μ b + ĝ
        θ ← θ − γ b

    γ is `lr`, μ `momentum`, λ `weight_decay`, ε `eps`; it stands outside the root. Without momentum b is ĝ. The state
    holds `step`, `square_avg` (v) and, where they are in use, `grad_avg` (a) and `momentum_buffer` (b); all start at 0.
    `lr` may be a tensor of one element. Sparse gradients are refused with a RuntimeError.

    `foreach` and `capturable` choose an implementation in torch; here they are kept for the state dict and change
    nothing.

    Source: torch.optim.RMSprop; Hinton, lecture 6e of "Neural Networks for Machine Learning", 2012; centered: Graves,
    "Generating Sequences With Recurrent Neural Networks", https://arxiv.org/abs/1308.0850.
    """

    _added_later: ClassVar[dict[str, Any]] = {
        "momentum": 0,
        "centered": False,
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        # `not 0 <= x` also turns away NaN.
        if not lr >= 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps >= 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        if not momentum >= 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if not weight_decay >= 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if not alpha >= 0.0:
            raise ValueError(f"Invalid alpha value: {alpha}")

        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def _start(self, param: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """What is remembered about `param`; it starts with the first gradient."""
        state = self.state[param]
        if not state:
            state["step"] = step_counter()
            state["square_avg"] = torch.zeros_like(param)
            if group["momentum"] > 0:
                state["momentum_buffer"] = torch.zeros_like(param)
            if group["centered"]:
                state["grad_avg"] = torch.zeros_like(param)
        return state

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "RMSprop does not support sparse gradients")
        lr, alpha, eps = scalar(group["lr"]), group["alpha"], group["eps"]
        momentum, weight_decay = group["momentum"], group["weight_decay"]

        for param in params:
            state = self._start(param, group)
            state["step"] += 1

            # g ← ∇f(θ)
            grad: Any = -param.grad if group["maximize"] else param.grad  # type: ignore[operator]

            # g ← g + λ θ
            if weight_decay != 0:
                grad = grad.add(param, alpha=weight_decay)

            theta, grad, square_avg = as_real(param, grad, state["square_avg"])

            # v ← α v + (1 − α) g²
            square_avg.mul_(alpha).addcmul_(grad, grad, value=1 - alpha)

            if group["centered"]:
                (grad_avg,) = as_real(state["grad_avg"])
                # a ← α a + (1 − α) g
                grad_avg.lerp_(grad, 1 - alpha)
                # √(v − a²)          the spread around the mean: a steady gradient counts as small
                size = square_avg.addcmul(grad_avg, grad_avg, value=-1).sqrt_()
            else:
                # √v
                size = square_avg.sqrt()
            size.add_(eps)

            if momentum > 0:
                (buf,) = as_real(state["momentum_buffer"])
                # b ← μ b + g / (√v + ε)
                buf.mul_(momentum).addcdiv_(grad, size)
                # θ ← θ − γ b
                theta.add_(buf, alpha=-lr)
            else:
                # θ ← θ − γ g / (√v + ε)
                theta.addcdiv_(grad, size, value=-lr)
