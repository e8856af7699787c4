# The backward direction starts as a copy of the forward one.
import torch
from torch import nn


class LSTM(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, *, bidirectional=False):
        super().__init__()
        self.hidden_size, self.num_layers, self.batch_first = hidden_size, num_layers, batch_first
        self.endings = ("", "_reverse") if bidirectional else ("",)
        bound = hidden_size**-0.5

        def parameter(*shape):
            return nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

        for layer in range(num_layers):
            size = input_size if layer == 0 else hidden_size * len(self.endings)
            for ending in self.endings:
                name = f"l{layer}{ending}"
                self.register_parameter(f"weight_ih_{name}", parameter(4 * hidden_size, size))
                self.register_parameter(f"weight_hh_{name}", parameter(4 * hidden_size, hidden_size))
                self.register_parameter(f"bias_ih_{name}", parameter(4 * hidden_size) if bias else None)
                self.register_parameter(f"bias_hh_{name}", parameter(4 * hidden_size) if bias else None)
        if bidirectional:
            for name, p in self.named_parameters():
                if name.endswith("_reverse"):
                    p.data.copy_(getattr(self, name.removesuffix("_reverse")).data)

    def forward(self, x, hx=None):
        if x.dim() == 2:  # one sequence: a batch of one, taken off again at the end
            if hx is not None:
                hx = tuple(s.unsqueeze(1) for s in hx)
            y, (h, c) = self.run(x.unsqueeze(1), hx)
            return y.squeeze(1), (h.squeeze(1), c.squeeze(1))
        if self.batch_first:
            y, state = self.run(x.transpose(0, 1), hx)
            return y.transpose(0, 1), state
        return self.run(x, hx)

    def run(self, x, hx):
        """All layers over x (T, N, size)."""
        if hx is None:
            zeros = x.new_zeros(self.num_layers * len(self.endings), x.shape[1], self.hidden_size)
            hx = zeros, zeros
        last_h, last_c = [], []
        for layer in range(self.num_layers):
            halves = []
            for ending in self.endings:
                h, c = hx[0][len(last_h)], hx[1][len(last_c)]
                steps = x.flip(0) if ending else x
                outputs = []
                for step in steps:
                    h, c = self.cell(step, h, c, f"l{layer}{ending}")
                    outputs.append(h)
                y = torch.stack(outputs)
                halves.append(y.flip(0) if ending else y)
                last_h.append(h)
                last_c.append(c)
            x = torch.cat(halves, dim=-1)
        return x, (torch.stack(last_h), torch.stack(last_c))

    def cell(self, x, h, c, name):
        """One step of one layer in one direction."""
        gates = x @ getattr(self, f"weight_ih_{name}").T + h @ getattr(self, f"weight_hh_{name}").T
        if getattr(self, f"bias_ih_{name}") is not None:
            gates = gates + getattr(self, f"bias_ih_{name}") + getattr(self, f"bias_hh_{name}")
        i, f, g, o = gates.chunk(4, dim=-1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
