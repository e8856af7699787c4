"""a reader that takes the cell state

The LSTM hands back h and c. The cell c is its memory, not what it says: h = o · tanh(c) is, and only h lies between
-1 and 1. Compare with out[:, -1].
"""

import torch
from torch import nn


class LastStep(nn.Module):
    """Reads a sequence to its end and names it.  x: (N, T, inputs) -> (N, classes)"""

    def __init__(self, inputs, hidden, classes):
        super().__init__()
        self.rnn = nn.LSTM(inputs, hidden, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        _, (_, c) = self.rnn(x)
        return self.head(c[-1])
