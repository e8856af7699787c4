"""Embedding."""

from __future__ import annotations

from typing import Any, Final

import torch

from nnbook.parity import Case, Error, Init, ModuleSpec, Recorder, Scenario, indices, integers, normal
from nnbook.parity.inputs import Recipe
from nnbook.parity.specs._factory import factory

L: Final = "library"


def _starts_with_a_zero_row(candidate: Any, rec: Recorder) -> None:
    """a fresh Embedding(7, 4, padding_idx=k) for several k, the negative ones counted from the end."""
    for k in (2, 0, 6, -1, -3, -7):
        weight = candidate(7, 4, padding_idx=k).weight
        rec(f"rows of zeros with padding_idx={k}", (weight == 0).all(dim=1).nonzero().flatten().tolist())
        rec(f"columns of zeros with padding_idx={k}", (weight == 0).all(dim=0).nonzero().flatten().tolist())
        rec(f"whether weight is a leaf with padding_idx={k}", weight.is_leaf)


def _never_moves_the_row(candidate: Any, rec: Recorder) -> None:
    """Embedding(7, 4, padding_idx=2), three steps of gradient descent."""
    layer = candidate(7, 4, padding_idx=2)
    start = torch.randn(7, 4, generator=rec.generator("start"))
    start[2] = 0.0
    with torch.no_grad():
        layer.weight.copy_(start)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    for step in range(3):
        optimizer.zero_grad()
        i = torch.randint(0, 7, (5, 3), generator=rec.generator("indices", step))
        i[0, 0] = 2
        ((layer(i) - 1.0) ** 2).sum().backward()
        optimizer.step()
        rec(f"weight after step {step + 1}", layer.weight)


def _from_pretrained(candidate: Any, rec: Recorder) -> None:
    """Embedding.from_pretrained(table), frozen and not, with and without padding."""
    table = torch.randn(5, 3, generator=rec.generator("table"))
    i = torch.tensor([[0, 4], [2, 2]])
    stories: dict[str, dict[str, Any]] = {
        "the defaults": {},
        "freeze=False": {"freeze": False},
        "padding_idx=2": {"freeze": False, "padding_idx": 2},
        "max_norm": {"freeze": True, "max_norm": 0.5, "norm_type": 1.0},
    }
    for name, options in stories.items():
        layer = candidate.from_pretrained(table.clone(), **options)
        rec(f"weight with {name}", layer.weight)
        rec(f"weight learns with {name}", layer.weight.requires_grad)
        output = layer(i)
        rec(f"output with {name}", output)
        rec(f"weight after the call with {name}", layer.weight)
        rec(f"options with {name}", repr(layer))
        if layer.weight.requires_grad:
            output.square().sum().backward()
            rec(f"gradient with {name}", layer.weight.grad)


def _other_integers(candidate: Any, rec: Recorder) -> None:
    """Embedding(7, 4) on int32 indices."""
    layer = candidate(7, 4, padding_idx=1)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(7, 4, generator=rec.generator("weight")))
    rec("output", layer(torch.tensor([[1, 6], [3, 3]], dtype=torch.int32)))


