"""CosineSimilarity and PairwiseDistance."""

import math
from typing import Any

import torch

from nnbook.parity import Case, Error, ModuleSpec, Recorder, Scenario, constant, empty, extremes, normal

_FINE = ("float64",)
_TWO = (normal(4, 5), normal(4, 5))


def _mixed(candidate: Any, rec: Recorder) -> None:
    """a float32 and a float64 input"""
    x1, x2 = rec.tensor(normal(4, 5), 1), rec.tensor(normal(4, 5), 2, dtype=torch.float64)
    rec("output", candidate()(x1, x2))


def _equal_inputs(candidate: Any, rec: Recorder) -> None:
    """one input given twice, and its gradient"""
    x = rec.tensor(normal(4, 5))
    y = candidate()(x, x)
    rec("output", y)
    y.sum().backward()
    rec("gradient", x.grad)


COSINE_SIMILARITY = ModuleSpec(
    torch.nn.CosineSimilarity,
    Case("compares vectors", inputs=[_TWO, (normal(4, 5, 3), normal(4, 5, 3))]),
    Case("compares along another dimension", args=(0,), inputs=[_TWO, (normal(5), normal(5))], dtypes=_FINE),
    Case("counts dim from the end", kwargs={"dim": -1}, inputs=[(normal(2, 3, 4), normal(2, 3, 4))], dtypes=_FINE),
    Case("broadcasts", kwargs={"dim": 2}, inputs=[(normal(4, 1, 5), normal(3, 5)), (normal(3, 5), normal(2, 3, 5))]),
    Case("is 0 for a vector of zeros", inputs=[(constant(0, 2, 3), normal(2, 3))], dtypes=_FINE),
    Case("bounds each length by eps", kwargs={"eps": 2.0}, inputs=[_TWO, (normal(4, 5, std=9), normal(4, 5))]),
    Case("takes very small and very large vectors", inputs=[(normal(3, 4, std=1e-12), extremes(3, 4, size=1e12))]),
    Case("takes an empty batch", inputs=[(empty(0, 3), empty(0, 3))], dtypes=_FINE),
    Case("keeps half precision", inputs=[_TWO], dtypes=("bfloat16",)),
    Scenario("takes two kinds of number", _mixed),
    Scenario("is 1 for equal vectors, with a slope of 0", _equal_inputs),
    Error("rejects sizes that do not fit", inputs=[(normal(4, 5), normal(4, 6))], kind=RuntimeError),
    Error("rejects a dimension that is not there", args=(2,), inputs=[_TWO], kind=IndexError),
)

PAIRWISE_DISTANCE = ModuleSpec(
    torch.nn.PairwiseDistance,
    Case("measures row by row", inputs=[_TWO, (normal(5), normal(5))]),
    Case("keeps the dimension", kwargs={"keepdim": True}, inputs=[_TWO, (normal(5), normal(5))], dtypes=_FINE),
    *(
        Case(f"takes p={p}", args=(p,), kwargs={"eps": 1e-3}, inputs=[_TWO], dtypes=_FINE)
        for p in (0, 0.5, 1, 3, math.inf, -1, -math.inf)
    ),
    Case("adds eps to each difference", kwargs={"eps": 0.5}, inputs=[_TWO], dtypes=_FINE),
    Case("has a slope where the two are equal", inputs=[(constant(1, 2, 3), constant(1, 2, 3))]),
    Case("broadcasts", inputs=[(normal(4, 1, 5), normal(3, 5))], dtypes=_FINE),
    Case("takes an empty batch", inputs=[(empty(0, 3), empty(0, 3))], dtypes=_FINE),
    Scenario("is small for equal vectors", _equal_inputs),
    Error("rejects sizes that do not fit", inputs=[(normal(4, 5), normal(4, 6))], kind=RuntimeError),
)
