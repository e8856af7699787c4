"""Adadelta: RMSprop whose learning rate is measured too: the recent size of its own steps."""

from typing import Any

from torch import Tensor

from nnbook.optim.optimizer import Optimizer, check_options, refuse_sparse, scalar

__all__ = ["Adadelta"]


class Adadelta(Optimizer):
    r"""Steps as far as it lately stepped, for each number by itself. Like `torch.optim.Adadelta`.

        g ← ∇f(θ) + λ θ             (−∇f(θ) with maximize)
        v ← ρ v + (1 − ρ) g²
        Δ ← √(u + ε) / √(v + ε) g    new against RMSprop: the units of θ above, those of g below and beside: they cancel
        u ← ρ u + (1 − ρ) Δ²         new against RMSprop: how large were the steps lately?
        θ ← θ − γ Δ

    γ is `lr`, ρ `rho`, λ `weight_decay`; ε, `eps`, stands inside the roots and sets how large the first step is. The
    state holds `step`, `square_avg` (v) and `acc_delta` (u). `lr` may be a tensor of one element. Sparse gradients are
    refused with a RuntimeError.

    `capturable` chooses an implementation in torch; here it is kept for the state dict and changes nothing.

    Source: torch.optim.Adadelta; Zeiler, "ADADELTA: An Adaptive Learning Rate Method",
    https://arxiv.org/abs/1212.5701.
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        options = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay}
        flags = {"maximize": maximize, "capturable": capturable, "foreach": foreach, "differentiable": differentiable}
        check_options(**options)
        if rho > 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        super().__init__(params, options | flags)

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "Adadelta does not support sparse gradients")
        lr, rho, eps = scalar(group["lr"]), group["rho"], group["eps"]
        weight_decay = group["weight_decay"]

        # g ← ∇f(θ)
        for _, theta, grad, square_avg, acc_delta in self._each(group, params, "square_avg", "acc_delta"):
            # g ← g + λ θ
            if weight_decay != 0:
                grad = grad.add(theta, alpha=weight_decay)

            # v ← ρ v + (1 − ρ) g²
            square_avg.mul_(rho).addcmul_(grad, grad, value=1 - rho)
            # Δ ← √(u + ε) / √(v + ε) g
            delta = acc_delta.add(eps).sqrt_().div_(square_avg.add(eps).sqrt_()).mul_(grad)
            # u ← ρ u + (1 − ρ) Δ²
            acc_delta.mul_(rho).addcmul_(delta, delta, value=1 - rho)
            # θ ← θ − γ Δ
            theta.add_(delta, alpha=-lr)
