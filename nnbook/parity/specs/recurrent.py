"""LSTM, RNN, GRU and the cells RNNCell, LSTMCell, GRUCell."""

from __future__ import annotations

from typing import Any, Final

import torch

from nnbook.parity import Case, Error, Init, ModuleSpec, Recorder, Scenario, empty, extremes, normal
from nnbook.parity.observe import fill
from nnbook.parity.specs._factory import factory

L: Final = "library"


def _states(*shape: int) -> tuple:
    return normal(*shape), normal(*shape)


def _goes_on_where_it_stopped(candidate: Any, rec: Recorder) -> None:
    """LSTM(3, 4, num_layers=2) on 7 steps: at once, then 3 and 4 with the state handed on."""
    layer = candidate(3, 4, num_layers=2).double().to(rec.device)
    fill(layer, rec.seed)
    x = rec.tensor(normal(7, 2, 3).no_grad(), dtype=torch.float64)
    with torch.no_grad():
        first, state = layer(x[:3])
        rec("output of the first piece", first)
        rec("output of the second piece", layer(x[3:], state)[0])
        rec("state handed on", state)
        rec("output of the whole", layer(x)[0])


def _drops_between_layers(candidate: Any, rec: Recorder) -> None:
    """LSTM(1, 6, num_layers=2, dropout=0.3) with known weights, on 4,000 sequences of 2 steps, in training."""
    layer = candidate(1, 6, num_layers=2, dropout=0.3)
    fill(layer, rec.seed)
    x = torch.ones(2, 4000, 1)
    with torch.no_grad():
        layer.eval()
        rec("output in evaluation", layer(x)[0][:, :3])
        layer.train()
        output, (h, c) = layer(x)
    rec("the lower layer's state, without dropout", h[0, :3])
    # averaged over the steps first: those of one sequence are not independent
    noisy = {"output": output.mean(0), "its square": output.square().mean(0), "c_n": c[1]}
    for name, value in noisy.items():
        for k in range(6):
            column = value[:, k].double()
            rec.stat(f"mean of {name}[{k}] in training", float(column.mean()), float(column.std()) / len(column) ** 0.5)
    both = (output[0] - output[0].mean(0)) * (output[1] - output[1].mean(0))
    for k in range(6):
        column = both[:, k].double()
        rec.stat(f"covariance of steps in output[{k}]", float(column.mean()), float(column.std()) / len(column) ** 0.5)
    rec("samples differ", bool((output[:, 0] != output[:, 1]).any()))


def _takes_packed_sequences(candidate: Any, rec: Recorder) -> None:
    """LSTM(3, 4, num_layers=2, bidirectional=True) on three packed sequences of lengths 2, 5 and 3."""
    pack = torch.nn.utils.rnn.pack_padded_sequence
    stories: tuple[tuple[str, dict[str, Any], list[int]], ...] = (
        ("unsorted", {"num_layers": 2, "bidirectional": True}, [2, 5, 3]),
        ("sorted", {}, [5, 3, 3]),
        ("batch_first", {"batch_first": True, "bias": False}, [5, 1, 4]),
    )
    for name, options, lengths in stories:
        layer = candidate(3, 4, **options).double().to(rec.device)
        fill(layer, rec.seed)
        x = rec.tensor(normal(5, 3, 3), name, dtype=torch.float64)
        first = options.get("batch_first", False)
        given = x.transpose(0, 1) if first else x
        k = sum(n.startswith("weight_ih") for n, _ in layer.named_parameters())
        for hx in (None, tuple(rec.tensor(normal(k, 3, 4), name, i, dtype=torch.float64) for i in range(2))):
            with rec.within(f" ({name}{', with hx' if hx else ''})"):
                packed = pack(given, lengths, batch_first=first, enforce_sorted=name == "sorted")
                output, (h, c) = layer(packed, hx) if hx else layer(packed)
                rec("kind of output", type(output).__name__)
                rec("data", output.data)
                rec("batch_sizes", output.batch_sizes)
                rec("has sorted_indices", output.sorted_indices is not None)
                if output.unsorted_indices is not None:
                    rec("unsorted_indices", output.unsorted_indices)
                rec("h_n", h)
                rec("c_n", c)
                leaves = [x, *(hx or ()), *layer.parameters()]
                rec("gradients", torch.autograd.grad((output.data.square().sum() + h.sum() + c.sum()), leaves))


