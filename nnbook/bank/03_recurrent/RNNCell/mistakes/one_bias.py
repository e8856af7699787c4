"""a cell with one bias

Two biases that are only ever added up could be one, and the function would be the same. But the twin has both names:
a state_dict of nn.RNNCell has a bias_hh, and it finds no place here. Try `load_state_dict`.
"""

import torch
from torch import nn


class RNNCell(nn.Module):
    """One step of a recurrent layer.  x: (N, input_size), hx: (N, hidden_size) or None -> (N, hidden_size)"""

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh"):
        super().__init__()
        self.hidden_size, self.nonlinearity = hidden_size, nonlinearity
        bound = hidden_size**-0.5

        def parameter(*shape):
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

        self.weight_ih = parameter(hidden_size, input_size)
        self.weight_hh = parameter(hidden_size, hidden_size)
        self.bias_ih = parameter(hidden_size) if bias else None

    def forward(self, x, hx=None):
        if hx is None:
            hx = x.new_zeros(self.hidden_size)  # broadcast over the batch
        z = x @ self.weight_ih.T + hx @ self.weight_hh.T
        if self.bias_ih is not None:
            z = z + self.bias_ih
        return torch.tanh(z) if self.nonlinearity == "tanh" else torch.relu(z)
