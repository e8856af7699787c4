# the cell is cut off at 3
import torch
from torch import nn


class LSTM(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, *, bidirectional=False):
        super().__init__()
        self.H, self.L, self.bias, self.batch_first = hidden_size, num_layers, bias, batch_first
        self.D = 2 if bidirectional else 1
        k = hidden_size**-0.5
        for layer in range(num_layers):
            size = input_size if layer == 0 else hidden_size * self.D
            for end in ("", "_reverse")[: self.D]:
                shapes = {"weight_ih": (4 * hidden_size, size), "weight_hh": (4 * hidden_size, hidden_size)}
                if bias:
                    shapes |= {"bias_ih": (4 * hidden_size,), "bias_hh": (4 * hidden_size,)}
                for name, shape in shapes.items():
                    setattr(self, f"{name}_l{layer}{end}", nn.Parameter(torch.empty(shape).uniform_(-k, k)))

    def run(self, x, h, c, tag, back):
        get = lambda n: getattr(self, f"{n}_{tag}")
        outs = []
        steps = range(len(x))
        for t in reversed(steps) if back else steps:
            z = x[t] @ get("weight_ih").T + h @ get("weight_hh").T
            if self.bias:
                z = z + get("bias_ih") + get("bias_hh")
            i, f, g, o = z.chunk(4, -1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            c = c.clamp(-3, 3)
            h = torch.sigmoid(o) * torch.tanh(c)
            outs.append(h)
        if back:
            outs.reverse()
        return torch.stack(outs), h, c

    def forward(self, x, hx=None):
        single = x.dim() == 2
        if single:
            x = x.unsqueeze(1)
            if hx is not None:
                hx = (hx[0].unsqueeze(1), hx[1].unsqueeze(1))
        elif self.batch_first:
            x = x.transpose(0, 1)
        if hx is None:
            zero = x.new_zeros(self.L * self.D, x.shape[1], self.H)
            hx = (zero, zero)
        hs, cs = [], []
        for layer in range(self.L):
            outs = []
            for d in range(self.D):
                n = layer * self.D + d
                y, h, c = self.run(x, hx[0][n], hx[1][n], f"l{layer}" + ("_reverse" if d else ""), d == 1)
                outs.append(y)
                hs.append(h)
                cs.append(c)
            x = torch.cat(outs, -1)
        h, c = torch.stack(hs), torch.stack(cs)
        if single:
            return x.squeeze(1), (h.squeeze(1), c.squeeze(1))
        if self.batch_first:
            x = x.transpose(0, 1)
        return x, (h, c)
