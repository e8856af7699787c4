"""Schedulers that raise the rate and lower it again, and the momentum the other way round."""

import math
from collections.abc import Callable
from typing import Any, Literal

from nnbook.optim.lr_scheduler.base import LRScheduler, check_optimizer, per_group, put
from nnbook.optim.lr_scheduler.function import attributes

__all__ = ["CyclicLR", "OneCycleLR"]


class Cycle(LRScheduler):
    """What the two schedulers of this file share: momentum, which is low while the rate is high.

    Momentum is `momentum` of the groups, or the first of `betas` where the optimizer has those.
    """

    cycle_momentum: bool
    use_beta1: bool

    def _start_momentum(self, base: Any, highest: Any, first: bool) -> tuple[list[Any], list[Any]]:
        """The lowest and highest momentum of each group, which starts at the highest."""
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
        self.use_beta1 = "betas" in defaults
        low = per_group("base_momentum", self.optimizer, base)
        high = per_group("max_momentum", self.optimizer, highest)
        if first:
            for group, b, m in zip(self.optimizer.param_groups, low, high, strict=True):
                self._put_momentum(group, m)
                group["max_momentum"] = m
                group["base_momentum"] = b
        return low, high

    def _put_momentum(self, group: dict[str, Any], momentum: Any) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(Cycle):
    """Up and down between two rates, for ever. Like `torch.optim.lr_scheduler.CyclicLR`.

        c = ⌊1 + t / L⌋                          the number of this cycle; L = step_size_up + step_size_down
        h = 0 … 1 … 0                            in straight lines: up in step_size_up steps, then down
        γₜ = base_lr + (max_lr − base_lr) · h · scale(c)
        momentum = max_momentum − (max_momentum − base_momentum) · h · scale(c)

    `mode` chooses scale: "triangular" 1, "triangular2" ½^(c−1), "exp_range" `gamma`^t; `scale_fn` is one of your own,
    of c with `scale_mode="cycle"`, of t with "iterations". `step_size_down` is `step_size_up` unless said otherwise.

    Source: torch.optim.lr_scheduler.CyclicLR; Smith, "Cyclical Learning Rates for Training Neural Networks",
    https://arxiv.org/abs/1506.01186.
    """

    def __init__(
        self,
        optimizer: Any,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float = 0.8,
        max_momentum: float = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError("mode is invalid and scale_fn is None")
        self.optimizer = optimizer
        base_lrs = per_group("base_lr", optimizer, base_lr)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
                put(group, "lr", lr)

        up = float(step_size_up)
        self.total_size = up + (up if step_size_down is None else float(step_size_down))
        self.step_ratio = up / self.total_size
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"

        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self._start_momentum(
                base_momentum, max_momentum, last_epoch == -1
            )
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """How high the cycle is: x is its number or the number of steps, by `scale_mode`."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "exp_range":
            return self.gamma**x
        return 1 / (2.0 ** (x - 1)) if self.mode == "triangular2" else 1.0

    def get_lr(self) -> list[Any]:
        """The rate of each group; its momentum is set here as well."""
        self._only_in_step()
        t = self.last_epoch
        # c = ⌊1 + t / L⌋
        cycle = math.floor(1 + t / self.total_size)
        # the part of this cycle that is over, then h
        x = 1.0 + t / self.total_size - cycle
        h = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self.scale_fn(cycle if self.scale_mode == "cycle" else t)

        if self.cycle_momentum:
            ends = zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True)
            for group, low, high in ends:
                self._put_momentum(group, high - (high - low) * h * scale)
        return [low + (high - low) * h * scale for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]

    def state_dict(self) -> dict[str, Any]:
        """As in the base class; of your `scale_fn`, the attributes of a callable object, None for a function."""
        return super().state_dict() | {"_scale_fn_custom": attributes(self._scale_fn_custom)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a saved state; `scale_fn` stays, a callable object gets its attributes back."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_scale_fn_custom"})
        if state_dict["_scale_fn_custom"] is not None:
            self._scale_fn_custom.__dict__.update(state_dict["_scale_fn_custom"])


class OneCycleLR(Cycle):
    """One rise and one long fall, to far below the start. Like `torch.optim.lr_scheduler.OneCycleLR`.

        max_lr / div_factor  →  max_lr                                    in the part pct_start of all steps
        max_lr  →  max_lr / div_factor / final_div_factor                  in the rest
        max_momentum  →  base_momentum  →  max_momentum                    meanwhile

    With `three_phase` the fall has two parts: back to the start in as many steps as the rise, then on to the end, with
    `max_momentum`. Each arrow is a straight line or half a cosine wave (`anneal_strategy` "linear" or "cos"). There are
    `total_steps`, or `epochs` · `steps_per_epoch`; one more raises a ValueError.

    Source: torch.optim.lr_scheduler.OneCycleLR; Smith and Topin, "Super-Convergence: Very Fast Training of Neural
    Networks Using Large Learning Rates", https://arxiv.org/abs/1708.07120.
    """

    def __init__(
        self,
        optimizer: Any,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        self.total_steps = self._count(total_steps, epochs, steps_per_epoch)
        if pct_start < 0 or pct_start > 1 or not isinstance(pct_start, float):
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._anneal_func_type = anneal_strategy

        # Each phase: its last step, and the names of the options in the group between which it goes.
        names = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
        rise, last = float(pct_start * self.total_steps), self.total_steps - 1
        phases: list[tuple] = [(rise - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum")]
        if three_phase:
            fall = float(2 * pct_start * self.total_steps)
            phases.append((fall - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"))
            phases.append((last, "initial_lr", "min_lr", "max_momentum", "max_momentum"))
        else:
            phases.append((last, "max_lr", "min_lr", "base_momentum", "max_momentum"))
        self._schedule_phases = [dict(zip(names, phase, strict=True)) for phase in phases]

        max_lrs = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, highest in zip(optimizer.param_groups, max_lrs, strict=True):
                group["initial_lr"] = highest / div_factor
                group["max_lr"] = highest
                group["min_lr"] = group["initial_lr"] / final_div_factor
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._start_momentum(base_momentum, max_momentum, last_epoch == -1)
        super().__init__(optimizer, last_epoch)

    @staticmethod
    def _count(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
        if total_steps is None and (epochs is None or steps_per_epoch is None):
            raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
        given = {"total_steps": total_steps}
        if total_steps is None:
            given = {"epochs": epochs, "steps_per_epoch": steps_per_epoch}
        for name, value in given.items():
            if not isinstance(value, int) or value <= 0:
                raise ValueError(f"Expected positive integer {name}, but got {value}")
        return math.prod(given.values())  # type: ignore[arg-type]

    def _anneal_func(self, start: Any, end: Any, part: float) -> Any:
        """The way from start to end, of which this part is over."""
        if self._anneal_func_type == "cos":
            return end + (start - end) / 2.0 * (math.cos(math.pi * part) + 1)
        return (end - start) * part + start

    def get_lr(self) -> list[Any]:
        """The rate of each group; its momentum is set here as well."""
        self._only_in_step()
        t = self.last_epoch
        if t > self.total_steps:
            raise ValueError(f"Tried to step {t} times. The specified number of total steps is {self.total_steps}")
        # the phase that t is in, and where it began
        i = next((i for i, phase in enumerate(self._schedule_phases[:-1]) if t <= phase["end_step"]), -1)
        phase, begin = self._schedule_phases[i], 0.0
        if i != 0:
            begin = self._schedule_phases[i - 1]["end_step"]
        part = (t - begin) / (phase["end_step"] - begin)

        lrs = []
        for group in self.optimizer.param_groups:
            lrs.append(self._anneal_func(group[phase["start_lr"]], group[phase["end_lr"]], part))
            if self.cycle_momentum:
                ends = group[phase["start_momentum"]], group[phase["end_momentum"]]
                self._put_momentum(group, self._anneal_func(*ends, part))
        return lrs
