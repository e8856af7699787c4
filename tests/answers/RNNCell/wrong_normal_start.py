# The start is normal instead of uniform.
import torch
from torch import nn


class RNNCell(nn.Module):
    """One step of a recurrent layer.  x: (N, input_size), hx: (N, hidden_size) or None -> (N, hidden_size)"""

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh"):
        super().__init__()
        self.hidden_size, self.nonlinearity = hidden_size, nonlinearity
        bound = hidden_size**-0.5

        def parameter(*shape):
            return nn.Parameter(torch.empty(shape).normal_(0, bound / 3**0.5))

        self.weight_ih = parameter(hidden_size, input_size)
        self.weight_hh = parameter(hidden_size, hidden_size)
        self.bias_ih = parameter(hidden_size) if bias else None
        self.bias_hh = parameter(hidden_size) if bias else None

    def forward(self, x, hx=None):
        if hx is None:
            hx = x.new_zeros(self.hidden_size)  # broadcast over the batch
        z = x @ self.weight_ih.T + hx @ self.weight_hh.T
        if self.bias_ih is not None:
            z = z + self.bias_ih + self.bias_hh
        return torch.tanh(z) if self.nonlinearity == "tanh" else torch.relu(z)
