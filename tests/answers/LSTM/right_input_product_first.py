import math

import torch
from torch import nn


def run(x, h, c, w_ih, w_hh, b):
    """One direction: the product with the whole input at once, then the loop."""
    gates = torch.matmul(x, w_ih.t())
    if b is not None:
        gates = gates + b
    out = []
    for t in range(len(gates)):
        i, f, g, o = torch.split(gates[t] + h.mm(w_hh.t()), h.shape[-1], dim=1)
        c = f.sigmoid() * c + i.sigmoid() * torch.tanh(g)
        h = o.sigmoid() * torch.tanh(c)
        out += [h]
    return torch.stack(out, 0), h, c


class LSTM(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, bidirectional=False):
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.bidirectional = bias, batch_first, bidirectional
        k = 1 / math.sqrt(hidden_size)
        for layer in range(num_layers):
            fan = input_size if layer == 0 else hidden_size * (2 if bidirectional else 1)
            for suffix in ["", "_reverse"] if bidirectional else [""]:
                shapes = {"weight_ih": (4 * hidden_size, fan), "weight_hh": (4 * hidden_size, hidden_size)}
                if bias:
                    shapes["bias_ih"] = shapes["bias_hh"] = (4 * hidden_size,)
                for name, shape in shapes.items():
                    setattr(self, f"{name}_l{layer}{suffix}", nn.Parameter(torch.rand(shape) * 2 * k - k))

    def forward(self, input, hx=None):
        if input.dim() == 2:
            states = None if hx is None else (hx[0].unsqueeze(1), hx[1].unsqueeze(1))
            x = input.unsqueeze(0 if self.batch_first else 1)
            y, (h, c) = self.forward(x, states)
            return y.squeeze(0 if self.batch_first else 1), (h.squeeze(1), c.squeeze(1))
        x = input.permute(1, 0, 2) if self.batch_first else input
        suffixes = ["", "_reverse"] if self.bidirectional else [""]
        if hx is None:
            shape = (self.num_layers * len(suffixes), x.size(1), self.hidden_size)
            hx = torch.zeros(shape).to(x), torch.zeros(shape).to(x)
        pairs = iter(zip(*hx))
        hs, cs = [], []
        for layer in range(self.num_layers):
            outs = []
            for suffix in suffixes:
                p = lambda kind: getattr(self, f"{kind}_l{layer}{suffix}")
                b = p("bias_ih") + p("bias_hh") if self.bias else None
                flipped = torch.flip(x, [0]) if suffix else x
                y, h, c = run(flipped, *next(pairs), p("weight_ih"), p("weight_hh"), b)
                outs.append(torch.flip(y, [0]) if suffix else y)
                hs.append(h)
                cs.append(c)
            x = torch.cat(outs, 2)
        return (x.permute(1, 0, 2) if self.batch_first else x), (torch.stack(hs), torch.stack(cs))