def _offers_torch_names(candidate: Any, rec: Recorder) -> None:
    """LSTM(3, 4, num_layers=2, bidirectional=True): flatten_parameters() and all_weights."""
    layer = candidate(3, 4, num_layers=2, bidirectional=True)
    rec("what flatten_parameters() returns", layer.flatten_parameters())
    rec("shapes of all_weights", [[list(w.shape) for w in row] for row in layer.all_weights])
    rec("attributes", [layer.input_size, layer.hidden_size, layer.num_layers, layer.bias, layer.batch_first])
    rec("more attributes", [layer.dropout, layer.bidirectional, layer.proj_size])


LSTM = ModuleSpec(
    torch.nn.LSTM,
    Case("reads a batch of sequences", args=(4, 5), inputs=[normal(3, 2, 4)], mode="train"),
    Case(
        "starts from the state it is given",
        args=(4, 5),
        inputs=[(normal(3, 2, 4), _states(1, 2, 5))],
        mode="train",
    ),
    Case("takes a single step", args=(4, 3), inputs=[normal(1, 2, 4)], mode="train"),
    Case("keeps a batch of one", args=(3, 2), inputs=[normal(2, 1, 3)], mode="train"),
    Case("works with sizes of one", args=(1, 1), inputs=[normal(2, 3, 1)], mode="train"),
    Case(
        "remembers over many steps",
        args=(2, 3),
        inputs=[normal(13, 1, 2)],
        mode="train",
        why="The gradient of the last output reaches back to the first step.",
    ),
    Case(
        "stacks layers",
        args=(4, 3),
        kwargs={"num_layers": 3},
        inputs=[(normal(2, 2, 4), _states(3, 2, 3))],
    ),
    Case(
        "works without biases",
        args=(4, 3),
        kwargs={"bias": False},
        inputs=[(normal(2, 3, 4), _states(1, 3, 3))],
        mode="train",
    ),
    Case(
        "takes the batch first",
        args=(4, 3),
        kwargs={"batch_first": True, "num_layers": 2},
        inputs=[(normal(2, 3, 4), _states(2, 2, 3))],
        mode="train",
        why="Only x and output have the batch first; the states never do.",
    ),
    Case(
        "keeps the letters apart when every size is equal",
        args=(3, 3),
        kwargs={"batch_first": True},
        inputs=[normal(3, 3, 3)],
        mode="train",
        why="Every size is equal: exchanged dimensions show in the values alone.",
    ),
    Case("reads in both directions", args=(4, 3), kwargs={"bidirectional": True}, inputs=[normal(3, 2, 4)]),
    Case(
        "stacks layers of both directions",
        args=(4, 3),
        kwargs={"bidirectional": True, "num_layers": 2},
        inputs=[(normal(3, 2, 4), _states(4, 2, 3))],
        mode="train",
    ),
    Case(
        "takes its options together, in torch's order",
        args=(4, 3, 3, False, True),
        kwargs={"bidirectional": True},
        inputs=[(normal(2, 3, 4), _states(6, 2, 3))],
        mode="train",
    ),
    Case(
        "takes one sequence without a batch",
        args=(4, 3),
        inputs=[normal(3, 4), (normal(3, 4), _states(1, 3))],
        mode="train",
    ),
    Case(
        "takes one sequence in both directions and two layers",
        args=(4, 3),
        kwargs={"num_layers": 2, "bidirectional": True},
        inputs=[(normal(3, 4), _states(4, 3))],
        mode="train",
    ),
    Case(
        "reads one sequence the same with batch_first",
        args=(4, 3),
        kwargs={"batch_first": True},
        inputs=[normal(2, 4), (normal(4, 4), _states(1, 3))],
        mode="train",
    ),
    Case(
        "keeps three layers apart when every size is equal",
        args=(3, 3, 3),
        inputs=[(normal(2, 3, 3), (normal(3, 3, 3), normal(3, 3, 3, std=9.0)))],
        mode="train",
        why="A large cell is kept as it is: only what is shown of it lies between -1 and 1.",
    ),
    Case("takes an empty batch", args=(4, 3), inputs=[empty(2, 0, 4)], mode="train"),
    Case(
        "saturates without NaN",
        args=(3, 4),
        inputs=[extremes(3, 2, 3)],
        dtypes=("float64",),
        mode="train",
        why="exp(10000) is infinite, and infinity divided by infinity is not a number.",
    ),
    Case(
        "remembers nothing between calls",
        args=(3, 4),
        inputs=[normal(3, 2, 3), normal(3, 2, 3), normal(2, 1, 3)],
    ),
    Scenario("goes on where it stopped when given its state", _goes_on_where_it_stopped),
    Init("starts uniform within 1/sqrt(hidden_size)", args=(9, 160)),
    Init(
        "starts so in every layer and direction",
        args=(64, 8, 2, False),
        kwargs={"bidirectional": True},
    ),
    # -- of the library alone --
    Case("keeps half precision", args=(4, 5), inputs=[normal(3, 2, 4)], dtypes=("bfloat16",), scope=L),
    Case(
        "drops everything between layers with dropout=1",
        args=(4, 3),
        kwargs={"num_layers": 3, "dropout": 1.0, "bidirectional": True},
        inputs=[normal(3, 2, 4)],
        scope=L,
    ),
    Case(
        "drops nothing in evaluation",
        args=(4, 3),
        kwargs={"num_layers": 2, "dropout": 0.5},
        inputs=[normal(3, 2, 4)],
        mode="eval",
        scope=L,
    ),
    Case("drops nothing after the top layer", args=(4, 3), kwargs={"dropout": 0.5}, inputs=[normal(3, 2, 4)], scope=L),
    Scenario("drops between layers with probability dropout", _drops_between_layers, scope=L),
    Case(
        "projects what it shows",
        args=(4, 5),
        kwargs={"proj_size": 2},
        inputs=[normal(3, 2, 4), (normal(3, 2, 4), (normal(1, 2, 2), normal(1, 2, 5)))],
        scope=L,
    ),
    Case(
        "projects in every layer and direction",
        args=(4, 5, 2, False, True),
        kwargs={"proj_size": 3, "bidirectional": True},
        inputs=[normal(2, 3, 4), normal(3, 4)],
        scope=L,
    ),
    Init("starts its projections alike", args=(9, 100), kwargs={"proj_size": 60}, scope=L),
    Scenario("takes packed sequences", _takes_packed_sequences, scope=L),
    Scenario("offers torch's names", _offers_torch_names, scope=L),
    factory(3, 4, num_layers=2),
    Error("rejects another input_size", args=(4, 3), inputs=[normal(3, 2, 5)], kind=RuntimeError),
    Error("rejects an image", args=(4, 3), inputs=[normal(2, 2, 3, 4)]),
    Error("rejects a sequence without steps", args=(4, 3), inputs=[empty(0, 2, 4)], kind=RuntimeError),
    Error(
        "rejects h_0 of another batch",
        args=(4, 3),
        kind=RuntimeError,
        inputs=[(normal(2, 2, 4), (normal(1, 3, 3), normal(1, 2, 3)))],
    ),
    Error(
        "rejects c_0 of another size",
        args=(4, 3),
        kind=RuntimeError,
        inputs=[(normal(2, 2, 4), (normal(1, 2, 3), normal(1, 2, 4)))],
    ),
    Error(
        "rejects unbatched states for a batch",
        args=(4, 3),
        inputs=[(normal(2, 2, 4), _states(1, 3))],
        kind=RuntimeError,
    ),
    Error(
        "rejects batched states for one sequence",
        args=(4, 3),
        inputs=[(normal(2, 4), _states(1, 2, 3))],
        kind=RuntimeError,
    ),
    Error("rejects a dropout above one", args=(4, 3), kwargs={"dropout": 1.5}),
    Error("rejects a projection that is not smaller", args=(4, 3), kwargs={"proj_size": 3}),
    Error("rejects a negative projection", args=(4, 3), kwargs={"proj_size": -1}),
    Error("rejects no hidden numbers", args=(4, 0)),
    Error("rejects no layers", args=(4, 3), kwargs={"num_layers": 0}),
    Error("rejects a hidden_size that is not whole", args=(4, 3.0), kind=TypeError),
    lean=True,
)


