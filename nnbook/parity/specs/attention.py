"""scaled_dot_product_attention and MultiheadAttention."""

from __future__ import annotations

import math
from typing import Any, Final

import torch

from nnbook.parity import Case, Error, FunctionSpec, Init, ModuleSpec, Recorder, Scenario, empty, extremes, normal
from nnbook.parity.inputs import Recipe
from nnbook.parity.observe import fill
from nnbook.parity.specs._factory import factory

L: Final = "library"
_FINE = ("float64",)


def flags(*shape: int, share: float = 0.5, first: bool = True) -> Recipe:
    """Random truth values, about `share` of them True; the first of each row is `first`."""

    def draw(g: torch.Generator) -> torch.Tensor:
        drawn = torch.rand(shape, generator=g) < share
        drawn[..., 0] = first
        return drawn

    return Recipe(draw, f"a boolean mask of shape {shape}", grad=False, fixed_dtype=True)


def _causal(n: int) -> Recipe:
    return Recipe(
        lambda g: torch.ones(n, n, dtype=torch.bool).triu(1),
        f"the causal mask of {n} steps",
        grad=False,
        fixed_dtype=True,
    )


def numbers(*shape: int, hidden: float = 0.3) -> Recipe:
    """A mask of numbers, of which about the share `hidden` is minus infinity; never the first of a row."""

    def draw(g: torch.Generator) -> torch.Tensor:
        drawn = torch.randn(shape, generator=g, dtype=torch.float64)
        drawn[..., 1:][torch.rand(shape, generator=g)[..., 1:] < hidden] = -math.inf
        return drawn

    return Recipe(draw, f"a mask of numbers of shape {shape}, some of them minus infinity", grad=False)


def _qkv(*lead: int, rows: int = 3, keys: int = 5, width: int = 4, out: int = 4) -> tuple:
    return normal(*lead, rows, width), normal(*lead, keys, width, std=1.1), normal(*lead, keys, out, std=1.2)


# scaled_dot_product_attention -----------------------------------------------------------------------------------------


def _weights_are_dropped(candidate: Any, rec: Recorder) -> None:
    """equal scores for 50 keys, the unit vectors as values: the output is the weights; dropout_p=0.3, 400 queries"""
    query, key = torch.zeros(400, 4), torch.zeros(50, 4)
    output = candidate(query, key, torch.cat([torch.eye(50), torch.ones(50, 1)], 1), dropout_p=0.3)
    weights, total = output[:, :50], output[:, 50]
    rec("each output is an average of what was not dropped", bool(torch.allclose(total, weights.sum(1), atol=1e-5)))
    dropped = (weights == 0).double()
    rec.stat("share of zeros", float(dropped.mean()), math.sqrt(0.21 / dropped.numel()))
    # One fate for a whole row or column would show here.
    rec.stat("spread of zeros over the queries", float(dropped.mean(1).var()), math.sqrt(2 / 400) * 0.21 / 50)
    rec.stat("spread of zeros over the keys", float(dropped.mean(0).var()), math.sqrt(2 / 50) * 0.21 / 400)
    kept = weights[weights != 0]
    rec("smallest weight of a survivor", kept.min() if kept.numel() else "missing: there is none")
    rec("largest weight of a survivor", kept.max() if kept.numel() else "missing: there is none")
    rec("two calls differ", bool((candidate(query, key, torch.eye(50), dropout_p=0.3) != weights).any()))
    rec("dropout_p=1", candidate(query[:2], key, torch.eye(50), dropout_p=1.0))


def _one_tensor_three_times(candidate: Any, rec: Recorder) -> None:
    """self-attention: query, key and value are one tensor of shape (2, 5, 4)"""
    x = rec.tensor(normal(2, 5, 4), dtype=torch.float64)
    y = candidate(x, x, x)
    rec("output", y)
    rec("gradient", torch.autograd.grad(y.square().sum(), x)[0])


