import torch
from torch import nn


class Cell(nn.Module):
    """One layer in one direction, without parameters of its own: they belong to the LSTM, under torch's names."""

    def forward(self, x, state, weights):
        h, c = state
        w_ih, w_hh, *biases = weights
        gates = x @ w_ih.T + h @ w_hh.T
        for b in biases:
            gates = gates + b
        i, f, g, o = gates.tensor_split(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c


class LSTM(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, bidirectional=False):
        super().__init__()
        self.cell = Cell()
        self.hidden_size, self.batch_first = hidden_size, batch_first
        self.names = []
        ends = ("", "_reverse") if bidirectional else ("",)
        for layer in range(num_layers):
            self.names.append([])
            for end in ends:
                inputs = hidden_size * len(ends) if layer else input_size
                shapes = [("weight_ih", [4 * hidden_size, inputs]), ("weight_hh", [4 * hidden_size, hidden_size])]
                shapes += [("bias_ih", [4 * hidden_size]), ("bias_hh", [4 * hidden_size])] if bias else []
                self.names[-1].append([f"{kind}_l{layer}{end}" for kind, _ in shapes])
                for kind, shape in shapes:
                    setattr(self, f"{kind}_l{layer}{end}", nn.Parameter(torch.zeros(shape)))
        self.reset_parameters()

    def reset_parameters(self):
        with torch.no_grad():
            for p in self.parameters():
                p.uniform_(-1, 1).mul_(self.hidden_size**-0.5)

    def forward(self, x, hx=None):
        batched = x.dim() == 3
        if batched and self.batch_first:
            x = x.transpose(0, 1)
        count = sum(map(len, self.names))
        if hx is None:
            h = c = torch.zeros(count, *x.shape[1:-1], self.hidden_size, dtype=x.dtype)
        else:
            h, c = hx
        number, ends = 0, []
        for layer in self.names:
            columns = []
            for way, names in enumerate(layer):
                weights = [getattr(self, n) for n in names]
                state = h[number], c[number]
                y = x.new_empty(0)
                made = [y] * len(x)
                order = reversed(range(len(x))) if way else range(len(x))
                for t in order:
                    state = self.cell(x[t], state, weights)
                    made[t] = state[0]
                columns.append(torch.stack(made))
                ends.append(state)
                number += 1
            x = torch.cat(columns, -1)
        if batched and self.batch_first:
            x = x.transpose(0, 1).contiguous()
        return x, tuple(torch.stack(part) for part in zip(*ends))
