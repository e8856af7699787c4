"""One time step of a recurrent network: the equations of RNN, LSTM and GRU, and the cells RNNCell, LSTMCell, GRUCell.

recurrent.py walks the same equations through whole sequences.
"""

import math
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.activation import sigmoid
from nnbook.nn.linear import linear
from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter
from nnbook.nn.rectifier import relu

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]


# The equations: wx is W_ih x + b_ih, wh is W_hh h + b_hh, both (N, gates · hidden_size) -------------------------------


def rnn_step(wx: Tensor, wh: Tensor, nonlinearity: str) -> Tensor:
    """The new h (N, hidden_size)."""
    # h ← tanh(W_ih x + b_ih + W_hh h + b_hh), or max(0, ...)
    return torch.tanh(wx + wh) if nonlinearity == "tanh" else relu(wx + wh)


def lstm_step(wx: Tensor, wh: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    """The new h and c (N, hidden_size)."""
    # W_i x + b_i + W_h h + b_h for all four gates
    gates = wx + wh
    # i, f and o = σ(...), g = tanh(...)          σ of the whole row is cheaper than three calls; g's is not used
    i, f, _, o = sigmoid(gates).chunk(4, dim=1)
    g = gates.chunk(4, dim=1)[2].tanh()
    # c ← f ⊙ c + i ⊙ g
    c = f * c + i * g
    # h ← o ⊙ tanh(c)
    return o * c.tanh(), c


def gru_step(wx: Tensor, wh: Tensor, h: Tensor) -> Tensor:
    """The new h (N, hidden_size)."""
    (rx, zx, nx), (rh, zh, nh) = wx.chunk(3, dim=1), wh.chunk(3, dim=1)
    # r, z = σ(W_i x + b_i + W_h h + b_h)
    r, z = sigmoid(rx + rh), sigmoid(zx + zh)
    # n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))
    n = torch.tanh(nx + r * nh)
    # h ← (1 − z) ⊙ n + z ⊙ h
    return n + z * (h - n)


# The cells ------------------------------------------------------------------------------------------------------------


class RNNCellBase(Module):
    """What the three cells share: weights for the input and for the state, and inputs with or without a batch.

    `weight_ih` (num_chunks · hidden_size, input_size), `weight_hh` (num_chunks · hidden_size, hidden_size), `bias_ih`
    and `bias_hh` (num_chunks · hidden_size) start uniform in [−1/√hidden_size, 1/√hidden_size]; the rows of the gates
    stand below each other. Like `torch.nn.RNNCellBase`. Source: torch.nn.modules.rnn.
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool, num_chunks: int, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = num_chunks * hidden_size
        shapes = {"weight_ih": (rows, input_size), "weight_hh": (rows, hidden_size)}
        for name, shape in shapes.items():
            setattr(self, name, Parameter(torch.empty(shape, device=device, dtype=dtype)))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(torch.empty(rows, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws all weights and biases anew, uniform in [−1/√hidden_size, 1/√hidden_size]."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        with torch.no_grad():
            for weight in self.parameters():
                weight.uniform_(-bound, bound)

    def _products(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        # W_ih x + b_ih and W_hh h + b_hh
        return linear(x, self.weight_ih, self.bias_ih), linear(h, self.weight_hh, self.bias_hh)

    def _batched(self, input: Tensor, states: Any, names: tuple[str, ...]) -> tuple[Tensor, list[Tensor]]:
        """The input as (N, input_size), the states as (N, hidden_size): zeros, where none are given."""
        for name, tensor in zip(("input", *names), (input, *(states or ())), strict=False):
            if tensor.dim() not in (1, 2):
                raise ValueError(f"{self._get_name()}: Expected {name} to be 1D or 2D, got {tensor.dim()}D instead")
        single = input.dim() == 1
        x = input.unsqueeze(0) if single else input
        if states is None:
            states = [input.new_zeros(*input.shape[:-1], self.hidden_size) for _ in names]
        states = [state.unsqueeze(0) if single else state for state in states]
        if x.size(1) != self.input_size:
            raise RuntimeError(f"input has inconsistent input_size: got {x.size(1)} expected {self.input_size}")
        for state in states:
            if state.shape != (x.size(0), self.hidden_size):
                expected = (x.size(0), self.hidden_size)
                raise RuntimeError(f"hidden should have the size {expected}, got {tuple(state.shape)}")
        return x, states

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            text += f", nonlinearity={self.nonlinearity}"
        return text


class RNNCell(RNNCellBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or max(0, ...) with nonlinearity="relu". Like `torch.nn.RNNCell`.

    `h = cell(input, h)`: input (N, input_size), h (N, hidden_size), both with or both without N; h starts at zero.

    Source: torch.nn.RNNCell; Elman, "Finding Structure in Time", 1990.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        x, (h,) = self._batched(input, None if hx is None else [hx], ("hidden",))
        h = rnn_step(*self._products(x, h), self.nonlinearity)
        return h.squeeze(0) if input.dim() == 1 else h


class LSTMCell(RNNCellBase):
    """One step of an LSTM, whose formulas `LSTM` gives. Like `torch.nn.LSTMCell`.

    `h, c = cell(input, (h, c))`: input (N, input_size), h and c (N, hidden_size), all with or all without N; both start
    at zero. The rows of the weights are those of the gates i, f, g and o.

    Source: torch.nn.LSTMCell; Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997.
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        x, (h, c) = self._batched(input, hx, ("hx[0]", "hx[1]"))
        h, c = lstm_step(*self._products(x, h), c)
        return (h.squeeze(0), c.squeeze(0)) if input.dim() == 1 else (h, c)


class GRUCell(RNNCellBase):
    """One step of a GRU, whose formulas `GRU` gives. Like `torch.nn.GRUCell`.

    `h = cell(input, h)`: input (N, input_size), h (N, hidden_size), both with or both without N; h starts at zero. The
    rows of the weights are those of r, z and n.

    Source: torch.nn.GRUCell; Cho et al., https://arxiv.org/abs/1406.1078.
    """

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        x, (h,) = self._batched(input, None if hx is None else [hx], ("hidden",))
        h = gru_step(*self._products(x, h), h)
        return h.squeeze(0) if input.dim() == 1 else h
