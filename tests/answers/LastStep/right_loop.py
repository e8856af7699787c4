import torch
from torch import nn


class LastStep(nn.Module):
    """Reads a sequence to its end and names it.  x: (N, T, inputs) -> (N, classes)"""

    def __init__(self, inputs, hidden, classes):
        super().__init__()
        self.rnn = nn.LSTM(inputs, hidden)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        state = None
        for step in x.unbind(dim=1):
            out, state = self.rnn(step[None], state)
        return self.head(out[0])
