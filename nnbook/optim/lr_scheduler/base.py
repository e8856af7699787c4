"""LRScheduler: what every scheduler shares. The formula of each one is in the files beside this."""

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

from torch import Tensor

__all__ = ["LRScheduler"]


class LRScheduler:
    """Base class of all schedulers. Like `torch.optim.lr_scheduler.LRScheduler`; for torch's optimizers and ours.

    A scheduler writes `group["lr"]` of each group of its optimizer: once when it is made, then in each `step()`, which
    is called after the optimizer's. A new one writes one method, `get_lr()`: the rate of each group after
    `self.last_epoch` steps. It may start from `group["lr"]`, the rate so far, as most do here: then a rate that another
    scheduler or you changed in between stays changed. With `_get_closed_form_lr()`, which starts from `self.base_lrs`,
    `step(epoch)` can jump; it is deprecated.

    With `last_epoch` other than -1 it goes on where a former one ended; the groups bring `initial_lr` then.

    Difference from torch: it learns of the optimizer's steps by a hook, where torch puts a function in the place of
    `optimizer.step`; so it does not warn when somebody replaces `step` by a function that calls the old one.

    Source: torch.optim.lr_scheduler.LRScheduler.
    """

    _get_lr_called_within_step = False
    # True while the first rates are set, in __init__
    _is_initial = False

    def __init__(self, optimizer: Any, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming with last_epoch >= 0: "
                    "load the optimizer's state first"
                )
        self.base_lrs: list[Any] = values(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        watch_steps(optimizer)
        self._initial_step()

    def _initial_step(self) -> None:
        self._step_count = 0
        with self._while("_is_initial"):
            self.step()

    def step(self, epoch: int | None = None) -> None:
        """Sets the learning rates for what comes next: call it after `optimizer.step()`."""
        if self._step_count == 1 and not getattr(self.optimizer, "_opt_called", True):
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. Call them in the opposite order: "
                "otherwise the first learning rate of the schedule is never used.",
                UserWarning,
                stacklevel=2,
            )
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_IS_DEPRECATED, UserWarning, stacklevel=2)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        with self._while("_get_lr_called_within_step"):
            if epoch is None:
                self.last_epoch += 1
                lrs = self.get_lr()
            else:
                self.last_epoch = epoch
                lrs = getattr(self, "_get_closed_form_lr", self.get_lr)()
        self._write(lrs)

    def _write(self, lrs: list[Any]) -> None:
        for group, lr in zip(self.optimizer.param_groups, lrs, strict=True):
            put(group, "lr", lr)
        self._last_lr: list[Any] = values(self.optimizer, "lr")

    def get_lr(self) -> list[Any]:
        """The rate of each group after `last_epoch` steps: what a scheduler is made of. Only `step` may call it."""
        raise NotImplementedError

    def get_last_lr(self) -> list[Any]:
        """The rate of each group as the last step set it."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """All attributes but the optimizer, which is saved by itself. torch's scheduler of the same name loads it."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a saved state, ours or torch's. The rates themselves come with the optimizer's state."""
        self.__dict__.update(state_dict)

    @contextlib.contextmanager
    def _while(self, flag: str) -> Iterator[None]:
        setattr(self, flag, True)
        try:
            yield
        finally:
            setattr(self, flag, False)

    def _only_in_step(self) -> None:
        """Warns who calls `get_lr()` to read the rate: many compute the next one, not the present one."""
        if not self._get_lr_called_within_step:
            text = "To get the last learning rate computed by the scheduler, please use `get_last_lr()`."
            warnings.warn(text, UserWarning, stacklevel=3)


EPOCH_IS_DEPRECATED = (
    "The epoch parameter in `scheduler.step()` is deprecated: call `scheduler.step()` once for each epoch. "
    "With an epoch, the closed form of the schedule is used where there is one."
)


def check_optimizer(optimizer: Any) -> None:
    """Raises TypeError for what is no optimizer, torch's or ours."""
    if not (hasattr(optimizer, "param_groups") and hasattr(optimizer, "register_step_post_hook")):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def watch_steps(optimizer: Any) -> None:
    """Sets `optimizer._opt_called` to True with its next step, so that a scheduler sees who was first."""
    if not hasattr(optimizer, "_opt_called"):
        optimizer._opt_called = False
        optimizer.register_step_post_hook(_note_step)


def _note_step(optimizer: Any, args: Any, kwargs: Any) -> None:
    optimizer._opt_called = True


def copied(value: Any) -> Any:
    """A tensor's copy; a number as it is."""
    return value.clone() if isinstance(value, Tensor) else value


def values(optimizer: Any, name: str) -> list[Any]:
    """The option of that name in each group."""
    return [copied(group[name]) for group in optimizer.param_groups]


def put(group: dict[str, Any], name: str, value: Any) -> None:
    """Sets an option; a tensor keeps its identity, since a captured CUDA graph reads that very tensor."""
    if isinstance(group[name], Tensor):
        group[name].fill_(value.squeeze() if isinstance(value, Tensor) else value)
    else:
        group[name] = value


def per_group(name: str, optimizer: Any, value: Any) -> list[Any]:
    """A value for each group: a list has one for each, anything else stands for all."""
    groups = len(optimizer.param_groups)
    if not isinstance(value, list | tuple):
        value = [value] * groups
    if len(value) != groups:
        raise ValueError(f"{name} must have the same length as optimizer.param_groups: {len(value)} and {groups}")
    return [copied(v) for v in value]
