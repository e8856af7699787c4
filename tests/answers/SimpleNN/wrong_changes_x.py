# writes the ReLU into the input
import torch
import torch.nn.functional as F
from torch import nn


class SimpleNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        y = self.fc1(x)
        with torch.no_grad():
            x.clamp_(min=0)
        x = F.relu(y)
        return self.fc2(x)
