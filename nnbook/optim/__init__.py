"""torch.optim, rebuilt from scratch: each name here is the drop-in twin of the one in torch.optim."""

from nnbook.optim.adam import Adam
from nnbook.optim.optimizer import Optimizer
from nnbook.optim.rmsprop import RMSprop
from nnbook.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer", "RMSprop"]
