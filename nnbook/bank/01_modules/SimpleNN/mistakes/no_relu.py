"""a network without its ReLU

Two linear layers in a row are one linear layer, however wide the hidden one is: the network can draw straight
boundaries only. Check whether the output for `-x`, less the output for zeros, is the exact opposite of the one for `x`.
"""

from torch import nn


class SimpleNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc2(self.fc1(x))
