import torch
from torch import nn


class LSTM(nn.Module):
    """Writes each step into a tensor made beforehand; gates by boolean-free slices of one addmm."""

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, *, bidirectional=False):
        super().__init__()
        self.n, self.layers, self.first, self.two = hidden_size, num_layers, batch_first, bidirectional
        self.has_bias = bias
        scale = hidden_size**-0.5
        inputs = input_size
        for layer in range(num_layers):
            for end in ("", "_reverse") if bidirectional else ("",):
                for kind, width in (("ih", inputs), ("hh", hidden_size)):
                    weight = (torch.rand(4 * hidden_size, width) - 0.5) * 2 * scale
                    self.register_parameter(f"weight_{kind}_l{layer}{end}", nn.Parameter(weight))
                    shift = (torch.rand(4 * hidden_size) - 0.5) * 2 * scale
                    self.register_parameter(f"bias_{kind}_l{layer}{end}", nn.Parameter(shift) if bias else None)
            inputs = hidden_size * (2 if bidirectional else 1)

    def forward(self, x, hx=None):
        flat = x.dim() == 2
        if flat:
            x = x.unsqueeze(1)
            hx = None if hx is None else [s.unsqueeze(1) for s in hx]
        elif self.first:
            x = x.transpose(1, 0)
        ways = 2 if self.two else 1
        t_max, batch, n = x.shape[0], x.shape[1], self.n
        h_n = x.new_zeros(self.layers * ways, batch, n) if hx is None else hx[0].clone()
        c_n = x.new_zeros(self.layers * ways, batch, n) if hx is None else hx[1].clone()
        for layer in range(self.layers):
            y = x.new_zeros(t_max, batch, ways * n)
            for way in range(ways):
                end = f"l{layer}" + "_reverse" * way
                w, u = getattr(self, f"weight_ih_{end}"), getattr(self, f"weight_hh_{end}")
                h, c = h_n[layer * ways + way].clone(), c_n[layer * ways + way].clone()
                for step in range(t_max):
                    t = t_max - 1 - step if way else step
                    z = torch.mm(x[t], w.T) + torch.mm(h, u.T)
                    if self.has_bias:
                        z = z + (getattr(self, f"bias_ih_{end}") + getattr(self, f"bias_hh_{end}"))
                    c = torch.sigmoid(z[:, n : 2 * n]) * c + torch.sigmoid(z[:, :n]) * torch.tanh(z[:, 2 * n : 3 * n])
                    h = torch.sigmoid(z[:, 3 * n :]) * torch.tanh(c)
                    y[t, :, way * n : (way + 1) * n] = h
                h_n[layer * ways + way] = h
                c_n[layer * ways + way] = c
            x = y
        if flat:
            return x.squeeze(1), (h_n.squeeze(1), c_n.squeeze(1))
        return (x.transpose(1, 0) if self.first else x), (h_n, c_n)
