"""Muon: SGD with momentum whose step, a matrix, is made orthogonal."""

from typing import Any

import torch
from torch import Tensor

from nnbook.optim.optimizer import Optimizer, refuse_sparse, scalar

__all__ = ["Muon"]


class Muon(Optimizer):
    r"""Moves a matrix equally far in all directions that its gradients name. Like `torch.optim.Muon`.

        G ← ∇f(θ)
        B ← μ B + (1 − μ) G
        U ← (1 − μ) G + μ B                new against SGD: an average; with nesterov it looks ahead (otherwise U = B)
        O ← NS(U)                          new against SGD: U = P Σ Qᵀ becomes about P Qᵀ, all singular values near 1
        θ ← (1 − γ λ) θ − γ √max(1, n/m) O   for an n × m matrix; the decay is AdamW's

    γ is `lr`, μ `momentum`, λ `weight_decay`. With `adjust_lr_fn="match_rms_adamw"` the factor is 0.2 √max(n, m), with
    which γ and λ may be those found for AdamW; "original", or None, is the root above. The state holds
    `momentum_buffer` (B). Parameters must be matrices (ValueError), as are the weights between hidden layers: leave
    biases and embeddings to AdamW. Complex parameters and sparse gradients are refused with a RuntimeError.

    One difference: in bfloat16 without nesterov, torch 2.13 normalises B itself in place; here B is left as it is.

    Source: torch.optim.Muon; Jordan, "Muon: An optimizer for hidden layers in neural networks", 2024; match_rms_adamw:
    Liu et al., "Muon is Scalable for LLM Training", https://arxiv.org/abs/2502.16982.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        for name, value in {"Learning rate": lr, "momentum": momentum, "weight decay": weight_decay}.items():
            if not value >= 0.0:
                raise ValueError(f"{name} should be >= 0 but is: {value}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        options: dict[str, Any] = {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov}
        options |= {"ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn}
        super().__init__(params, options)
        for group in self.param_groups:
            for param in group["params"]:
                if param.ndim != 2:
                    raise ValueError(f"Muon only supports 2D parameters whereas one has the size {param.size()}")

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        if any(param.is_complex() for param in params):
            raise RuntimeError("Muon does not support complex parameters")
        refuse_sparse(params, "Muon does not support sparse gradients")
        lr, momentum = scalar(group["lr"]), group["momentum"]

        for param in params:
            state, grad = self.state[param], param.grad
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = torch.zeros_like(grad)  # type: ignore[arg-type]

            # B ← μ B + (1 − μ) G
            buf = state["momentum_buffer"].lerp_(grad, 1 - momentum)
            # U ← (1 − μ) G + μ B
            update = grad.lerp(buf, momentum) if group["nesterov"] else buf  # type: ignore[union-attr]
            # O ← NS(U)
            update = orthogonal(update, group["ns_coefficients"], group["ns_steps"], group["eps"])

            n, m = param.shape
            factor = 0.2 * max(n, m) ** 0.5 if group["adjust_lr_fn"] == "match_rms_adamw" else max(1, n / m) ** 0.5
            # θ ← (1 − γ λ) θ − γ √max(1, n/m) O
            param.mul_(1 - lr * group["weight_decay"]).add_(update, alpha=-lr * factor)


def orthogonal(matrix: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """A matrix with the same singular vectors and singular values near 1, by the Newton-Schulz iteration in bfloat16.

        X ← a X + b (X Xᵀ) X + c (X Xᵀ)² X       each singular value s becomes a s + b s³ + c s⁵

    The usual coefficients lift small s as steeply as they can: after five steps s lies between about 0.5 and 1.5.
    """
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if matrix.ndim != 2:
        raise ValueError("Input tensor gradient must be a 2D matrix")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients

    # Lying down it is the smaller of the two products with its transpose that is multiplied.
    tall = matrix.size(0) > matrix.size(1)
    x = matrix.bfloat16().T if tall else matrix.bfloat16()
    # No singular value is above 1 then: the largest is at most the root of the sum of all squares.
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        # b A + c A²            A = X Xᵀ
        polynomial = torch.addmm(gram, gram, gram, beta=b, alpha=c)
        # X ← a X + (b A + c A²) X
        x = torch.addmm(x, polynomial, x, beta=a)
    return x.T if tall else x