EMBEDDING = ModuleSpec(
    torch.nn.Embedding,
    Case("looks up a vector of indices", args=(7, 4), inputs=[integers(3, high=7)]),
    Case(
        "looks up any shape of indices", args=(7, 4), inputs=[integers(2, 3, 5, high=7), integers(3, 2, 4, 2, high=7)]
    ),
    Case("looks up one index", args=(7, 4), inputs=[integers(high=7)]),
    Case("looks up shapes with sizes of one", args=(7, 4), inputs=[integers(1, 1, high=7)]),
    Case("takes no indices at all", args=(7, 4), inputs=[integers(2, 0, high=7)]),
    Case("takes one number per row", args=(5, 1), inputs=[integers(3, 2, high=5)]),
    Case("has a table of one row", args=(1, 4), inputs=[indices(0, 0)]),
    Case("is square when asked", args=(4, 4), inputs=[integers(4, 4, high=4)]),
    Case(
        "adds up the gradients of a repeated index",
        args=(7, 4),
        inputs=[indices(3, 3, 1, 3, 6, 1)],
        why="A row that was used three times collects three gradients.",
    ),
    Case("can be called again and again", args=(7, 4), inputs=[integers(3, high=7), integers(2, 2, high=7)]),
    Case(
        "gives no gradient to the row at padding_idx",
        args=(7, 4),
        kwargs={"padding_idx": 2},
        inputs=[indices([2, 0, 2], [1, 2, 6])],
        why="The row comes out as it is in the table, but nothing goes back into it.",
    ),
    Case("takes 0 for padding", args=(7, 4), kwargs={"padding_idx": 0}, inputs=[indices([0, 3], [6, 0])]),
    Case("takes the last row for padding", args=(7, 4), kwargs={"padding_idx": -1}, inputs=[indices(6, 0, 6, 1)]),
    Case("counts a negative padding_idx from the end", args=(7, 4, -3), inputs=[indices(4, 3, 2, 4, 0)]),
    Case("looks up padding alone", args=(7, 4, 2), inputs=[indices(2, 2), indices(2)]),
    Case("looks up one padding index", args=(7, 4, 2), inputs=[Recipe(lambda g: torch.tensor(2), "the index 2")]),
    Case(
        "takes its arguments by name",
        kwargs={"num_embeddings": 5, "embedding_dim": 3, "padding_idx": 1},
        inputs=[integers(4, high=5)],
    ),
    Case("learns in every row without padding_idx", args=(7, 4), inputs=[indices(*range(7))]),
    Init("starts with standard normal rows", args=(300, 80)),
    Init("starts so beside a padding row", args=(2000, 16), kwargs={"padding_idx": 3}),
    Scenario("starts with a row of zeros at padding_idx", _starts_with_a_zero_row),
    Scenario("leaves the padding row alone in training", _never_moves_the_row),
    # -- of the library alone --
    Case("looks rows up in half precision", args=(7, 4), inputs=[integers(3, high=7)], dtypes=("bfloat16",), scope=L),
    Case("shortens rows to max_norm", args=(7, 4), kwargs={"max_norm": 0.7}, inputs=[indices(0, 3, 3, 5)] * 2, scope=L),
    Case(
        "measures rows by norm_type",
        args=(7, 4),
        kwargs={"max_norm": 1.0, "norm_type": 1.0},
        inputs=[indices([0, 3], [3, 5])],
        scope=L,
    ),
    Case(
        "measures rows by their largest entry",
        args=(7, 4),
        kwargs={"max_norm": 0.3, "norm_type": float("inf")},
        inputs=[indices(0, 3, 3, 5)],
        scope=L,
    ),
    Case(
        "shortens the padding row too",
        args=(7, 4, 3),
        kwargs={"max_norm": 0.5},
        inputs=[indices(0, 3, 3, 5)],
        scope=L,
    ),
    Case(
        "divides gradients by how often an index occurs",
        args=(7, 4),
        kwargs={"scale_grad_by_freq": True},
        inputs=[indices([3, 3, 1], [3, 6, 1])],
        scope=L,
    ),
    Case(
        "divides gradients beside a padding row",
        args=(7, 4, 3),
        kwargs={"scale_grad_by_freq": True, "max_norm": 0.6},
        inputs=[indices([3, 3, 1], [3, 6, 1])],
        scope=L,
    ),
    Case("takes sparse", args=(7, 4), kwargs={"sparse": True}, inputs=[indices(3, 3, 1)], scope=L),
    Case(
        "starts from _weight",
        args=(7, 4),
        kwargs={"_weight": normal(7, 4).no_grad(), "padding_idx": 1},
        inputs=[indices(1, 2, 1)],
        state="initial",
        scope=L,
    ),
    Case("is frozen by _freeze", args=(7, 4), kwargs={"_freeze": True}, inputs=[indices(1, 2)], scope=L),
    Scenario("is made from a table by from_pretrained", _from_pretrained, scope=L),
    Scenario("takes int32 indices", _other_integers, scope=L),
    factory(7, 4, padding_idx=2),
    Error("rejects an index beyond the table", args=(7, 4), inputs=[indices(0, 7)], kind=IndexError),
    Error("rejects a negative index", args=(7, 4), inputs=[indices(0, -1)], kind=IndexError),
    Error("rejects indices that are not whole", args=(7, 4), inputs=[normal(3)], kind=RuntimeError),
    Error("rejects a padding_idx beyond the table", args=(7, 4, 7), kind=AssertionError),
    Error("rejects a padding_idx before the table", args=(7, 4, -8), kind=AssertionError),
    Error("rejects a _weight of another shape", args=(7, 4), kwargs={"_weight": normal(4, 7)}, kind=AssertionError),
)


def _bag_gradients(candidate: Any, rec: Recorder) -> None:
    """EmbeddingBag in each mode over bags of which one is empty, one holds a number twice and one only padding."""
    numbers, offsets = torch.tensor([3, 1, 3, 6, 6, 2, 2]), torch.tensor([0, 3, 3, 5])
    table = torch.randn(7, 4, generator=rec.generator("table"))
    for mode in ("sum", "mean", "max"):
        for padding_idx in (None, 2, -5):
            layer = candidate.from_pretrained(table.clone(), freeze=False, mode=mode, padding_idx=padding_idx)
            with rec.within(f", mode={mode}, padding_idx={padding_idx}"):
                y = layer(numbers, offsets)
                rec("output", y)
                (y * torch.arange(1.0, 17).view(4, 4)).sum().backward()
                rec("gradient", layer.weight.grad)


