"""a network that bends with a sigmoid

A bend it is, but not the one of the formula: the hidden units lie between 0 and 1 and their slope is at most a quarter.
Compare the hidden values for a large input with max(0, ...).
"""

import torch
from torch import nn


class SimpleNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc2(torch.sigmoid(self.fc1(x)))
