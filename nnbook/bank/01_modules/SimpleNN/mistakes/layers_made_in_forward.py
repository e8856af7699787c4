"""a network that makes its layers anew in every call

Fresh random layers each time: nothing is there to be trained, and the same input gives another answer in the next call.
Call the network two times on one batch, and count its parameters.
"""

import torch
from torch import nn


class SimpleNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.sizes = input_size, hidden_size, num_classes

    def forward(self, x):
        fc1 = nn.Linear(*self.sizes[:2]).to(x)
        fc2 = nn.Linear(*self.sizes[1:]).to(x)
        return fc2(torch.relu(fc1(x)))
