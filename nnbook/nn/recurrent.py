"""Recurrent layers: the same small network at every time step, which hands its state on to the next one."""

import math
import numbers
import warnings
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.dropout import dropout
from nnbook.nn.linear import linear
from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter
from nnbook.nn.recurrent_cells import GRUCell, LSTMCell, RNNCell, RNNCellBase, gru_step, lstm_step, rnn_step
from nnbook.nn.recurrent_time import GRUInTime, LSTMInTime, RNNInTime, ThroughTime, Walk

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNBase", "RNNCell", "RNNCellBase"]


class RNNBase(Module):
    r"""What LSTM, GRU and RNN share: layers, directions, batches of unequal lengths. Like `torch.nn.RNNBase`.

    A subclass says what happens in one time step, in `_cell`, how wide its state is, in `_state_widths`, and how to go
    through all steps fast, in `_in_time`.

    Layer k reads the outputs of layer k − 1; with `bidirectional` a second network, the names of whose weights end in
    `_reverse`, reads the sequence from its end, and the outputs of both stand side by side. All weights and biases
    start uniform in [−1/√hidden_size, 1/√hidden_size].

    Source: torch.nn.modules.rnn.RNNBase.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._check_arguments(dropout)

        # The gates of a cell are computed together: their weights stand below each other in one matrix.
        gates = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
        if mode not in gates:
            raise ValueError(f"Unrecognized RNN mode: {mode}")
        rows = gates[mode] * hidden_size
        output_size = proj_size or hidden_size

        self._all_weights: list[list[str]] = []
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                layer_input_size = input_size if layer == 0 else output_size * len(self._suffixes(layer))
                shapes: dict[str, tuple[int, ...]] = {
                    "weight_ih": (rows, layer_input_size),
                    "weight_hh": (rows, output_size),
                }
                if bias:
                    # One bias would do, since they are added. torch keeps two, as cuDNN does.
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if proj_size > 0:
                    shapes["weight_hr"] = (proj_size, hidden_size)
                for name, shape in shapes.items():
                    setattr(self, name + suffix, Parameter(torch.empty(shape, device=device, dtype=dtype)))
                self._all_weights.append([name + suffix for name in shapes])
        self.reset_parameters()

    def _check_arguments(self, dropout: Any) -> None:
        if not isinstance(dropout, numbers.Number) or not 0 <= self.dropout <= 1 or isinstance(dropout, bool):
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if dropout and self.num_layers == 1:  # type: ignore[truthy-bool]
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={self.num_layers}",
                stacklevel=4,
            )
        for name, kind in (("bias", bool), ("batch_first", bool), ("input_size", int), ("hidden_size", int)):
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
        for name in ("input_size", "hidden_size", "num_layers"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be greater than zero")
        if self.proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if self.proj_size >= self.hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")

    def _suffixes(self, layer: int) -> list[str]:
        """How the names of a layer's weights end, one for each direction."""
        return [f"_l{layer}", f"_l{layer}_reverse"] if self.bidirectional else [f"_l{layer}"]

    def reset_parameters(self) -> None:
        """Draws all weights and biases anew, uniform in [−1/√hidden_size, 1/√hidden_size]."""
        bound = 1 / math.sqrt(self.hidden_size)
        with torch.no_grad():
            for weight in self.parameters():
                weight.uniform_(-bound, bound)

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters, one list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self) -> None:
        """Does nothing: in torch it lays the weights out as cuDNN wants them."""

    # ------------------------------------------------------------------------------------------- what a subclass says

    @property
    def _state_widths(self) -> tuple[int, ...]:
        """The width of each tensor that goes from one time step to the next; the first is h, the output."""
        return (self.hidden_size,)

    def _cell(self, wx: Tensor, wh: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """One time step: the new state, from W_ih x + b_ih, W_hh h + b_hh and the state of the step before."""
        raise NotImplementedError

    def _in_time(self) -> Any:
        """The same for all steps, forward and backward, by hand."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------------- forward

    def forward(self, input: Any, hx: Any = None) -> Any:
        # A batch is kept packed: the rows of step 0, then those of step 1, ... Sequences stand from long to short, so
        # that step t holds the first sizes[t] of them; without packing every step holds all N.
        packed = hasattr(input, "batch_sizes")  # torch.nn.utils.rnn.PackedSequence
        if packed:
            data, batch_sizes, order, order_back = input
            sizes = batch_sizes.tolist()
            self._check_width(data)
        else:
            x = self._steps_first(input)
            data, sizes, order, order_back = x.flatten(0, 1), [x.size(1)] * x.size(0), None, None  # (L·N, H_in)

        single = len(self._state_widths) == 1  # then hx is a tensor; otherwise a tuple of them
        states = self._initial_states((hx,) if single and hx is not None else hx, data, sizes[0], input)
        if order is not None and hx is not None:
            states = [state.index_select(1, order) for state in states]

        output, states = self._run(data, sizes, states)

        if order_back is not None:
            states = [state.index_select(1, order_back) for state in states]
        if packed:
            output = type(input)(output, batch_sizes, order, order_back)
        elif input.dim() == 2:
            states = [state.squeeze(1) for state in states]
        else:
            output = output.unflatten(0, (len(sizes), sizes[0]))  # (L, N, D·H_out)
            output = output.transpose(0, 1) if self.batch_first else output
        return output, states[0] if single else tuple(states)

    def _run(self, data: Tensor, sizes: list[int], states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """All layers: data (Σ sizes, H_in), states (layers · D, N, width) -> output (Σ sizes, D · H_out), states."""
        last_states: list[tuple[Tensor, ...]] = []
        for layer in range(self.num_layers):
            outputs = []
            for suffix in self._suffixes(layer):
                tensors: list[Any] = [data, *self._weights(suffix), *(s[len(last_states)] for s in states)]
                walk = Walk(sizes, reverse=suffix.endswith("_reverse"))
                if _by_hand(tensors):
                    out, *last = ThroughTime.apply(self._in_time(), self._run_direction, walk, *tensors)
                else:
                    out, last = self._run_direction(walk, *tensors)
                outputs.append(out)
                last_states.append(tuple(last))
            data = torch.cat(outputs, dim=1) if self.bidirectional else outputs[0]
            if layer < self.num_layers - 1:
                data = dropout(data, self.dropout, self.training)
        return data, [torch.stack(column) for column in zip(*last_states, strict=True)]

    def _weights(self, suffix: str) -> list[Tensor | None]:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
        return [getattr(self, name + suffix, None) for name in names]

    def _run_direction(
        self, walk: Walk, data: Tensor, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, w_hr: Any, *first: Any
    ) -> tuple[Tensor, list[Tensor]]:
        """One layer in one direction: data (Σ sizes, F), each state (N, width) -> output (Σ sizes, H_out), state."""
        # The input of every step is known beforehand: one large product instead of L small ones.
        wx = linear(data, w_ih, b_ih).split(walk.sizes)
        # For each state, its values after every step.
        steps: list[list[Any]] = [[None] * len(walk.sizes) for _ in first]
        for t in walk.order:
            state = tuple(walk.before(after, start, t) for after, start in zip(steps, first, strict=True))
            h, *rest = self._cell(wx[t], linear(state[0], w_hh, b_hh), state)
            # h ← W_hr h, with `proj_size`
            h = h if w_hr is None else linear(h, w_hr)
            for after, value in zip(steps, (h, *rest), strict=True):
                after[t] = value
        return torch.cat(steps[0]), [walk.last(after) for after in steps]

    # -------------------------------------------------------------------------------------------------------- checks

    def _steps_first(self, input: Tensor) -> Tensor:
        """The input as (L, N, H_in), whichever of the documented shapes it came in."""
        if input.dim() not in (2, 3):
            raise ValueError(f"{self._get_name()}: Expected input to be 2D or 3D, got {input.dim()}D instead")
        dtype = self.weight_ih_l0.dtype
        if input.dtype != dtype and not _autocast(input):
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). "
                f"Convert input: input.to({dtype}), or convert model: model.to({input.dtype})"
            )
        self._check_width(input)
        if input.dim() == 2:
            x = input.unsqueeze(1)
        else:
            x = input.transpose(0, 1) if self.batch_first else input
        if x.size(0) == 0:
            raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
        return x

    def _reject_projection(self, options: dict[str, Any]) -> None:
        if "proj_size" in options:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if options:
            raise TypeError(f"{type(self).__name__} got an unexpected keyword argument '{next(iter(options))}'")

    def _check_width(self, data: Tensor) -> None:
        if data.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {data.size(-1)}"
            )

    def _initial_states(self, hx: Any, data: Tensor, batch: int, input: Any) -> list[Tensor]:
        """The states before the first step, each (layers · D, N, width): those given, or zeros."""
        rows = self.num_layers * len(self._suffixes(0))
        if hx is None:
            return [data.new_zeros(rows, batch, width) for width in self._state_widths]

        states = [hx[i] for i in range(len(self._state_widths))]
        if len(hx) != len(states):
            raise RuntimeError(f"expected {len(states)} hidden states, got {len(hx)}")
        if isinstance(input, Tensor):
            if any(state.dim() != input.dim() for state in states):
                kind = "batched 3-D" if input.dim() == 3 else "unbatched 2-D"
                dims = ", ".join(f"{state.dim()}-D" for state in states)
                raise RuntimeError(f"For {kind} input, hx should also be {input.dim()}-D but got ({dims}) tensors")
            if input.dim() == 2:
                states = [state.unsqueeze(1) for state in states]
        for i, (state, width) in enumerate(zip(states, self._state_widths, strict=True)):
            name = "hidden" if len(states) == 1 else f"hidden[{i}]"
            if state.shape != (rows, batch, width):
                raise RuntimeError(f"Expected {name} size {(rows, batch, width)}, got {list(state.shape)}")
            if state.dtype != data.dtype and not _autocast(data):
                raise RuntimeError(f"Expected {name} to be of dtype {data.dtype}, as the input is, got {state.dtype}")
        return states

    def extra_repr(self) -> str:
        usual = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0}
        usual["bidirectional"] = False
        shown = [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *shown])


def _autocast(x: Tensor) -> bool:
    kind = x.device.type
    return torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)  # there is none for "meta"


def _by_hand(tensors: list[Any]) -> bool:
    """Whether the hand-written form may run; autocast and torch.compile need the single steps."""
    given = [tensor for tensor in tensors if tensor is not None]
    return (
        not torch.compiler.is_compiling()
        and not _autocast(given[0])
        and all(tensor.dtype == given[0].dtype for tensor in given)
    )


class RNN(RNNBase):
    r"""The simplest recurrent network, Elman's. Like `torch.nn.RNN`.

    For each layer and time step:

        h ← tanh(W_ih x + b_ih + W_hh h + b_hh)         max(0, ...) with nonlinearity="relu"

    `output, h_n = rnn(input, h_0)`; without `h_0` it starts at zero. L steps, N sequences, D = 2 with `bidirectional`
    and 1 without:

        input    (L, N, input_size), (N, L, input_size) with `batch_first`, (L, input_size), or a PackedSequence
        h_0, h_n (num_layers · D, N, hidden_size)       without N if the input has none
        output   as the input, D · hidden_size wide

    `dropout` acts on the outputs of every layer but the last, in training. The weights of layer k are `weight_ih_l{k}`
    (hidden_size, features), `weight_hh_l{k}`, `bias_ih_l{k}` and `bias_hh_l{k}`; the other direction's end in
    `_reverse`.

    Source: torch.nn.RNN; Elman, "Finding Structure in Time", 1990.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: torch.dtype | None = None,
        **no_projection: Any,
    ) -> None:
        self._reject_projection(no_projection)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        options = (input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
        super().__init__(f"RNN_{nonlinearity.upper()}", *options, device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def _cell(self, wx: Tensor, wh: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (rnn_step(wx, wh, self.nonlinearity),)

    def _in_time(self) -> RNNInTime:
        return RNNInTime(self.nonlinearity)


class LSTM(RNNBase):
    r"""Long short-term memory. Like `torch.nn.LSTM`.

    For each layer and time step, with σ the sigmoid and ⊙ the product element by element:

        i = σ(W_ii x + b_ii + W_hi h + b_hi)        input gate: how much of the proposal goes in
        f = σ(W_if x + b_if + W_hf h + b_hf)        forget gate: how much of the memory stays
        g = tanh(W_ig x + b_ig + W_hg h + b_hg)     the proposal
        o = σ(W_io x + b_io + W_ho h + b_ho)        output gate: how much of the memory is shown
        c ← f ⊙ c + i ⊙ g                           the memory
        h ← o ⊙ tanh(c)                             the output; W_hr h with `proj_size`

    `output, (h_n, c_n) = lstm(input, (h_0, c_0))`; without `(h_0, c_0)` both start at zero. L steps, N sequences, D = 2
    with `bidirectional` and 1 without, H_out is `proj_size`, or `hidden_size` where that is 0:

        input    (L, N, input_size), (N, L, input_size) with `batch_first`, (L, input_size), or a PackedSequence
        h_0, h_n (num_layers · D, N, H_out)          without N if the input has none
        c_0, c_n (num_layers · D, N, hidden_size)
        output   as the input, D · H_out wide

    `dropout` acts on the outputs of every layer but the last, in training. The weights of layer k are `weight_ih_l{k}`
    (4 · hidden_size, features), which holds W_ii, W_if, W_ig and W_io below each other, `weight_hh_l{k}`,
    `bias_ih_l{k}`, `bias_hh_l{k}` and, with `proj_size`, `weight_hr_l{k}`; the other direction's end in `_reverse`.

    Source: torch.nn.LSTM; Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997; forget gate: Gers et al., 2000;
    projection: Sak et al., https://arxiv.org/abs/1402.1128.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            "LSTM",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            proj_size,
            device,
            dtype,
        )

    @property
    def _state_widths(self) -> tuple[int, ...]:
        return (self.proj_size or self.hidden_size, self.hidden_size)  # h, c

    def _cell(self, wx: Tensor, wh: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return lstm_step(wx, wh, state[1])

    def _in_time(self) -> LSTMInTime:
        return LSTMInTime()


class GRU(RNNBase):
    r"""Gated recurrent unit: two gates, and no memory but the output. Like `torch.nn.GRU`.

    For each layer and time step, with σ the sigmoid and ⊙ the product element by element:

        r = σ(W_ir x + b_ir + W_hr h + b_hr)            reset gate: how much of h the proposal sees
        z = σ(W_iz x + b_iz + W_hz h + b_hz)            update gate: how much of h stays
        n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))   the proposal
        h ← (1 − z) ⊙ n + z ⊙ h

    As in torch and cuDNN, r acts on W_hn h + b_hn; in the paper it acts on h. `output, h_n = gru(input, h_0)`, shapes,
    `dropout` and names are those of RNN; the weights hold the rows of r, z and n below each other.

    Source: torch.nn.GRU; Cho et al., https://arxiv.org/abs/1406.1078.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: torch.dtype | None = None,
        **no_projection: Any,
    ) -> None:
        self._reject_projection(no_projection)
        options = (input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
        super().__init__("GRU", *options, device=device, dtype=dtype)

    def _cell(self, wx: Tensor, wh: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (gru_step(wx, wh, state[0]),)

    def _in_time(self) -> GRUInTime:
        return GRUInTime()
