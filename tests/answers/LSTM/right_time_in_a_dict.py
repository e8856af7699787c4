import torch
from torch import nn


class LSTM(nn.Module):
    """Gate by gate with einsum; the states are kept as lists."""

    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False
    ):
        super().__init__()
        self.H, self.L, self.B, self.bf, self.D = hidden_size, num_layers, bias, batch_first, 1 + int(bidirectional)
        for k in range(num_layers):
            for d in range(self.D):
                end = f"l{k}" + ("_reverse" if d else "")
                self.register_parameter("weight_ih_" + end, nn.Parameter(torch.Tensor(4 * self.H, input_size)))
                self.register_parameter("weight_hh_" + end, nn.Parameter(torch.Tensor(4 * self.H, self.H)))
                if bias:
                    self.register_parameter("bias_ih_" + end, nn.Parameter(torch.Tensor(4 * self.H)))
                    self.register_parameter("bias_hh_" + end, nn.Parameter(torch.Tensor(4 * self.H)))
            input_size = self.H * self.D
        for p in self.parameters():
            nn.init.uniform_(p, -(self.H**-0.5), self.H**-0.5)

    def forward(self, x, hx=None):
        single = x.dim() == 2
        if single:
            x = x[:, None]
        elif self.bf:
            x = torch.swapaxes(x, 0, 1)
        time, batch = x.shape[:2]
        if hx is None:
            h = [torch.zeros(batch, self.H, dtype=x.dtype, device=x.device) for _ in range(self.L * self.D)]
            c = [s.clone() for s in h]
        else:
            h, c = ([s[None] if single else s for s in t] for t in hx)
        table = dict(self.named_parameters())
        for k in range(self.L):
            seen = {}
            for d in range(self.D):
                n, end = k * self.D + d, f"l{k}" + ("_reverse" if d else "")
                W = table["weight_ih_" + end].view(4, self.H, -1)
                U = table["weight_hh_" + end].view(4, self.H, self.H)
                b = table["bias_ih_" + end] + table["bias_hh_" + end] if self.B else x.new_zeros(4 * self.H)
                b = b.view(4, 1, self.H)
                for t in range(time)[:: -1 if d else 1]:
                    z = torch.einsum("ni,ghi->gnh", x[t], W) + torch.einsum("nj,ghj->gnh", h[n], U) + b
                    c[n] = torch.sigmoid(z[1]) * c[n] + torch.sigmoid(z[0]) * z[2].tanh()
                    h[n] = torch.sigmoid(z[3]) * c[n].tanh()
                    seen[t, d] = h[n]
            x = torch.stack([torch.cat([seen[t, d] for d in range(self.D)], 1) for t in range(time)])
        hn, cn = torch.stack(h), torch.stack(c)
        if single:
            return x[:, 0], (hn[:, 0], cn[:, 0])
        return (x.transpose(0, 1) if self.bf else x), (hn, cn)
