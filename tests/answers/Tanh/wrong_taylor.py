# a Taylor series, right near zero alone
from torch import nn


class Tanh(nn.Module):
    def forward(self, x):
        y = x.clamp(-1.5, 1.5)
        return y - y**3 / 3 + 2 * y**5 / 15 - 17 * y**7 / 315