def _weighted_bags(candidate: Any, rec: Recorder) -> None:
    """EmbeddingBag(mode="sum") with per_sample_weights, as rows and with offsets"""
    layer = candidate.from_pretrained(torch.randn(7, 4, generator=rec.generator("table")), False, mode="sum")
    shares = torch.rand(2, 3, generator=rec.generator("shares")).requires_grad_()
    numbers = torch.tensor([[3, 1, 3], [6, 0, 2]])
    y = layer(numbers, None, shares) + layer(numbers.flatten(), torch.tensor([0, 2]), shares.flatten())
    rec("output", y)
    y.square().sum().backward()
    rec("gradient of the table", layer.weight.grad)
    rec("gradient of the weights", shares.grad)


def _bag_errors(candidate: Any, rec: Recorder) -> None:
    """calls that EmbeddingBag(7, 4) cannot answer"""
    layer, weighted = candidate(7, 4), candidate(7, 4, mode="sum")
    one, two, zero = torch.tensor([1, 2]), torch.tensor([[1, 2]]), torch.tensor([0])
    rec.error("no offsets for one dimension", lambda: layer(one))
    rec.error("offsets for two dimensions", lambda: layer(two, zero))
    rec.error("offsets that do not start at 0", lambda: layer(one, torch.tensor([1])))
    rec.error("offsets beyond the input", lambda: layer(one, torch.tensor([0, 3])))
    rec.error("a number beyond the table", lambda: layer(torch.tensor([[7]])))
    rec.error("a negative number", lambda: layer(torch.tensor([[-1]])))
    rec.error("three dimensions", lambda: layer(two.unsqueeze(0)))
    rec.error("fractions", lambda: layer(two * 0.5))
    rec.error("weights with a mean", lambda: layer(two, None, torch.ones(1, 2)))
    rec.error("weights of another shape", lambda: weighted(two, None, torch.ones(2)))
    rec.error("weights of another dtype", lambda: weighted(two, None, torch.ones(1, 2).double()))
    rec.error("an unknown mode", lambda: candidate(7, 4, mode="min")(two))
    rec.error("a sparse maximum", lambda: candidate(7, 4, mode="max", sparse=True)(two))
    rec.error("a maximum by frequency", lambda: candidate(7, 4, mode="max", scale_grad_by_freq=True)(two))
    rec.error("padding beyond the table", lambda: candidate(7, 4, padding_idx=7))


EMBEDDINGBAG = ModuleSpec(
    torch.nn.EmbeddingBag,
    Case("averages the rows of each bag", args=(7, 4), inputs=[integers(3, 5, high=7)]),
    Case("adds them up", args=(7, 4), kwargs={"mode": "sum"}, inputs=[integers(3, 5, high=7)]),
    Case("takes their largest entries", args=(7, 4), kwargs={"mode": "max"}, inputs=[integers(3, 5, high=7)]),
    Case("takes bags one after another", args=(7, 4), inputs=[(indices(3, 1, 3, 6, 0), indices(0, 3))]),
    Case("gives 0 for an empty bag", args=(7, 4), inputs=[(indices(3, 1, 3), indices(0, 0, 2, 3))]),
    Case("takes no bags at all", args=(7, 4), inputs=[Recipe(lambda g: torch.zeros(0, 3).long(), "no bags")]),
    Case(
        "ends at a last offset",
        args=(7, 4),
        kwargs={"include_last_offset": True, "mode": "sum"},
        inputs=[(indices(3, 1, 3, 6), indices(0, 1, 1, 4))],
    ),
    Case("shortens rows to max_norm", args=(7, 4, 0.7, 1.0), inputs=[integers(3, 5, high=7)]),
    Case("takes sparse", args=(7, 4), kwargs={"sparse": True}, inputs=[indices([3, 3, 1])]),
    Case(
        "keeps half precision",
        args=(7, 4),
        kwargs={"mode": "sum"},
        inputs=[integers(3, 5, high=7)],
        dtypes=("bfloat16",),
    ),
    Init("starts with standard normal rows", args=(2000, 16), kwargs={"padding_idx": 3}),
    Scenario("sums, averages and compares, with padding and without", _bag_gradients),
    Scenario("weighs each number in a sum", _weighted_bags),
    Scenario("refuses what it cannot answer", _bag_errors),
    factory(7, 4, padding_idx=2),
)
