"""Adafactor: RMSprop that keeps, for a matrix, one number per row and one per column."""

from typing import Any

import torch
from torch import Tensor

from nnbook.optim.optimizer import Optimizer, refuse_sparse, scalar, step_counter

__all__ = ["Adafactor"]


class Adafactor(Optimizer):
    r"""RMSprop in little memory, with a step in proportion to the weights. Like `torch.optim.Adafactor`.

        G ← ∇f(θ)                              (−∇f(θ) with maximize)
        κ = t^τ                                  how much the newest G² counts: all at first, then less and less
        R ← (1 − κ) R + κ · row means of G²       new against RMSprop: n + m numbers in place of n × m;
        C ← (1 − κ) C + κ · column means of G²      the matrix R C / mean(R) has these row and column means
        V ← R C / max(mean(R), ε₁)                (for a vector, V itself is the average of G²)
        U ← G / max(√V, ε₁)
        U ← U / max(1, RMS(U) / d)                new against RMSprop: no step larger than usual
        θ ← (1 − γ λ) θ − max(ε₂, RMS(θ)) min(γ, 1/√t) U       large weights move further than small ones

    γ is `lr`, τ `beta2_decay`, (ε₁, ε₂) `eps`, d `d`, λ `weight_decay`; RMS is the root mean square of all entries, and
    RMS(θ) that before the decay. ε₁ = None stands for the precision of the dtype. Of more than two dimensions, the last
    two are rows and columns. The state holds `step` (t) and `row_var`, `col_var` (R, C), or `variance` (V) of a vector.
    Complex parameters and sparse gradients are refused with a RuntimeError.

    `foreach` is kept for the state dict and changes nothing.

    Source: torch.optim.Adafactor, whose ε₁ bounds mean(R) and √V where the paper adds it to G²; Shazeer and Stern,
    "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", https://arxiv.org/abs/1804.04235.
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        at_least = {"Learning rate": (lr, 0), "epsilon1": (eps[0], 0), "epsilon2": (eps[1], 0)}
        at_least |= {"Clipping threshold d": (d, 1), "weight_decay": (weight_decay, 0)}
        for name, (value, least) in at_least.items():
            if value is not None and not value >= least:
                raise ValueError(f"{name} should be >= {least} but is: {value}")
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        options = {"lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay}
        super().__init__(params, options | {"foreach": foreach, "maximize": maximize})

    def _start(self, grad: Tensor) -> dict[str, Any]:
        if grad.dim() < 2:
            return {"step": step_counter(), "variance": torch.zeros_like(grad)}
        rows, columns = grad.new_zeros(*grad.shape[:-1], 1), grad.new_zeros(*grad.shape[:-2], 1, grad.shape[-1])
        return {"step": step_counter(), "row_var": rows, "col_var": columns}

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        if any(param.is_complex() for param in params):
            raise RuntimeError("Adafactor does not support complex parameters")
        refuse_sparse(params, "Adafactor does not support sparse gradients")
        lr, d, weight_decay = scalar(group["lr"]), group["d"], group["weight_decay"]

        for param in params:
            # G ← ∇f(θ)
            grad: Any = -param.grad if group["maximize"] else param.grad  # type: ignore[operator]
            state = self.state[param]
            if not state:
                state.update(self._start(grad))
            state["step"] += 1
            t = state["step"].item()
            eps1, eps2 = group["eps"]
            eps1 = torch.finfo(param.dtype).eps if eps1 is None else eps1

            # κ = t^τ
            kappa = t ** group["beta2_decay"]
            # α = max(ε₂, RMS(θ)) min(γ, 1/√t)
            alpha = max(eps2, rms(param)) * min(lr, t**-0.5)
            # θ ← (1 − γ λ) θ
            if weight_decay != 0:
                param.mul_(1 - lr * weight_decay)

            if grad.dim() > 1:
                # R ← (1 − κ) R + κ · row means of G²       ‖row‖² / n: G² is never a tensor of its own
                row_var = state["row_var"].lerp_(grad.norm(dim=-1, keepdim=True).square_().div_(grad.size(-1)), kappa)
                # C ← (1 − κ) C + κ · column means of G²
                col_var = state["col_var"].lerp_(grad.norm(dim=-2, keepdim=True).square_().div_(grad.size(-2)), kappa)
                # V ← R C / max(mean(R), ε₁)
                variance = (row_var @ col_var).div_(row_var.mean(dim=-2, keepdim=True).clamp_(min=eps1))
            else:
                # V ← (1 − κ) V + κ G²
                variance = state["variance"].lerp_(grad.square(), kappa).clone()

            # U ← G / max(√V, ε₁)
            update = variance.clamp_(min=eps1 * eps1).rsqrt_().mul_(grad)
            # θ ← θ − α U / max(1, RMS(U) / d)
            param.add_(update, alpha=-alpha / max(1.0, rms(update) / d))


def rms(x: Tensor) -> float:
    """The root mean square of all entries."""
    return x.norm().item() / x.numel() ** 0.5
