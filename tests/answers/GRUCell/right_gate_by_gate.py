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
        h = x.new_zeros(self.hidden_size) if hx is None else hx  # zeros are broadcast over the batch
        wi, wr = self.weight_ih.split(self.hidden_size), self.weight_hh.split(self.hidden_size)
        wx, wh = [x @ w.T for w in wi], [h @ w.T for w in wr]
        if self.bias_ih is not None:
            wx = [a + b for a, b in zip(wx, self.bias_ih.split(self.hidden_size))]
            wh = [a + b for a, b in zip(wh, self.bias_hh.split(self.hidden_size))]
        (rx, zx, nx), (rh, zh, nh) = wx, wh
        r, z = torch.sigmoid(rx + rh), torch.sigmoid(zx + zh)
        n = torch.tanh(nx + r * nh)
        return (1 - z) * n + z * h
