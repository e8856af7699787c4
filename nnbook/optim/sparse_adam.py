"""SparseAdam: Adam on the rows that a sparse gradient names, and nowhere else."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from nnbook.optim.optimizer import Optimizer, check_options, scalar

__all__ = ["SparseAdam"]


class SparseAdam(Optimizer):
    r"""Adam for embeddings with `sparse=True`: rows without a gradient are left alone. Like `torch.optim.SparseAdam`.

        for the rows i in g = ∇f(θ)             new against Adam: the averages of all other rows stay as they are,
            mᵢ ← β₁ mᵢ + (1 − β₁) gᵢ             where Adam would let them fade, and move θ on by them
            vᵢ ← β₂ vᵢ + (1 − β₂) gᵢ²
            θᵢ ← θᵢ − γ √(1 − β₂ᵗ) / (1 − β₁ᵗ) mᵢ / (√vᵢ + ε)      ε joins the bare √v

    γ is `lr`, (β₁, β₂) `betas`, ε `eps`; t counts the steps of the whole parameter. Every row that the gradient stores
    counts, also one of zeros. With `maximize` g is −∇f(θ). The state holds `step` (t, a plain int), `exp_avg` (m) and
    `exp_avg_sq` (v), both dense. `lr` may be a tensor of one element. Dense gradients are refused with a RuntimeError,
    sparse or complex parameters with a ValueError.

    Source: torch.optim.SparseAdam; Kingma and Ba, https://arxiv.org/abs/1412.6980.
    """

    _numbers: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        check_options(lr=lr, eps=eps, betas=betas)
        if lr == 0 or eps == 0:
            raise ValueError(f"Invalid learning rate or epsilon value: {lr}, {eps}")
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        params = [param for group in self.param_groups for param in group["params"]]
        if any(param.is_sparse for param in params):
            raise ValueError("SparseAdam requires dense parameter tensors")
        if any(param.is_complex() for param in params):
            raise ValueError("SparseAdam does not support complex parameters")

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        if not all(param.grad.is_sparse for param in params):  # type: ignore[union-attr]
            raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
        lr, eps, (beta1, beta2) = scalar(group["lr"]), group["eps"], group["betas"]

        for param in params:
            state = self.state[param]
            if not state:
                state.update(step=0, exp_avg=torch.zeros_like(param), exp_avg_sq=torch.zeros_like(param))
            state["step"] += 1
            t = state["step"]

            # One value for each row: the square of a sum is not the sum of the squares.
            grad = param.grad.coalesce()  # type: ignore[union-attr]
            rows, g = tuple(grad.indices()), -grad.values() if group["maximize"] else grad.values()

            # mᵢ ← β₁ mᵢ + (1 − β₁) gᵢ
            m = state["exp_avg"][rows].lerp_(g, 1 - beta1)
            # vᵢ ← β₂ vᵢ + (1 − β₂) gᵢ²
            v = state["exp_avg_sq"][rows].lerp_(g.square(), 1 - beta2)
            state["exp_avg"][rows], state["exp_avg_sq"][rows] = m, v
            # θᵢ ← θᵢ − γ √(1 − β₂ᵗ) / (1 − β₁ᵗ) mᵢ / (√vᵢ + ε)
            param[rows] -= lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t) * m / v.sqrt_().add_(eps)
