"""torch.optim.swa_utils, rebuilt from scratch: the average of the weights along the way, and what it needs.

Source: torch.optim.swa_utils; Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization",
https://arxiv.org/abs/1803.05407.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any, Literal

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.optim.lr_scheduler.base import LRScheduler, per_group

__all__ = [
    "SWALR",
    "AveragedModel",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]


def get_swa_avg_fn() -> Callable[[Tensor, Tensor, Any], Tensor]:
    """θ̄ + (θ − θ̄) / (n + 1): the mean of all θ so far, n of which are in θ̄ already."""

    @torch.no_grad()
    def mean(averaged: Tensor, current: Tensor, n: Any) -> Tensor:
        return averaged + (current - averaged) / (n + 1)

    return mean


def get_ema_avg_fn(decay: float = 0.999) -> Callable[[Tensor, Tensor, Any], Tensor]:
    """d θ̄ + (1 − d) θ: an average that forgets; d is `decay`."""
    if not 0.0 <= decay <= 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")

    @torch.no_grad()
    def forgetting(averaged: Tensor, current: Tensor, n: Any) -> Tensor:
        return decay * averaged + (1 - decay) * current

    return forgetting


def get_swa_multi_avg_fn() -> Callable[[Any, Any, Any], None]:
    """The mean of `get_swa_avg_fn`, written into each of a list of tensors; integers too, at which torch's fails."""
    return _each_in_place(get_swa_avg_fn())


def get_ema_multi_avg_fn(decay: float = 0.999) -> Callable[[Any, Any, Any], None]:
    """The average of `get_ema_avg_fn`, written into each of a list of tensors."""
    return _each_in_place(get_ema_avg_fn(decay))


def _each_in_place(average: Callable[[Tensor, Tensor, Any], Tensor]) -> Callable[[Any, Any, Any], None]:
    @torch.no_grad()
    def update(averaged: Iterable[Tensor], current: Iterable[Tensor], n: Any) -> None:
        for old, new in zip(averaged, current, strict=True):
            old.copy_(average(old, new, n))

    return update


class AveragedModel(Module):
    """A copy of a model whose parameters are averages. Like `torch.optim.swa_utils.AveragedModel`.

    `update_parameters(model)` takes the model's present parameters into the average; the first call copies them. The
    average is a mean unless `avg_fn(averaged, current, n)` gives another, or `multi_avg_fn`, which is given lists of
    tensors of one dtype and writes into the first. Buffers are copied, or averaged too with `use_buffers=True`.

    `model` may be a module of ours or of torch's. The state holds the copy under `module` and the count `n_averaged`.
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Any,
        device: Any = None,
        avg_fn: Callable[[Tensor, Tensor, Any], Tensor] | None = None,
        multi_avg_fn: Callable[[Any, Any, Any], None] | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", torch.tensor(0, dtype=torch.long, device=device))
        self.avg_fn = avg_fn
        self.multi_avg_fn = multi_avg_fn
        self.use_buffers = use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The output of the averaged model."""
        return self.module(*args, **kwargs)

    @torch.no_grad()
    def update_parameters(self, model: Any) -> None:
        """Takes the parameters of `model` into the average."""
        mine, its = ([m.parameters(), m.buffers()] for m in (self.module, model))
        averaged, current = (chain(*both) if self.use_buffers else both[0] for both in (mine, its))
        pairs = [(old.detach(), new.detach().to(old.device)) for old, new in zip(averaged, current, strict=False)]

        if self.n_averaged == 0:
            for old, new in pairs:
                old.copy_(new)
        elif self.multi_avg_fn is not None:
            alike: defaultdict[Any, list[tuple[Tensor, Tensor]]] = defaultdict(list)
            for old, new in pairs:
                alike[old.device, old.dtype].append((old, new))
            for (device, _), group in alike.items():
                olds, news = map(list, zip(*group, strict=True))
                self.multi_avg_fn(olds, news, self.n_averaged.to(device))
        else:
            average = self.avg_fn or get_swa_avg_fn()
            for old, new in pairs:
                old.copy_(average(old, new, self.n_averaged.to(old.device)))

        if not self.use_buffers:
            for old, new in zip(*(m.buffers() for m in (self.module, model)), strict=True):
                old.copy_(new.to(old.device))
        self.n_averaged += 1


@torch.no_grad()
def update_bn(loader: Iterable[Any], model: Any, device: Any = None) -> None:
    """Measures the running statistics of all batch norm layers anew: means over one pass through `loader`.

    Like `torch.optim.swa_utils.update_bn`. Averaged weights have seen no data: the statistics of the model that they
    come from are not theirs. Of a batch that is a list or tuple the first part is the input.
    """
    layers = {
        layer: layer.momentum
        for layer in model.modules()
        if any(cls.__name__ in ("_BatchNorm", "BatchNorm") for cls in type(layer).__mro__)  # torch's or ours
    }
    if not layers:
        return
    was_training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # all batches count alike
    for batch in loader:
        x = batch[0] if isinstance(batch, list | tuple) else batch
        model(x if device is None else x.to(device))
    for layer, momentum in layers.items():
        layer.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """From the present rate to a constant one, in which the average is then taken. Like torch.optim.swa_utils.SWALR.

        γₜ = a · swa_lr + (1 − a) · γ₀            a goes from 0 to 1 in `anneal_epochs` steps

    in a straight line or as half a cosine wave (`anneal_strategy` "linear" or "cos"). It starts from the rate so far:
    γ₀ is worked out from γₜ₋₁, so that a change by somebody else stays.
    """

    def __init__(
        self,
        optimizer: Any,
        swa_lr: float,
        anneal_epochs: int = 10,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        last_epoch: int = -1,
    ) -> None:
        for group, lr in zip(optimizer.param_groups, per_group("swa_lr", optimizer, swa_lr), strict=True):
            group["swa_lr"] = lr
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self._anneal_strategy = anneal_strategy
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def anneal_func(self, part: float) -> float:
        """How far the rate has come when this part of the steps is over."""
        return (1 - math.cos(math.pi * part)) / 2 if self._anneal_strategy == "cos" else part

    def get_lr(self) -> list[Any]:
        """The next rate from the rate so far."""
        self._only_in_step()
        t = self._step_count - 1
        if self.anneal_epochs == 0:
            t = max(1, t)
        before, now = (self.anneal_func(max(0, min(1, n / max(1, self.anneal_epochs)))) for n in (t - 1, t))
        lrs = []
        for group in self.optimizer.param_groups:
            lr, swa_lr = group["lr"], group["swa_lr"]
            # γ₀ = (γₜ₋₁ − a swa_lr) / (1 − a)      with the a of step t − 1
            start = swa_lr if before == 1 else (lr - before * swa_lr) / (1 - before)
            # γₜ = a swa_lr + (1 − a) γ₀
            lrs.append(swa_lr * now + start * (1 - now))
        return lrs
