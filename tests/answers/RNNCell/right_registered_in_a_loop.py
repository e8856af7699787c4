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

        for kind, size in (("ih", input_size), ("hh", hidden_size)):
            self.register_parameter(f"weight_{kind}", parameter(hidden_size, size))
            self.register_parameter(f"bias_{kind}", parameter(hidden_size) if bias else None)
        self.steps_seen = 0

    def forward(self, x, hx=None):
        self.steps_seen += 1
        z = x @ self.weight_ih.t()
        if hx is not None:
            z = z + hx @ self.weight_hh.t()
        if self.bias_ih is not None:
            z = z + self.bias_ih + self.bias_hh
        return torch.tanh(z) if self.nonlinearity == "tanh" else torch.relu(z)
