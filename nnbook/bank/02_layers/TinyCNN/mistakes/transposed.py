"""a network that sees every picture on its side

Swapping the second and the fourth dimension puts the channels in front, and it swaps height and width on the way: (N,
C, W, H). Square pictures hide it, and a network that is trained on pictures on their side learns them well, until
somebody shows it one that was loaded otherwise.
"""

import torch
from torch import nn


class TinyCNN(nn.Module):
    """Two convolutions and a linear layer.  x: (N, H, W, C), as image files have them -> (N, classes)"""

    def __init__(self, channels=3, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 8, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=3, padding=1, stride=2)
        self.head = nn.Linear(16, classes)

    def forward(self, x):
        x = x.transpose(1, 3)
        x = torch.relu(self.conv1(x))
        x = torch.relu(self.conv2(x))
        return self.head(x.mean(dim=(2, 3)))