SCALED_DOT_PRODUCT_ATTENTION = FunctionSpec(
    torch.nn.functional.scaled_dot_product_attention,
    Case("averages values by how well queries fit keys", inputs=[_qkv(2)]),
    Case("works with heads", inputs=[_qkv(2, 3)]),
    Case("works without a batch", inputs=[_qkv()], dtypes=_FINE),
    Case(
        "is not misled by sizes that are all equal",
        inputs=[_qkv(4, 4, rows=4, keys=4)],
        dtypes=_FINE,
        why="Every size is 4: exchanged dimensions show in the values alone.",
    ),
    Case("takes values of another width than keys", inputs=[_qkv(2, out=6)], dtypes=_FINE),
    Case("takes a single key, and a single query", inputs=[_qkv(2, keys=1), _qkv(2, rows=1)], dtypes=_FINE),
    Case(
        "divides by the root of the width, not of anything else",
        inputs=[_qkv(2, width=9), _qkv(2, width=1)],
        dtypes=_FINE,
        why="Products of E pairs have a spread of √E; divided by it, softmax neither saturates nor flattens.",
    ),
    Case(
        "lets a query see the keys that the mask marks True",
        inputs=[(*_qkv(2), flags(3, 5)), (*_qkv(2), flags(2, 3, 5, share=0.3))],
        why="Here True means may be seen; in MultiheadAttention it means the opposite.",
    ),
    Case("adds a mask of numbers to the scores", inputs=[(*_qkv(2), numbers(3, 5)), (*_qkv(2), numbers(2, 3, 5))]),
    Case(
        "spreads a mask over batch and heads",
        inputs=[(*_qkv(2, 3), flags(2, 1, 1, 5)), (*_qkv(2, 4), numbers(4, 3, 5))],
        dtypes=_FINE,
    ),
    Case(
        "hides later keys with is_causal",
        kwargs={"is_causal": True},
        inputs=[_qkv(2, rows=5), _qkv(2, 2, rows=4, keys=4)],
    ),
    Case(
        "counts from the first key when there are more or fewer",
        kwargs={"is_causal": True},
        inputs=[_qkv(2, rows=3, keys=5), _qkv(2, rows=6, keys=4), _qkv(rows=3, keys=2)],
        dtypes=_FINE,
        why="Query i sees the keys 0 to i, however many there are.",
    ),
    Case(
        "takes another scale",
        kwargs={"scale": 0.3},
        inputs=[_qkv(2), (*_qkv(2), flags(3, 5)), (*_qkv(2), numbers(3, 5))],
        dtypes=_FINE,
        why="The scale is for the products alone: a mask of numbers is added after it.",
    ),
    Case(
        "takes another scale with is_causal", kwargs={"is_causal": True, "scale": -1.5}, inputs=[_qkv(2)], dtypes=_FINE
    ),
    Case("takes a scale of zero", kwargs={"scale": 0.0}, inputs=[_qkv(2), (*_qkv(2), flags(3, 5))], dtypes=_FINE),
    Case(
        "does not overflow",
        inputs=[
            (extremes(2, 3, 4), normal(2, 5, 4), normal(2, 5, 4)),
            (extremes(2, 3, 4), normal(2, 5, 4), normal(2, 5, 4), flags(3, 5)),
        ],
        why="exp(1000) is infinite: take the largest score off first, it cancels.",
    ),
    Case("takes an empty batch", inputs=[(empty(0, 3, 4), empty(0, 5, 4), empty(0, 5, 4))], dtypes=_FINE),
    Scenario("takes one tensor three times", _one_tensor_three_times),
    Case(
        "leaves its inputs alone",
        inputs=[tuple(x.no_grad() for x in _qkv(2)), (*(x.no_grad() for x in _qkv(2)), flags(3, 5))],
        dtypes=_FINE,
        why="No gradient is asked here, so a change in place raises no error.",
    ),
    # -- of the library alone --
    Scenario("drops weights out with probability dropout_p", _weights_are_dropped, scope=L),
    Case("gives a mask its gradient", inputs=[(*_qkv(2), normal(3, 5))], dtypes=_FINE, scope=L),
    Case(
        "gives zeros to a query that sees nothing",
        inputs=[(*_qkv(2), flags(3, 5, share=0.0, first=False))],
        dtypes=_FINE,
        scope=L,
    ),
    Case(
        "shares keys and values among heads",
        kwargs={"enable_gqa": True},
        inputs=[(normal(2, 6, 3, 4), normal(2, 2, 5, 4), normal(2, 2, 5, 4))],
        scope=L,
    ),
    Case(
        "spreads queries over the batch of keys",
        inputs=[(normal(3, 2, 4), normal(2, 3, 5, 4), normal(2, 3, 5, 4))],
        dtypes=_FINE,
        scope=L,
    ),
    Case("keeps half precision", inputs=[_qkv(2, 2)], dtypes=("float16", "bfloat16"), grads=False, scope=L),
    Error(
        "rejects a mask beside is_causal",
        kwargs={"is_causal": True},
        inputs=[(*_qkv(2), flags(3, 5))],
        kind=RuntimeError,
    ),
    Error("rejects vectors", inputs=[(normal(4), normal(4), normal(4))], kind=RuntimeError),
    Error("rejects keys of another width", inputs=[(normal(3, 4), normal(5, 6), normal(5, 4))], kind=RuntimeError),
    Error("rejects keys without values", inputs=[(normal(3, 4), normal(5, 4), normal(3, 4))], kind=RuntimeError),
    Error("rejects a mask that does not fit", inputs=[(*_qkv(2), flags(4, 4))], kind=RuntimeError),
    Error("rejects dropout above one", kwargs={"dropout_p": 1.5}, inputs=[_qkv(2)], kind=RuntimeError),
    twin="torch.nn.functional.scaled_dot_product_attention",
)


