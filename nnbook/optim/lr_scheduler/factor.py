"""Schedulers that multiply the rate of every group by one number: each has a formula for γₜ and one for γₜ / γₜ₋₁."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from typing import Any

from nnbook.optim.lr_scheduler.base import LRScheduler

__all__ = ["ConstantLR", "ExponentialLR", "LinearLR", "MultiStepLR", "PolynomialLR", "StepLR"]


class Multiplied(LRScheduler):
    """What the schedulers of this file share: γₜ = γₜ₋₁ · `_factor()` step by step, γₜ = γ₀ · `_whole()` in a jump.

    Step by step, a rate that somebody else changed in between keeps the change; the products round a little otherwise.
    """

    def get_lr(self) -> list[Any]:
        """The rates so far, times the factor of this step."""
        self._only_in_step()
        factor = self._factor()
        return [group["lr"] * factor for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Any]:
        whole = self._whole()
        return [base_lr * whole for base_lr in self.base_lrs]

    def _factor(self) -> float:
        """γₜ / γₜ₋₁"""
        raise NotImplementedError

    def _whole(self) -> float:
        """γₜ / γ₀"""
        raise NotImplementedError


class StepLR(Multiplied):
    """γₜ = γ₀ · gamma^⌊t / step_size⌋: falls every `step_size` steps. Like `torch.optim.lr_scheduler.StepLR`."""

    def __init__(self, optimizer: Any, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        t = self.last_epoch
        return self.gamma if t != 0 and t % self.step_size == 0 else 1.0

    def _whole(self) -> float:
        return self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(Multiplied):
    """γₜ = γ₀ · gamma^(milestones up to t): falls at the steps you name. Like `torch.optim.lr_scheduler.MultiStepLR`.

    A milestone that is named twice counts twice.
    """

    def __init__(self, optimizer: Any, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return self.gamma ** self.milestones[self.last_epoch]

    def _whole(self) -> float:
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)


class ConstantLR(Multiplied):
    """γₜ = γ₀ · factor while t < total_iters, then γ₀. Like `torch.optim.lr_scheduler.ConstantLR`."""

    def __init__(self, optimizer: Any, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else 1.0

    def _whole(self) -> float:
        return self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)


class LinearLR(Multiplied):
    """γₜ = γ₀ · (a + (b − a) · min(t, T) / T): a warm-up. Like `torch.optim.lr_scheduler.LinearLR`.

    a is `start_factor`, b `end_factor`, T `total_iters`.
    """

    def __init__(
        self,
        optimizer: Any,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        t, rise = self.last_epoch, self.end_factor - self.start_factor
        if t == 0:
            return self.start_factor
        if self._is_initial or t > self.total_iters:
            return 1.0
        # γₜ / γₜ₋₁ = 1 + (b − a) / (T a + (t − 1) (b − a))
        return 1.0 + rise / (self.total_iters * self.start_factor + (t - 1) * rise)

    def _whole(self) -> float:
        t, rise = self.last_epoch, self.end_factor - self.start_factor
        return self.start_factor + rise * min(self.total_iters, t) / self.total_iters


class ExponentialLR(Multiplied):
    """γₜ = γ₀ · gammaᵗ. Like `torch.optim.lr_scheduler.ExponentialLR`."""

    def __init__(self, optimizer: Any, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        return 1.0 if self._is_initial else self.gamma

    def _whole(self) -> float:
        return self.gamma**self.last_epoch


class PolynomialLR(Multiplied):
    """γₜ = γ₀ · (1 − min(t, T) / T)^power. Like `torch.optim.lr_scheduler.PolynomialLR`. T is `total_iters`."""

    def __init__(self, optimizer: Any, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _factor(self) -> float:
        t, T = self.last_epoch, self.total_iters
        if self._is_initial or t > T:
            return 1.0
        return ((1.0 - t / T) / (1.0 - (t - 1) / T)) ** self.power

    def _whole(self) -> float:
        return (1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power
