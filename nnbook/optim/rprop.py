"""Rprop: each number has a step of its own, and of the gradient only the sign counts."""

from typing import Any

import torch
from torch import Tensor

from nnbook.optim.optimizer import Optimizer, as_real, check_options, refuse_sparse, scalar, step_counter

__all__ = ["Rprop"]


class Rprop(Optimizer):
    r"""Goes faster while the gradient keeps its sign, and back to slow when it turns. Like `torch.optim.Rprop`.

        g ← ∇f(θ)                    (−∇f(θ) with maximize)
        s ← min(η⁺ s, s_max)          where g has the sign it had last time
        s ← max(η⁻ s, s_min),  g ← 0   where it has turned: the minimum was passed, so wait one step here
        θ ← θ − sign(g) s             new against SGD: how large g is plays no part

    It is for gradients of the whole data set: noise that turns signs round makes every s shrink. (η⁻, η⁺) is `etas`,
    (s_min, s_max) `step_sizes`; s starts at `lr`, which is not read again. The state holds `step`, `prev` (the last g,
    0 where it had turned) and `step_size` (s). Sparse gradients are refused with a RuntimeError.

    `foreach` and `capturable` choose an implementation in torch; here they are kept for the state dict and change
    nothing.

    Source: torch.optim.Rprop; Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the
    RPROP algorithm", 1993.
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_options(lr=lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        flags = {"foreach": foreach, "maximize": maximize, "differentiable": differentiable, "capturable": capturable}
        super().__init__(params, {"lr": lr, "etas": etas, "step_sizes": step_sizes} | flags)

    def _start(self, param: Tensor, lr: Any) -> dict[str, Any]:
        state = self.state[param]
        state["step"] = step_counter()
        state["prev"] = torch.zeros_like(param)
        # The two parts of a complex number are two numbers, each with its own step.
        lr = float(lr)
        state["step_size"] = torch.full_like(param, complex(lr, lr) if param.is_complex() else lr)
        return state

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        refuse_sparse(params, "Rprop does not support sparse gradients")
        (shrink, grow), (smallest, largest) = group["etas"], group["step_sizes"]

        for param in params:
            state = self.state[param] or self._start(param, scalar(group["lr"]))
            state["step"] += 1
            # g ← ∇f(θ)
            grad: Any = -param.grad if group["maximize"] else param.grad  # type: ignore[operator]
            theta, grad, prev, size = as_real(param, grad, state["prev"], state["step_size"])

            # > 0 where g has the sign it had last time, < 0 where it has turned
            agree = grad * prev
            turned = agree < 0
            # s ← η⁺ s or η⁻ s, within its bounds
            factor = torch.where(turned, shrink, torch.ones_like(size)).masked_fill_(agree > 0, grow)
            size.mul_(factor).clamp_(smallest, largest)
            # g ← 0 where it has turned
            prev.copy_(grad).masked_fill_(turned, 0)
            # θ ← θ − sign(g) s
            theta.addcmul_(prev.sign(), size, value=-1)
