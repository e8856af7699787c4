"""a reader that gives the last sequence's states

`out[-1]` is the last step where time comes first. Here the batch does, so it is all steps of the last sequence: T
rows of scores, none of them about the others. Look at the shape for 5 sequences of 7 steps.
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
        out, _ = self.rnn(x)
        return self.head(out[-1])
