"""Schedulers whose factor is a function of yours."""

import types
from collections.abc import Callable
from typing import Any

from nnbook.optim.lr_scheduler.base import LRScheduler, values

__all__ = ["LambdaLR", "MultiplicativeLR"]


class LambdaLR(LRScheduler):
    """γₜ = γ₀ · lr_lambda(t). Like `torch.optim.lr_scheduler.LambdaLR`.

    `lr_lambda` is one function for all groups, or a list of one for each. A function is not part of `state_dict()`; the
    attributes of a callable object are.
    """

    def __init__(
        self, optimizer: Any, lr_lambda: Callable[[int], float] | list[Callable[[int], float]], last_epoch: int = -1
    ) -> None:
        self.optimizer = optimizer
        groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * groups
        if len(self.lr_lambdas) != groups:
            raise ValueError(f"Expected {groups} lr_lambdas, but got {len(self.lr_lambdas)}")
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The first rates, times what the functions say."""
        self._only_in_step()
        t = self.last_epoch
        return [base_lr * function(t) for base_lr, function in zip(self.base_lrs, self.lr_lambdas, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """As in the base class, with the attributes of each callable object in its place and None for a function."""
        kept = [attributes(function) for function in self.lr_lambdas]
        return super().state_dict() | {"lr_lambdas": kept}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a saved state; the functions stay, callable objects get their attributes back."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "lr_lambdas"})
        for function, kept in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            if kept is not None:
                function.__dict__.update(kept)


def attributes(function: Any) -> dict[str, Any] | None:
    """What can be saved of a callable: its attributes, if it is an object that has some; None of a function."""
    if isinstance(function, types.FunctionType) or not hasattr(function, "__dict__"):
        return None
    return function.__dict__.copy()


class MultiplicativeLR(LambdaLR):
    """γₜ = γₜ₋₁ · lr_lambda(t). Like `torch.optim.lr_scheduler.MultiplicativeLR`; the rest is as in LambdaLR."""

    def __init__(
        self, optimizer: Any, lr_lambda: Callable[[int], float] | list[Callable[[int], float]], last_epoch: int = -1
    ) -> None:
        for function in lr_lambda if isinstance(lr_lambda, list | tuple) else [lr_lambda]:
            if not callable(function):
                raise TypeError(f"lr_lambda should be a function, but got {type(function).__name__}")
        super().__init__(optimizer, lr_lambda, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rates so far, times what the functions say; the first rates are left alone."""
        self._only_in_step()
        lrs = values(self.optimizer, "lr")
        if self._is_initial:
            return lrs
        return [lr * function(self.last_epoch) for lr, function in zip(lrs, self.lr_lambdas, strict=True)]