# RNN, GRU -------------------------------------------------------------------------------------------------------------


def _goes_on(candidate: Any, rec: Recorder) -> None:
    """two layers on 7 steps: at once, then 3 and 4 with the state handed on"""
    layer = candidate(3, 4, num_layers=2).double().to(rec.device)
    fill(layer, rec.seed)
    x = rec.tensor(normal(7, 2, 3).no_grad(), dtype=torch.float64)
    with torch.no_grad():
        _, state = layer(x[:3])
        rec("state handed on", state)
        rec("output of the second piece", layer(x[3:], state)[0])
        rec("output of the whole", layer(x)[0])


def _takes_packed(candidate: Any, rec: Recorder) -> None:
    """two layers in both directions on three packed sequences of lengths 2, 5 and 3"""
    layer = candidate(3, 4, num_layers=2, bidirectional=True, batch_first=True).double().to(rec.device)
    fill(layer, rec.seed)
    x = rec.tensor(normal(3, 5, 3), dtype=torch.float64)
    h0 = rec.tensor(normal(4, 3, 4), dtype=torch.float64)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, [2, 5, 3], batch_first=True, enforce_sorted=False)
    output, h = layer(packed, h0)
    rec("kind of output", type(output).__name__)
    rec("data", output.data)
    rec("batch_sizes", output.batch_sizes)
    rec("h_n", h)
    loss = output.data.square().sum() + h.sum()
    rec("gradients", torch.autograd.grad(loss, [x, h0, *layer.parameters()]))


