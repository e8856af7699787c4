"""a network that ends in a log-softmax

Log-probabilities are what NLLLoss wants. CrossEntropyLoss takes them without harm to the loss, since a second
log-softmax changes nothing, yet they are not the logits that were asked for. Sum `output.exp()` along the classes: it
is always one, which logits have no reason to be.
"""

import torch
from torch import nn


class SimpleNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.fc2 = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return torch.log_softmax(self.fc2(torch.relu(self.fc1(x))), dim=1)
