"""the guide's network, which ends in a softmax

The outputs look like what a classifier should say, and it even trains. But the loss applies a softmax of its own: with
ten classes, a perfect network then scores 1.461 instead of 0, and its gradients are small. Give
`nn.CrossEntropyLoss` a one-hot row, once as it is and once times 100.
"""

import torch
from torch import nn


class SimpleNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return torch.softmax(self.fc2(torch.relu(self.fc1(x))), dim=1)
