"""Adagrad: SGD whose step shrinks, for each number by itself, with all the gradients it has had."""

from typing import Any

from torch import Tensor

from nnbook.optim.optimizer import Optimizer, check_options, scalar

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    r"""Divides each gradient by the root of the sum of all its squares. Like `torch.optim.Adagrad`.

        g ← ∇f(θ) + λ θ              (−∇f(θ) with maximize)
        s ← s + g²                    new against SGD: how much gradient has this number had so far?
        θ ← θ − γₜ g / (√s + ε)       new against SGD: rare features keep a large step, frequent ones lose it
        γₜ = γ / (1 + (t − 1) η)

    γ is `lr`, η `lr_decay`, λ `weight_decay`, ε `eps`, t counts the steps of this parameter. The state holds `step` (t)
    and `sum` (s), which starts at `initial_accumulator_value`; both are there before the first step. `lr` may be a
    tensor of one element. A sparse gradient moves the rows that it names and no others, without weight decay.

    `fused` chooses an implementation in torch; here it is kept for the state dict and changes nothing.

    Source: torch.optim.Adagrad; Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization", JMLR 12, 2011.
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        options = {"lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay}
        options |= {"initial_accumulator_value": initial_accumulator_value}
        flags = {"foreach": foreach, "maximize": maximize, "differentiable": differentiable, "fused": fused}
        check_options(**options)
        super().__init__(params, options | flags)
        for group in self.param_groups:
            for param in group["params"]:
                self._recall(param, "sum")

    def _recall(self, param: Tensor, *names: str) -> dict[str, Any]:
        fresh = not self.state[param]
        state = super()._recall(param, *names)
        if fresh:
            start = self.defaults["initial_accumulator_value"]
            state["sum"].fill_(complex(start, start) if param.is_complex() else start)
        return state

    def share_memory(self) -> None:
        """Moves the sums to memory that several processes can share."""
        for state in self.state.values():
            state["sum"].share_memory_()

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        lr, lr_decay, eps = scalar(group["lr"]), group["lr_decay"], group["eps"]
        weight_decay = group["weight_decay"]
        dense = [param for param in params if not param.grad.is_sparse]  # type: ignore[union-attr]

        # g ← ∇f(θ)
        for t, theta, grad, total in self._each(group, dense, "sum"):
            # g ← g + λ θ
            if weight_decay != 0:
                grad = grad.add(theta, alpha=weight_decay)
            # s ← s + g²
            total.addcmul_(grad, grad)
            # θ ← θ − γₜ g / (√s + ε)       γₜ = γ / (1 + (t − 1) η)
            theta.addcdiv_(grad, total.sqrt().add_(eps), value=-(lr / (1 + (t - 1) * lr_decay)))

        sparse = [param for param in params if param.grad.is_sparse]  # type: ignore[union-attr]
        if sparse and weight_decay != 0:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")
        for t, theta, grad, total in self._each(group | {"foreach": False}, sparse, "sum"):
            # The same in the rows i that g names. One value for each: the square of a sum is no sum of squares.
            grad = grad.coalesce()
            i, g = tuple(grad.indices()), grad.values()
            # sᵢ ← sᵢ + gᵢ²
            size = total[i] = total[i] + g.square()
            # θᵢ ← θᵢ − γₜ gᵢ / (√sᵢ + ε)
            theta[i] -= lr / (1 + (t - 1) * lr_decay) * (g / size.sqrt().add_(eps))
