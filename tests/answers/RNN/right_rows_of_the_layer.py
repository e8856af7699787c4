import torch
from torch import nn


class Cell:
    """Looks up its parameters in the layer that owns them."""

    def __init__(self, names, bend):
        self.names, self.bend = names, bend

    def __call__(self, owner, x, h):
        wx, wh, bx, bh = (getattr(owner, n, None) for n in self.names)
        z = torch.einsum("ni,hi->nh", x, wx) + torch.einsum("ni,hi->nh", h, wh)
        return self.bend(z if bx is None else z + (bx + bh))


class RNN(nn.Module):
    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
    ):
        super().__init__()
        self.size, self.batch_first, self.layers = hidden_size, batch_first, []
        a = 1 / hidden_size**0.5
        for k in range(num_layers):
            row = []
            for end in ["", "_reverse"][: 1 + bidirectional]:
                inputs = (1 + bidirectional) * hidden_size if k else input_size
                shapes = [(hidden_size, inputs), (hidden_size, hidden_size), (hidden_size,), (hidden_size,)]
                names = [f"{kind}_l{k}{end}" for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
                for name, shape in list(zip(names, shapes))[: 4 if bias else 2]:
                    setattr(self, name, nn.Parameter(2 * a * torch.rand(shape) - a))
                row.append(Cell(names, {"tanh": torch.tanh, "relu": torch.relu}[nonlinearity]))
            self.layers.append(row)

    def forward(self, x, hx=None):
        time = 1 if self.batch_first and x.dim() == 3 else 0
        rows = list(x.unbind(time))
        if x.dim() == 2:
            rows = [r[None] for r in rows]
        states = iter(hx if hx is not None else ())
        ends = []
        for row in self.layers:
            heard = []
            for d, cell in enumerate(row):
                h = next(states, None)
                h = x.new_zeros(rows[0].shape[0], self.size) if h is None else h.reshape(rows[0].shape[0], self.size)
                out = []
                for r in rows[:: -1 if d else 1]:
                    h = cell(self, r, h)
                    out.append(h)
                heard.append(out[:: -1 if d else 1])
                ends.append(h)
            rows = [torch.cat(parts, -1) for parts in zip(*heard)]
        y, h = torch.stack(rows, time), torch.stack(ends)
        return (y[:, 0], h[:, 0]) if x.dim() == 2 else (y, h)