# MultiheadAttention ---------------------------------------------------------------------------------------------------


def _in(length: int, keys: int, batch: int = 2, width: int = 6, kdim: int = 6, vdim: int = 6) -> tuple:
    return normal(length, batch, width), normal(keys, batch, kdim, std=1.1), normal(keys, batch, vdim, std=1.2)


def _first(length: int, keys: int, batch: int = 2, width: int = 6) -> tuple:
    return normal(batch, length, width), normal(batch, keys, width, std=1.1), normal(batch, keys, width, std=1.2)


def _self_attention(candidate: Any, rec: Recorder) -> None:
    """MultiheadAttention(6, 2, batch_first=True) on one tensor three times, in training and in evaluation"""
    layer = candidate(6, 2, batch_first=True).double().to(rec.device)
    fill(layer, rec.seed)
    x = rec.tensor(normal(2, 4, 6), dtype=torch.float64)
    for training in (True, False):
        layer.train(training)
        with rec.within("" if training else " in evaluation"):
            y, weights = layer(x, x, x)
            rec("output", y)
            rec("weights", weights)
            rec("gradients", torch.autograd.grad(y.square().sum() + weights.square().sum(), [x, *layer.parameters()]))


def _drops_weights(candidate: Any, rec: Recorder) -> None:
    """MultiheadAttention(4, 2, dropout=0.3) on 2,000 sequences of 3 equal steps"""
    layer = candidate(4, 2, dropout=0.3, batch_first=True)
    fill(layer, rec.seed)
    x = torch.ones(2000, 3, 4)
    with torch.no_grad():
        y, weights = layer(x, x, x, average_attn_weights=False)
        zeros = (weights == 0).double()
        rec.stat("share of zero weights", float(zeros.mean()), math.sqrt(0.21 / zeros.numel()))
        rec("largest weight", weights.max())
        for k in range(4):
            # the steps of a sequence share their values, but not their weights: one of them is enough
            column = y[:, 0, k].double()
            rec.stat(f"mean of output {k}", float(column.mean()), float(column.std()) / 2000**0.5)
            square = column.square()
            rec.stat(f"mean square of output {k}", float(square.mean()), float(square.std()) / 2000**0.5)
        layer.eval()
        rec("output in evaluation", layer(x[:2], x[:2], x[:2])[0])


