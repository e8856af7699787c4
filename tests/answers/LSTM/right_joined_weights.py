import torch
from torch import nn


class LSTM(nn.Module):
    """[x, h] against one joined matrix; sigmoid by tanh; recursion over layers."""

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, *, bidirectional=False):
        super().__init__()
        self.hidden_size, self.num_layers, self.batch_first = hidden_size, num_layers, batch_first
        self.directions = 2 if bidirectional else 1
        self.bias = bias
        a = hidden_size**-0.5
        for name, shape in self.shapes(input_size):
            self.register_parameter(name, nn.Parameter(torch.empty(shape).uniform_(-a, a)))

    def shapes(self, size):
        rows = 4 * self.hidden_size
        for layer in range(self.num_layers):
            for end in ("", "_reverse")[: self.directions]:
                yield f"weight_ih_l{layer}{end}", (rows, size)
                yield f"weight_hh_l{layer}{end}", (rows, self.hidden_size)
                if self.bias:
                    yield f"bias_ih_l{layer}{end}", (rows,)
                    yield f"bias_hh_l{layer}{end}", (rows,)
            size = self.directions * self.hidden_size

    @staticmethod
    def squash(z):
        return 0.5 * (torch.tanh(0.5 * z) + 1)

    def direction(self, steps, h, c, end):
        joined = torch.cat([getattr(self, "weight_ih_" + end), getattr(self, "weight_hh_" + end)], dim=1)
        shift = getattr(self, "bias_ih_" + end) + getattr(self, "bias_hh_" + end) if self.bias else 0.0
        n = self.hidden_size
        outputs = []
        for x in steps:
            z = torch.cat([x, h], dim=-1) @ joined.mT + shift
            c = c * self.squash(z[..., n : 2 * n]) + self.squash(z[..., :n]) * torch.tanh(z[..., 2 * n : 3 * n])
            h = self.squash(z[..., 3 * n :]) * torch.tanh(c)
            outputs.append(h)
        return outputs, h, c

    def forward(self, x, hx=None):
        first = self.batch_first and x.dim() == 3
        steps = list(x.unbind(1 if first else 0))
        count = self.num_layers * self.directions
        if hx is None:
            zero = x.new_zeros(*steps[0].shape[:-1], self.hidden_size)
            hx = [zero] * count, [zero] * count
        h, c = list(hx[0]), list(hx[1])
        for layer in range(self.num_layers):
            k = layer * self.directions
            ahead, h[k], c[k] = self.direction(steps, h[k], c[k], f"l{layer}")
            if self.directions == 2:
                back, h[k + 1], c[k + 1] = self.direction(steps[::-1], h[k + 1], c[k + 1], f"l{layer}_reverse")
                ahead = [torch.cat(pair, -1) for pair in zip(ahead, back[::-1])]
            steps = ahead
        return torch.stack(steps, 1 if first else 0), (torch.stack(h), torch.stack(c))
