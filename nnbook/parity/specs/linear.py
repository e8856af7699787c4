"""Linear."""

from typing import Any

import torch

from nnbook.parity import Case, Error, Init, ModuleSpec, Recorder, Scenario, constant, empty, extremes, normal
from nnbook.parity.specs._factory import factory


def _has_no_bias(candidate: Any, rec: Recorder) -> None:
    """Linear(5, 3, bias=False)."""
    rec("bias is None", candidate(5, 3, bias=False).bias is None)


LINEAR = ModuleSpec(
    torch.nn.Linear,
    Case("maps a batch of rows", args=(5, 3), inputs=[normal(4, 5)]),
    Case("maps one row without a batch", args=(5, 3), inputs=[normal(5)]),
    Case("keeps any leading shape", args=(5, 3), inputs=[normal(2, 4, 3, 5)]),
    Case("keeps leading dimensions of size one", args=(5, 3), inputs=[normal(1, 1, 5)]),
    Case("works without a bias", args=(5, 3), kwargs={"bias": False}, inputs=[normal(4, 5)]),
    Case("takes bias as its third argument", args=(5, 3, False), inputs=[normal(2, 4, 5)]),
    Case(
        "takes its arguments by name",
        kwargs={"in_features": 5, "out_features": 3, "bias": True},
        inputs=[normal(2, 5)],
    ),
    Case("makes one feature of many", args=(7, 1), inputs=[normal(3, 7)]),
    Case("makes many features of one", args=(1, 4), inputs=[normal(3, 1)]),
    Case(
        "is square when asked",
        args=(4, 4),
        inputs=[normal(4, 4), normal(4, 4).no_grad()],
        why="Every size is equal: a forgotten transpose shows.",
    ),
    Case("takes an empty batch", args=(5, 3), inputs=[empty(0, 5)]),
    Case("stays exact for large inputs", args=(5, 3), inputs=[extremes(4, 5)]),
    Case("gives the bias for a zero input", args=(5, 3), inputs=[constant(0.0, 2, 5)]),
    Case("can be called again and again", args=(5, 3), inputs=[normal(4, 5), normal(2, 5), normal(4, 5)]),
    Init("starts with uniform weights and bias within 1/sqrt(in_features)", args=(4, 16384)),
    Init("starts right with a single input, too", args=(1, 400)),
    Init("starts so without a bias too", args=(300, 60), kwargs={"bias": False}),
    Scenario("has None for a bias when asked for none", _has_no_bias),
    Error("rejects rows of another width", args=(5, 3), inputs=[normal(4, 6)], kind=RuntimeError, scope="exercise"),
    Case("keeps half precision", args=(5, 3), inputs=[normal(4, 5)], dtypes=("bfloat16",), scope="library"),
    Case("takes rows without features", args=(0, 3), inputs=[empty(2, 0)], scope="library"),
    Case("makes no features when asked", args=(3, 0), inputs=[normal(2, 3)], scope="library"),
    factory(5, 3),
    Error("rejects a scalar", args=(5, 3), inputs=[normal()], kind=RuntimeError),
    Error("rejects a negative size", args=(-5, 3), kind=RuntimeError),
)
