"""Stochastic gradient descent, with momentum."""

from typing import Any, ClassVar

from torch import Tensor

from nnbook.optim.optimizer import Optimizer, scalar

__all__ = ["SGD"]


class SGD(Optimizer):
    r"""Steps against the gradient, or against a running sum of gradients. Like `torch.optim.SGD`.

        g ← ∇f(θ) + λ θ             (−∇f(θ) with maximize)
        b ← μ b + (1 − τ) g          (b ← g in the first step)
        θ ← θ − γ b                  (θ − γ (g + μ b) with nesterov)

    γ is `lr`, μ `momentum`, τ `dampening`, λ `weight_decay`. Without momentum b is g, and no state is kept;
    with it, `momentum_buffer` holds b. `lr` may be a tensor of one element.

    `foreach` and `fused` choose an implementation in torch; here they are kept for the state dict and change nothing.

    Source: torch.optim.SGD; Sutskever et al., "On the importance of initialization and momentum in deep learning",
    2013. They multiply g by γ before it enters b; torch, and so this class, multiplies b by γ afterwards.
    """

    _added_later: ClassVar[dict[str, Any]] = Optimizer._added_later | {"fused": False}

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        for name, value in {"learning rate": lr, "momentum": momentum, "weight_decay": weight_decay}.items():
            if value < 0.0:
                raise ValueError(f"Invalid {name}: {value}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")

        options = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
        flags = {"maximize": maximize, "foreach": foreach, "differentiable": differentiable, "fused": fused}
        super().__init__(params, options | {"nesterov": nesterov} | flags)

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        lr, weight_decay = scalar(group["lr"]), scalar(group["weight_decay"])
        momentum, dampening = group["momentum"], group["dampening"]

        for param in params:
            # g ← ∇f(θ)
            grad: Any = -param.grad if group["maximize"] else param.grad  # type: ignore[operator]

            # g ← g + λ θ            a new tensor: param.grad belongs to the caller
            if weight_decay != 0:
                grad = grad.add(param, alpha=weight_decay)

            if momentum != 0:
                state = self.state[param]
                buf = state.get("momentum_buffer")
                if buf is None:
                    # b ← g          the first step, which dampening leaves alone
                    buf = state["momentum_buffer"] = grad.detach().clone()
                else:
                    # b ← μ b + (1 − τ) g
                    buf.mul_(momentum).add_(grad, alpha=1 - dampening)

                # g ← g + μ b        where the next step would go: Nesterov looks ahead
                # g ← b              otherwise
                grad = grad.add(buf, alpha=momentum) if group["nesterov"] else buf

            # θ ← θ − γ g
            param.add_(grad, alpha=-lr)
