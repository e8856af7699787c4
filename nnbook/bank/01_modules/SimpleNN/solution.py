import torch
from torch import nn


class SimpleNN(nn.Module):
    """x: (N, input_size) -> hidden -> ReLU -> logits: (N, num_classes)"""

    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        # BEGIN SOLUTION
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, num_classes)
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        return self.fc2(self.relu(self.fc1(x)))
        # END SOLUTION