def _drops_all_or_nothing(candidate: Any, rec: Recorder) -> None:
    """three layers with dropout=1, and with dropout=0.5 in evaluation"""
    for p in (1.0, 0.5):
        layer = candidate(3, 4, num_layers=3, dropout=p).double().to(rec.device).train(p == 1)
        fill(layer, rec.seed)
        rec(f"output with dropout={p}", layer(rec.tensor(normal(3, 2, 3), p, dtype=torch.float64))[0])


def _sequences(*more: Any) -> list[Any]:
    """What RNN and GRU have in common."""
    return [
        Case("reads a batch of sequences", args=(4, 5), inputs=[normal(3, 2, 4)], mode="train"),
        Case("starts from the state it is given", args=(4, 5), inputs=[(normal(3, 2, 4), normal(1, 2, 5))]),
        Case(
            "takes a single step, and a batch of one",
            args=(3, 2),
            inputs=[normal(1, 2, 3), normal(3, 1, 3)],
            mode="train",
        ),
        Case(
            "remembers over many steps",
            args=(2, 3),
            inputs=[normal(13, 1, 2)],
            mode="train",
            why="The gradient of the last output reaches back to the first step.",
        ),
        Case(
            "stacks layers",
            args=(4, 3),
            kwargs={"num_layers": 3},
            inputs=[(normal(2, 2, 4), normal(3, 2, 3))],
            mode="train",
        ),
        Case("works without biases", args=(4, 3), kwargs={"bias": False}, inputs=[normal(3, 2, 4)], mode="train"),
        Case(
            "takes the batch first",
            args=(4, 3),
            kwargs={"batch_first": True, "num_layers": 2},
            inputs=[(normal(2, 3, 4), normal(2, 2, 3))],
            mode="train",
            why="Only input and output have the batch first; the states never do.",
        ),
        Case(
            "keeps the letters apart when every size is equal",
            args=(3, 3),
            kwargs={"batch_first": True, "num_layers": 3},
            inputs=[(normal(3, 3, 3), normal(3, 3, 3))],
            mode="train",
            why="Every size is equal: exchanged dimensions show in the values alone.",
        ),
        Case(
            "reads in both directions",
            args=(4, 3),
            kwargs={"bidirectional": True},
            inputs=[normal(3, 2, 4)],
        ),
        Case(
            "stacks layers of both directions",
            args=(4, 3),
            kwargs={"bidirectional": True, "num_layers": 2},
            inputs=[(normal(3, 2, 4), normal(4, 2, 3))],
            mode="train",
        ),
        Case(
            "takes one sequence without a batch",
            args=(4, 3),
            inputs=[normal(3, 4), (normal(3, 4), normal(1, 3))],
            mode="train",
        ),
        Case(
            "reads one sequence the same with batch_first, in both directions",
            args=(4, 3),
            kwargs={"batch_first": True, "num_layers": 2, "bidirectional": True},
            inputs=[(normal(4, 4), normal(4, 3))],
            mode="train",
        ),
        Case("takes an empty batch", args=(4, 3), inputs=[empty(2, 0, 4)], dtypes=("float64",), mode="train"),
        Case("saturates without NaN", args=(3, 4), inputs=[extremes(3, 2, 3)], mode="train", thorough=True),
        Case("remembers nothing between calls", args=(3, 4), inputs=[normal(3, 2, 3), normal(3, 2, 3)], mode="train"),
        Scenario("goes on where it stopped when given its state", _goes_on),
        Init("starts uniform within 1/sqrt(hidden_size)", args=(9, 160)),
        Init("starts so in every layer and direction", args=(9, 60, 2), kwargs={"bidirectional": True}),
        *more,
        # -- of the library alone --
        Case("keeps half precision", args=(4, 5), inputs=[normal(3, 2, 4)], dtypes=("bfloat16",), scope=L),
        Scenario("takes packed sequences", _takes_packed, scope=L),
        Scenario("drops between layers, in training", _drops_all_or_nothing, scope=L),
        factory(3, 4, num_layers=2),
        Error("rejects another input_size", args=(4, 3), inputs=[normal(3, 2, 5)], kind=RuntimeError),
        Error("rejects an image", args=(4, 3), inputs=[normal(2, 2, 3, 4)]),
        Error("rejects a sequence without steps", args=(4, 3), inputs=[empty(0, 2, 4)], kind=RuntimeError),
        Error(
            "rejects h_0 of another batch", args=(4, 3), inputs=[(normal(2, 2, 4), normal(1, 3, 3))], kind=RuntimeError
        ),
        Error(
            "rejects a batched h_0 for one sequence",
            args=(4, 3),
            inputs=[(normal(2, 4), normal(1, 2, 3))],
            kind=RuntimeError,
        ),
        Error("rejects a projection", args=(4, 3), kwargs={"proj_size": 2}),
        Error("rejects no hidden numbers", args=(4, 0)),
        Error("rejects a dropout above one", args=(4, 3), kwargs={"dropout": 1.5}),
        Error("rejects a bias that is no truth value", args=(4, 3), kwargs={"bias": 1}, kind=TypeError),
    ]


