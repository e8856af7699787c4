"""a network whose layers stand in a plain list

Its outputs are fine, and it has no parameters: a list is an ordinary attribute, and torch does not look inside.
Optimizers find nothing to train, `state_dict()` is empty. Print `list(net.parameters())`.
"""

import torch
from torch import nn


class SimpleNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.layers = [nn.Linear(input_size, hidden_size), nn.Linear(hidden_size, num_classes)]

    @property
    def fc1(self):
        return self.layers[0]

    @property
    def fc2(self):
        return self.layers[1]

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))
