"""torch.optim, rebuilt from scratch: each name here is the drop-in twin of the one in torch.optim."""

from nnbook.optim import lr_scheduler
from nnbook.optim.adadelta import Adadelta
from nnbook.optim.adafactor import Adafactor
from nnbook.optim.adagrad import Adagrad
from nnbook.optim.adam import Adam
from nnbook.optim.adamax import Adamax
from nnbook.optim.adamw import AdamW
from nnbook.optim.asgd import ASGD
from nnbook.optim.lbfgs import LBFGS
from nnbook.optim.muon import Muon
from nnbook.optim.nadam import NAdam
from nnbook.optim.optimizer import Optimizer
from nnbook.optim.radam import RAdam
from nnbook.optim.rmsprop import RMSprop
from nnbook.optim.rprop import Rprop
from nnbook.optim.sgd import SGD
from nnbook.optim.sparse_adam import SparseAdam

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Muon",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
    "lr_scheduler",
]
