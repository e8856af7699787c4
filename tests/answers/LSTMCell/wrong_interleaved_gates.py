# The gates' rows are interleaved.
import torch
from torch import nn


class LSTMCell(nn.Module):
    """One step of an LSTM.  x: (N, input_size), hx: (h, c) or None -> (h, c), each (N, hidden_size)"""

    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self.hidden_size = hidden_size
        bound = hidden_size**-0.5

        def parameter(*shape):
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

        self.weight_ih = parameter(4 * hidden_size, input_size)
        self.weight_hh = parameter(4 * hidden_size, hidden_size)
        self.bias_ih = parameter(4 * hidden_size) if bias else None
        self.bias_hh = parameter(4 * hidden_size) if bias else None

    def forward(self, x, hx=None):
        zeros = x.new_zeros(self.hidden_size)  # broadcast over the batch
        h, c = (zeros, zeros) if hx is None else hx
        gates = x @ self.weight_ih.T + h @ self.weight_hh.T
        if self.bias_ih is not None:
            gates = gates + self.bias_ih + self.bias_hh
        i, f, g, o = gates.unflatten(-1, (self.hidden_size, 4)).unbind(-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
