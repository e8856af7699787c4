# The first state is float32.
import torch
from torch import nn


class GRUCell(nn.Module):
    """One step of a GRU.  x: (N, input_size), hx: (N, hidden_size) or None -> (N, hidden_size)"""

    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self.hidden_size = hidden_size
        bound = hidden_size**-0.5

        def parameter(*shape):
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

        self.weight_ih = parameter(3 * hidden_size, input_size)
        self.weight_hh = parameter(3 * hidden_size, hidden_size)
        self.bias_ih = parameter(3 * hidden_size) if bias else None
        self.bias_hh = parameter(3 * hidden_size) if bias else None

    def forward(self, x, hx=None):
        h = torch.zeros(self.hidden_size) if hx is None else hx  # zeros are broadcast over the batch
        wx, wh = x @ self.weight_ih.T, h @ self.weight_hh.T
        if self.bias_ih is not None:
            wx, wh = wx + self.bias_ih, wh + self.bias_hh
        (rx, zx, nx), (rh, zh, nh) = wx.chunk(3, dim=-1), wh.chunk(3, dim=-1)
        r, z = torch.sigmoid(rx + rh), torch.sigmoid(zx + zh)
        n = torch.tanh(nx + r * nh)
        return (1 - z) * n + z * h
