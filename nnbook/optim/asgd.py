"""ASGD: SGD with a falling step, and beside it the average of the points on its way."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from nnbook.optim.optimizer import Optimizer, as_real, check_options, refuse_sparse, scalar, step_counter

__all__ = ["ASGD"]


class ASGD(Optimizer):
    r"""Averaged SGD: noise that moves the last point about leaves their mean. Like `torch.optim.ASGD`.

        g ← ∇f(θ) + λ θ              (−∇f(θ) with maximize)
        θ ← (1 − λ′ η) θ − η g        new against SGD: a decay of its own, and a step η that falls
        a ← a + μ (θ − a)             new against SGD: the mean of θ from step t₀ + 2 on; before, θ itself
        η ← γ / (1 + λ′ γ t)^α        for the next step; the first has η = γ
        μ ← 1 / max(1, t − t₀)

    γ is `lr`, λ `weight_decay`, λ′ `lambd`, α `alpha`, t₀ `t0`, t counts the steps of this parameter. Only θ is in the
    model: a is for you to read. The state holds `step` (t), `eta` (η), `mu` (μ), beside the parameter, and `ax` (a).
    `lr` may be a tensor of one element. Sparse gradients are refused with a RuntimeError.

    `foreach` and `capturable` choose an implementation in torch; here they are kept for the state dict and change
    nothing.

    Source: torch.optim.ASGD; Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992;
    Bottou's notes on stochastic gradient descent for the schedule of η.
    """

    _numbers: ClassVar[tuple[str, ...]] = ("step", "eta", "mu")

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        options = {"lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay}
        flags = {"foreach": foreach, "maximize": maximize, "differentiable": differentiable, "capturable": capturable}
        check_options(lr=lr, weight_decay=weight_decay)
        super().__init__(params, options | flags)

    def _start(self, param: Tensor, lr: Any) -> dict[str, Any]:
        state = self.state[param]
        for name, value in (("step", 0), ("eta", lr), ("mu", 1)):
            state[name] = step_counter(value).to(param.device)
        state["ax"] = torch.zeros_like(param)
        return state

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "ASGD does not support sparse gradients")
        lr, lambd, alpha, t0 = scalar(group["lr"]), group["lambd"], group["alpha"], group["t0"]

        for param in params:
            state = self.state[param] or self._start(param, lr)
            state["step"] += 1
            t, eta, mu = state["step"].item(), state["eta"].item(), state["mu"].item()
            # g ← ∇f(θ)
            grad: Any = -param.grad if group["maximize"] else param.grad  # type: ignore[operator]
            # g ← g + λ θ
            if group["weight_decay"] != 0:
                grad = grad.add(param, alpha=group["weight_decay"])
            theta, grad, average = as_real(param, grad, state["ax"])

            # θ ← (1 − λ′ η) θ − η g
            theta.mul_(1 - lambd * eta).add_(grad, alpha=-eta)
            # a ← a + μ (θ − a)
            average.lerp_(theta, mu)
            # η ← γ / (1 + λ′ γ t)^α
            state["eta"].copy_(step_counter(lr / (1 + lambd * lr * t) ** alpha))
            # μ ← 1 / max(1, t − t₀)
            state["mu"].copy_(step_counter(1 / max(1, t - t0)))