_RELU = {"nonlinearity": "relu"}

RNN = ModuleSpec(
    torch.nn.RNN,
    *_sequences(
        Case(
            "cuts at zero when asked",
            args=(4, 5),
            kwargs=_RELU,
            inputs=[(normal(4, 3, 4), normal(1, 3, 5))],
            mode="train",
        ),
        Case("stacks such layers", args=(4, 5, 2, "relu"), inputs=[normal(3, 2, 4)], mode="train"),
        Case(
            "takes its options together, in torch's order",
            args=(4, 3, 3, "tanh", False, True),
            kwargs={"bidirectional": True},
            inputs=[(normal(2, 3, 4), normal(6, 2, 3))],
            mode="train",
        ),
        Error("rejects an unknown nonlinearity", args=(4, 3), kwargs={"nonlinearity": "sigmoid"}, scope=L),
    ),
    lean=True,
)

GRU = ModuleSpec(
    torch.nn.GRU,
    *_sequences(
        Case(
            "takes its options together, in torch's order",
            args=(4, 3, 3, False, True),
            kwargs={"bidirectional": True},
            inputs=[(normal(2, 3, 4), normal(6, 2, 3))],
            mode="train",
        ),
    ),
    lean=True,
)


# The cells ------------------------------------------------------------------------------------------------------------


def _walks(candidate: Any, rec: Recorder) -> None:
    """a cell, step by step through 6 steps, and the gradient of the last state"""
    cell = candidate(3, 4).double().to(rec.device)
    fill(cell, rec.seed)
    x = rec.tensor(normal(6, 2, 3), dtype=torch.float64)
    state = None
    for t in range(6):
        state = cell(x[t]) if state is None else cell(x[t], state)
    last = state if isinstance(state, torch.Tensor) else torch.cat(list(state))  # type: ignore[arg-type]
    rec("state after 6 steps", last)
    parameters = [p for _, p in sorted(cell.named_parameters())]  # in whatever order they were made
    rec("gradients", torch.autograd.grad(last.square().sum(), [x, *parameters]))


