"""Schedulers that follow a cosine: slow at both ends, fast between."""

import math
from typing import Any

from nnbook.optim.lr_scheduler.base import LRScheduler, values

__all__ = ["CosineAnnealingLR", "CosineAnnealingWarmRestarts"]


class CosineAnnealingLR(LRScheduler):
    """γₜ = γ_min + (γ₀ − γ_min) · (1 + cos(π t / T)) / 2. Like `torch.optim.lr_scheduler.CosineAnnealingLR`.

    γ_min is `eta_min`, T `T_max`: the rate is γ_min after T steps, and after T more it is back at γ₀.

    Source: torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with
    Warm Restarts", https://arxiv.org/abs/1608.03983 (without the restarts).
    """

    def __init__(self, optimizer: Any, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The next rate from the rate so far."""
        self._only_in_step()
        t, T, low = self.last_epoch, self.T_max, self.eta_min
        lrs = values(self.optimizer, "lr")
        if self._is_initial:
            return lrs
        if (t - 1 - T) % (2 * T) == 0:
            # γₜ₋₁ was γ_min, from where no factor leads away: γₜ = γₜ₋₁ + (γ₀ − γ_min) · (1 − cos(π / T)) / 2
            return [
                lr + (base_lr - low) * (1 - math.cos(math.pi / T)) / 2
                for lr, base_lr in zip(lrs, self.base_lrs, strict=True)
            ]
        # (γₜ − γ_min) / (γₜ₋₁ − γ_min) = (1 + cos(π t / T)) / (1 + cos(π (t − 1) / T))
        factor = (1 + math.cos(math.pi * t / T)) / (1 + math.cos(math.pi * (t - 1) / T))
        return [factor * (lr - low) + low for lr in lrs]

    def _get_closed_form_lr(self) -> list[Any]:
        return half_cosine(self.base_lrs, self.eta_min, self.last_epoch, self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """γₜ = γ_min + (γ₀ − γ_min) · (1 + cos(π T_cur / T_i)) / 2, again and again from the top.

    Like `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`. T_cur counts the steps since the last restart; T_i is
    the length of this run: `T_0` for the first, and `T_mult` times the one before for each other. `step(epoch)` takes
    fractions of epochs, for steps within an epoch, and is not deprecated here.

    Source: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; Loshchilov and Hutter, "SGDR",
    https://arxiv.org/abs/1608.03983.
    """

    def __init__(self, optimizer: Any, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, float | int):
            raise ValueError(f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The cosine at T_cur of T_i."""
        self._only_in_step()
        return half_cosine(self.base_lrs, self.eta_min, self.T_cur, self.T_i)

    def step(self, epoch: float | None = None) -> None:  # type: ignore[override]
        """One step on, or to any point of the schedule: `epoch` may be a fraction."""
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            epoch = 0 if epoch is None else epoch
            if epoch < 0:
                raise ValueError(f"Expected non-negative epoch, but got {epoch}")
            self._locate(epoch)
        self.last_epoch = math.floor(epoch)
        with self._while("_get_lr_called_within_step"):
            lrs = self.get_lr()
        self._write(lrs)

    def _locate(self, epoch: float) -> None:
        """Sets T_cur and T_i for an epoch: in which run is it, and how far inside?"""
        if epoch < self.T_0:
            self.T_cur, self.T_i = epoch, self.T_0
        elif self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        else:
            # n runs take T_0 + T_0 · T_mult + … = T_0 · (T_multⁿ − 1) / (T_mult − 1) epochs
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n


def half_cosine(start: list[Any], end: float, t: float, T: float) -> list[Any]:
    """From each of `start` at t = 0 to `end` at t = T, on half a wave."""
    return [end + (s - end) * (1 + math.cos(math.pi * t / T)) / 2 for s in start]
