# Upper layers read zeros in place of the backward half.
import torch
from torch import nn


class RNN(nn.Module):
    """A recurrent layer.  x: (T, N, input_size), hx: (L * D, N, hidden_size) or None -> output, h_n"""

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        *,
        bidirectional=False,
    ):
        super().__init__()
        self.hidden_size, self.num_layers, self.batch_first = hidden_size, num_layers, batch_first
        self.bend = torch.tanh if nonlinearity == "tanh" else torch.relu
        self.endings = ("", "_reverse") if bidirectional else ("",)
        bound = hidden_size**-0.5

        def parameter(*shape):
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

        for layer in range(num_layers):
            size = input_size if layer == 0 else hidden_size * len(self.endings)
            for ending in self.endings:
                name = f"l{layer}{ending}"
                self.register_parameter(f"weight_ih_{name}", parameter(hidden_size, size))
                self.register_parameter(f"weight_hh_{name}", parameter(hidden_size, hidden_size))
                self.register_parameter(f"bias_ih_{name}", parameter(hidden_size) if bias else None)
                self.register_parameter(f"bias_hh_{name}", parameter(hidden_size) if bias else None)

    def forward(self, x, hx=None):
        if x.dim() == 2:  # one sequence: a batch of one, taken off again at the end
            y, h = self.run(x.unsqueeze(1), None if hx is None else hx.unsqueeze(1))
            return y.squeeze(1), h.squeeze(1)
        if self.batch_first:
            y, h = self.run(x.transpose(0, 1), hx)
            return y.transpose(0, 1), h
        return self.run(x, hx)

    def run(self, x, hx):
        """All layers over x (T, N, size)."""
        if hx is None:
            hx = x.new_zeros(self.num_layers * len(self.endings), x.shape[1], self.hidden_size)
        last = []
        for layer in range(self.num_layers):
            halves = []
            for ending in self.endings:
                h = hx[len(last)]
                outputs = []
                for step in x.flip(0) if ending else x:
                    h = self.cell(step, h, f"l{layer}{ending}")
                    outputs.append(h)
                y = torch.stack(outputs)
                halves.append(y.flip(0) if ending else y)
                last.append(h)
            x = torch.cat(halves if layer == self.num_layers - 1 else [halves[0]] + [0 * h for h in halves[1:]], dim=-1)
        return x, torch.stack(last)

    def cell(self, x, h, name):
        """One step of one layer in one direction."""
        z = x @ getattr(self, f"weight_ih_{name}").T + h @ getattr(self, f"weight_hh_{name}").T
        if getattr(self, f"bias_ih_{name}") is not None:
            z = z + getattr(self, f"bias_ih_{name}") + getattr(self, f"bias_hh_{name}")
        return self.bend(z)