def _cells(state: Any, *more: Any) -> list[Any]:
    """What the three cells have in common; `state(*shape)` makes a state."""
    return [
        Case("takes one step", args=(4, 5), inputs=[(normal(3, 4), state(3, 5))]),
        Case("starts at zero without a state", args=(4, 5), inputs=[normal(3, 4)]),
        Case("takes one input without a batch", args=(4, 5), inputs=[normal(4), (normal(4), state(5))]),
        Case("works without biases", args=(4, 5, False), inputs=[(normal(3, 4), state(3, 5))]),
        Case(
            "keeps the letters apart when every size is equal",
            kwargs={"hidden_size": 3, "input_size": 3},
            inputs=[(normal(3, 3), state(3, 3))],
            why="Every size is equal: exchanged dimensions show in the values alone.",
        ),
        Case("works with sizes of one", args=(1, 1), inputs=[(normal(1, 1), state(1, 1))], dtypes=("float64",)),
        Case("takes an empty batch", args=(4, 5), inputs=[empty(0, 4)], dtypes=("float64",)),
        Case(
            "saturates without NaN",
            args=(3, 4),
            inputs=[(extremes(3, 3), state(3, 4)), extremes(3, 3, size=200)],
            mode="train",
            thorough=True,
            why="exp(200) is infinite in float32, and infinity divided by infinity is not a number.",
        ),
        Case("remembers nothing between calls", args=(3, 4), inputs=[normal(2, 3), normal(2, 3)], dtypes=("float64",)),
        Scenario("walks through a sequence", _walks),
        Init("starts uniform within 1/sqrt(hidden_size)", args=(9, 160)),
        *more,
        # -- of the library alone --
        Case("keeps half precision", args=(4, 5), inputs=[(normal(3, 4), state(3, 5))], dtypes=("bfloat16",), scope=L),
        factory(3, 4),
        Error("rejects another input_size", args=(4, 5), inputs=[(normal(3, 6), state(3, 5))], kind=RuntimeError),
        Error("rejects another hidden_size", args=(4, 5), inputs=[(normal(3, 4), state(3, 6))], kind=RuntimeError),
        Error("rejects a state of another batch", args=(4, 5), inputs=[(normal(3, 4), state(2, 5))], kind=RuntimeError),
        Error("rejects a sequence", args=(4, 5), inputs=[normal(2, 3, 4)]),
        Error("rejects a state of three dimensions", args=(4, 5), inputs=[(normal(3, 4), state(1, 3, 5))]),
    ]


RNNCELL = ModuleSpec(
    torch.nn.RNNCell,
    *_cells(
        normal,
        Case("cuts at zero when asked", args=(4, 5), kwargs=_RELU, inputs=[(normal(6, 4), normal(6, 5))]),
        Case("takes its options by position", args=(4, 5, False, "relu"), inputs=[(normal(6, 4), normal(6, 5))]),
        Error(
            "rejects an unknown nonlinearity",
            args=(4, 3),
            kwargs={"nonlinearity": "cos"},
            inputs=[normal(2, 4)],
            kind=RuntimeError,
        ),
    ),
    lean=True,
)

LSTMCELL = ModuleSpec(
    torch.nn.LSTMCell,
    *_cells(
        _states,
        Case(
            "keeps a large memory as it is",
            args=(3, 3),
            inputs=[(normal(2, 3), (normal(2, 3), normal(2, 3, std=9.0)))],
            why="Only what is shown of the memory lies between -1 and 1.",
        ),
    ),
    lean=True,
)

GRUCELL = ModuleSpec(
    torch.nn.GRUCell,
    *_cells(
        normal,
        Case(
            "keeps h where the update gate is open",
            args=(3, 3),
            inputs=[(normal(2, 3), normal(2, 3, std=9.0))],
            why="h ← (1 − z) ⊙ n + z ⊙ h: z keeps the old state, 1 − z takes the proposal.",
        ),
    ),
    lean=True,
)