def _hints(candidate: Any, rec: Recorder) -> None:
    """the causal mask with is_causal=True, with weights and without"""
    layer = candidate(4, 2).double().to(rec.device)
    fill(layer, rec.seed)
    x = rec.tensor(normal(3, 2, 4), dtype=torch.float64)
    mask = torch.full((3, 3), -math.inf, dtype=torch.float64, device=rec.device).triu(1)
    for need in (True, False):
        rec(f"output, need_weights={need}", layer(x, x, x, need_weights=need, attn_mask=mask, is_causal=True)[0])
    rec.error("the hint without a mask", lambda: layer(x, x, x, is_causal=True))


MULTIHEADATTENTION = ModuleSpec(
    torch.nn.MultiheadAttention,
    Case("attends with two heads", args=(6, 2), inputs=[_in(3, 5)], mode="train"),
    Case("attends with one head", args=(6, 1), inputs=[_in(3, 5)], mode="train", dtypes=_FINE),
    Case("attends with heads of one feature", args=(6, 6), inputs=[_in(3, 5)], mode="train", dtypes=_FINE),
    Case(
        "keeps the letters apart when every size is equal",
        args=(4, 4),
        inputs=[_in(4, 4, 4, 4, 4, 4)],
        mode="train",
        dtypes=_FINE,
        why="Every size is 4: exchanged dimensions show in the values alone.",
    ),
    Case(
        "takes the batch first",
        args=(6, 2),
        kwargs={"batch_first": True},
        inputs=[_first(3, 5)],
        why="Only inputs and output have the batch first with batch_first; the weights have it always.",
    ),
    Case(
        "keeps the letters apart with the batch first",
        args=(4, 2),
        kwargs={"batch_first": True},
        inputs=[_first(4, 4, 4, 4)],
        mode="train",
        dtypes=_FINE,
    ),
    Case("works without biases", args=(6, 2), kwargs={"bias": False}, inputs=[_in(3, 5)], mode="train", dtypes=_FINE),
    Case(
        "hides padded keys",
        args=(6, 2),
        kwargs={"batch_first": True},
        inputs=[(*_first(3, 5, 3), flags(3, 5, share=0.4, first=False)), (*_first(3, 5), numbers(2, 5))],
        mode="train",
        dtypes=_FINE,
        why="True in key_padding_mask marks a key that is padding: no query of that sequence may see it.",
    ),
    Case(
        "hides what the mask marks True",
        args=(6, 2),
        inputs=[(*_in(4, 4), None, True, _causal(4)), (*_in(3, 5), None, True, flags(3, 5, share=0.4, first=False))],
        mode="train",
        why="Here True means may not be seen; in scaled_dot_product_attention it means the opposite.",
    ),
    Case(
        "adds a mask of numbers to the scores",
        args=(6, 2),
        inputs=[(*_in(3, 5), None, True, numbers(3, 5))],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "takes a mask for each sequence and head",
        args=(6, 3),
        inputs=[
            (*_in(3, 5), None, True, flags(6, 3, 5, share=0.4, first=False)),
            (*_in(3, 5), None, True, numbers(6, 3, 5)),
        ],
        mode="train",
        dtypes=_FINE,
        why="Row n · num_heads + h of a 3-D mask is for sequence n and head h.",
    ),
    Case(
        "takes both masks",
        args=(6, 2),
        kwargs={"batch_first": True},
        inputs=[
            (*_first(5, 5, 3), flags(3, 5, share=0.4, first=False), True, _causal(5)),
            (*_first(3, 5), numbers(2, 5), True, numbers(3, 5)),
        ],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "gives no weights when none are needed",
        args=(6, 2),
        inputs=[(*_in(3, 5), None, False), (*_in(4, 4), flags(2, 4, share=0.4, first=False), False, _causal(4))],
        mode="train",
        dtypes=_FINE,
        why="need_weights=False gives (output, None).",
    ),
    Case(
        "gives each head's weights when asked",
        args=(6, 3),
        inputs=[_in(3, 5), (normal(3, 6), normal(5, 6), normal(5, 6))],
        call_kwargs={"average_attn_weights": False},
        mode="train",
        dtypes=_FINE,
        why="Then they are (N, num_heads, L, S), and of one sequence (num_heads, L, S).",
    ),
    Case(
        "takes one sequence without a batch",
        args=(6, 2),
        inputs=[(normal(3, 6), normal(5, 6), normal(5, 6))],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "takes one sequence with masks",
        args=(6, 2),
        kwargs={"batch_first": True},
        inputs=[
            (normal(4, 6), normal(4, 6), normal(4, 6), flags(4, share=0.4, first=False), True, _causal(4)),
            (normal(3, 6), normal(5, 6), normal(5, 6), None, True, flags(2, 3, 5, share=0.4, first=False)),
        ],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "does not overflow",
        args=(4, 2),
        inputs=[(extremes(3, 2, 4), normal(5, 2, 4), normal(5, 2, 4))],
        dtypes=_FINE,
        mode="train",
    ),
    Scenario("attends to its own sequence", _self_attention),
    Init("starts with Xavier's weights and biases of zero", args=(80, 2)),
    # -- of the library alone --
    Init("starts so with other widths", args=(24, 3), kwargs={"kdim": 40, "vdim": 9, "add_bias_kv": True}, scope=L),
    Case(
        "takes keys and values of other widths",
        args=(6, 2),
        kwargs={"kdim": 4, "vdim": 3},
        inputs=[_in(3, 5, kdim=4, vdim=3), (normal(3, 6), normal(5, 4), normal(5, 3))],
        scope=L,
    ),
    Case(
        "takes options by position",
        args=(6, 2, 0.0, False, True, True, 4, 3, True),
        inputs=[(normal(2, 3, 6), normal(2, 5, 4), normal(2, 5, 3))],
        scope=L,
    ),
    Case(
        "adds a key and value of its own, and one of zeros",
        args=(6, 2),
        kwargs={"add_bias_kv": True, "add_zero_attn": True},
        inputs=[(*_in(4, 4), flags(2, 4, share=0.4, first=False), True, _causal(4)), (*_in(3, 5), None, False)],
        mode="train",
        scope=L,
    ),
    Case(
        "gives NaN to a query that sees nothing, without weights zero",
        args=(4, 2),
        kwargs={"batch_first": True},
        inputs=[
            (*_first(3, 5, 2, 4), flags(2, 5, share=1.1, first=True)),
            (*_first(3, 5, 2, 4), flags(2, 5, share=1.1, first=True), False),
        ],
        grads=False,
        mode="train",
        scope=L,
    ),
    Case("keeps half precision", args=(6, 2), inputs=[_in(3, 5)], dtypes=("bfloat16",), mode="train", scope=L),
    Case(
        "drops nothing in evaluation",
        args=(6, 2),
        kwargs={"dropout": 0.5},
        inputs=[_in(3, 5), (*_in(3, 5), None, False)],
        mode="eval",
        dtypes=_FINE,
        scope=L,
    ),
    Case(
        "drops every weight with dropout=1, in training",
        args=(6, 2),
        kwargs={"dropout": 1.0},
        inputs=[_in(3, 5), (*_in(3, 5), None, False)],
        mode="train",
        dtypes=_FINE,
        scope=L,
        why="Dropout acts on the weights; those that are returned are the dropped ones.",
    ),
    Scenario("drops weights in training", _drops_weights, scope=L),
    Scenario("takes the causal hint", _hints, scope=L),
    factory(6, 2),
    Error("rejects heads that do not divide the width", args=(7, 2), kind=AssertionError),
    Error("rejects no heads", args=(6, 0)),
    Error("rejects another width", args=(6, 2), inputs=[_in(3, 5, width=4, kdim=4, vdim=4)], kind=AssertionError),
    Error(
        "rejects fewer values than keys",
        args=(6, 2),
        inputs=[(normal(3, 2, 6), normal(5, 2, 6), normal(4, 2, 6))],
        kind=AssertionError,
    ),
    Error(
        "rejects a mask that does not fit",
        args=(6, 2),
        inputs=[(*_in(3, 5), None, True, flags(4, 4))],
        kind=RuntimeError,
    ),
    Error("rejects padding that does not fit", args=(6, 2), inputs=[(*_in(3, 5), flags(2, 4))], kind=AssertionError),
    lean=True,
)
