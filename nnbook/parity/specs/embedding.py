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
