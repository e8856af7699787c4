# all networks of one size share their layers
import torch.nn.functional as F
from torch import nn

MADE = {}


class SimpleNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = MADE.setdefault((input_size, hidden_size), nn.Linear(input_size, hidden_size))
        self.fc2 = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        return self.fc2(x)
