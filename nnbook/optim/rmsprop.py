"""RMSprop: SGD whose step is divided by the recent size of each gradient."""

from typing import Any

from torch import Tensor

from nnbook.optim.optimizer import Optimizer, check_options, refuse_sparse, scalar

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

    `capturable` chooses an implementation in torch; here it is kept for the state dict and changes nothing.

    Source: torch.optim.RMSprop; Hinton, lecture 6e of "Neural Networks for Machine Learning", 2012; centered: Graves,
    "Generating Sequences With Recurrent Neural Networks", https://arxiv.org/abs/1308.0850.
    """

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
        options = {"lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps}
        flags = {"capturable": capturable, "foreach": foreach, "maximize": maximize, "differentiable": differentiable}
        check_options(**options, weight_decay=weight_decay)
        super().__init__(params, options | {"centered": centered, "weight_decay": weight_decay} | flags)

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "RMSprop does not support sparse gradients")
        lr, alpha, eps = scalar(group["lr"]), group["alpha"], group["eps"]
        momentum, weight_decay = group["momentum"], group["weight_decay"]
        names = ["square_avg"] + ["momentum_buffer"] * (momentum > 0) + ["grad_avg"] * bool(group["centered"])

        # g ← ∇f(θ)
        for _, theta, grad, square_avg, *others in self._each(group, params, *names):
            # g ← g + λ θ
            if weight_decay != 0:
                grad = grad.add(theta, alpha=weight_decay)

            # v ← α v + (1 − α) g²
            square_avg.mul_(alpha).addcmul_(grad, grad, value=1 - alpha)

            if group["centered"]:
                grad_avg = others[-1]
                # a ← α a + (1 − α) g
                grad_avg.lerp_(grad, 1 - alpha)
                # √(v − a²)          the spread around the mean: a steady gradient counts as small
                size = square_avg.addcmul(grad_avg, grad_avg, value=-1).sqrt_()
            else:
                # √v
                size = square_avg.sqrt()
            size.add_(eps)

            if momentum > 0:
                # b ← μ b + g / (√v + ε)
                buf = others[0].mul_(momentum).addcdiv_(grad, size)
                # θ ← θ − γ b
                theta.add_(buf, alpha=-lr)
            else:
                # θ ← θ − γ g / (√v + ε)
                theta.addcdiv_(grad, size, value=-lr)
