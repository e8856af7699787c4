"""torch.optim.lr_scheduler, rebuilt from scratch: each name here is the drop-in twin of the one in torch.

In the formulas of these files t is `last_epoch`, the number of steps so far; γₜ the learning rate after them, of each
group by itself; γ₀ the rate that the group started with (`initial_lr` in the group, `base_lrs` in the scheduler).
"""

from nnbook.optim.lr_scheduler.base import LRScheduler
from nnbook.optim.lr_scheduler.compose import ChainedScheduler, SequentialLR
from nnbook.optim.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from nnbook.optim.lr_scheduler.cycle import CyclicLR, OneCycleLR
from nnbook.optim.lr_scheduler.factor import ConstantLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, StepLR
from nnbook.optim.lr_scheduler.function import LambdaLR, MultiplicativeLR
from nnbook.optim.lr_scheduler.plateau import ReduceLROnPlateau

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]
