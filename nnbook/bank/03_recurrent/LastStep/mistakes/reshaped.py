"""a reader that cuts time and batch anew

A reshape to (T, N, inputs) has the right shape and mixes steps of different sequences: it keeps the order in memory.
Feed it sequences that are constant, each with a number of its own, and look at what the LSTM gets.
"""

import torch
from torch import nn


class LastStep(nn.Module):
    """Reads a sequence to its end and names it.  x: (N, T, inputs) -> (N, classes)"""

    def __init__(self, inputs, hidden, classes):
        super().__init__()
        self.rnn = nn.LSTM(inputs, hidden)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        n, t, i = x.shape
        out, _ = self.rnn(x.reshape(t, n, i))
        return self.head(out[-1])
