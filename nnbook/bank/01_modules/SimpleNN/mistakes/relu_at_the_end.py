"""a network with a ReLU after its last layer too

Negative logits are cut to zero, and with them their gradients: a class that starts below zero for every sample can
never rise. Count the zeros in the output for a random batch.
"""

import torch
from torch import nn


class SimpleNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return torch.relu(self.fc2(torch.relu(self.fc1(x))))
