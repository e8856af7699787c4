"""a loss without its logarithm

NLLLoss takes a minus sign and picks, nothing else: it wants log-probabilities. Given probabilities it is -p, between
-1 and 0, with a gradient that is smallest where the network is most wrong. A negative loss is the symptom.
"""

import torch
import torch.nn.functional as F
from torch import nn


class DoubleSoftmax(nn.Module):
    """A classifier that knows its own loss.  x: (N, inputs) -> probabilities (N, classes)"""

    def __init__(self, inputs, classes, hidden=16):
        super().__init__()
        self.hidden = nn.Linear(inputs, hidden)
        self.out = nn.Linear(hidden, classes)

    def scores(self, x):
        return self.out(torch.relu(self.hidden(x)))

    def forward(self, x):
        return torch.softmax(self.scores(x), dim=1)

    def loss(self, x, y):
        """The mean cross entropy between the probabilities and the labels y"""
        return F.nll_loss(self(x), y)
