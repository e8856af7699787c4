"""TripletMarginLoss, TripletMarginWithDistanceLoss, AdaptiveLogSoftmaxWithLoss: of these torch keeps no samples."""

from typing import Any

import torch
from torch import Tensor

from nnbook.parity import Case, Error, Init, ModuleSpec, Recorder, Scenario, constant, indices, integers, normal

_TRIPLET = (normal(5, 4), normal(5, 4), normal(5, 4))


def _case(name: str, *inputs: Any, **kwargs: Any) -> Case:
    return Case(name, kwargs=kwargs, inputs=inputs, state="initial")


def _largest(x: Tensor, y: Tensor) -> Tensor:
    return (x - y).abs().amax(-1)


TRIPLET_MARGIN_LOSS = ModuleSpec(
    torch.nn.TripletMarginLoss,
    _case("averages over the batch", _TRIPLET),
    _case("adds up with reduction='sum'", _TRIPLET, reduction="sum"),
    _case("keeps each triplet with reduction='none'", _TRIPLET, reduction="none"),
    _case("takes another margin and norm", _TRIPLET, margin=3.0, p=1.0, reduction="none"),
    _case("takes the norm of the largest difference", _TRIPLET, p=float("inf"), reduction="none"),
    _case("swaps anchor and positive where that is harder", _TRIPLET, swap=True, reduction="none"),
    _case("adds eps to each difference", _TRIPLET, eps=0.5, reduction="none"),
    _case("takes one triplet without a batch", (normal(4), normal(4), normal(4)), reduction="none"),
    _case("takes three equal vectors", (constant(1.0, 2, 3), constant(1.0, 2, 3), constant(1.0, 2, 3))),
    _case("is zero beyond the margin", (normal(4, 3), normal(4, 3), normal(4, 3, mean=30.0)), reduction="none"),
    Error("rejects a margin of zero", kwargs={"margin": 0.0}),
    Error("rejects another reduction", kwargs={"reduction": "average"}, inputs=[_TRIPLET]),
    Error("rejects other dimensions", inputs=[(normal(3, 4), normal(3, 4), normal(4))], kind=RuntimeError),
)

TRIPLET_MARGIN_WITH_DISTANCE_LOSS = ModuleSpec(
    torch.nn.TripletMarginWithDistanceLoss,
    _case("takes the Euclidean distance by default", _TRIPLET),
    _case("takes any distance", _TRIPLET, distance_function=_largest, reduction="none"),
    _case("swaps anchor and positive where that is harder", _TRIPLET, swap=True, margin=2.0, reduction="sum"),
    _case("swaps with any distance", _TRIPLET, distance_function=_largest, swap=True, reduction="none"),
    _case("takes one triplet without a batch", (normal(4), normal(4), normal(4))),
    Error("rejects a margin of zero", kwargs={"margin": 0.0}),
    Error("rejects other dimensions", inputs=[(normal(3, 4), normal(3, 4), normal(4))], kind=RuntimeError),
    Error("rejects another reduction", kwargs={"reduction": "average"}, inputs=[_TRIPLET]),
)


def _all_classes(candidate: Any, rec: Recorder) -> None:
    """AdaptiveLogSoftmaxWithLoss(16, 12, [3, 7]) asked for all log-probabilities and for the likeliest class."""
    module = candidate(16, 12, [3, 7], div_value=2.0, head_bias=True)
    with torch.no_grad():
        for i, p in enumerate(module.parameters()):
            p.copy_(rec.tensor(normal(*p.shape), i))
    x = rec.tensor(normal(9, 16), "x")
    rec("log-probabilities of all classes", module.log_prob(x))
    rec("likeliest classes", module.predict(x))


ADAPTIVE_LOG_SOFTMAX_WITH_LOSS = ModuleSpec(
    torch.nn.AdaptiveLogSoftmaxWithLoss,
    Case("finds targets in head and clusters", (16, 12, [3, 7]), {}, [(normal(8, 16), integers(8, high=12))]),
    Case("takes targets of the head alone", (16, 12, [3, 7]), {}, [(normal(4, 16), indices(0, 2, 1, 0))]),
    Case("takes targets of the last cluster alone", (16, 12, [3, 7]), {}, [(normal(3, 16), indices(7, 11, 8))]),
    Case(
        "takes a bias in the head and another div_value",
        (16, 12, [3, 7]),
        {"div_value": 2.0, "head_bias": True},
        [(normal(8, 16), integers(8, high=12))],
    ),
    Case("takes one row without a batch", (16, 12, [3]), {}, [(normal(16), integers(high=12))]),
    Case(
        "can be called again", (16, 12, [3]), {}, [(normal(4, 16), integers(4, high=12)), (normal(1, 16), indices(5))]
    ),
    Scenario("gives all log-probabilities and the likeliest class", _all_classes),
    Init("starts as linear layers do", (64, 200, [20, 80]), {"div_value": 2.0, "head_bias": True}),
    Error("rejects cutoffs that do not rise", (8, 12, [7, 3])),
    Error("rejects a cutoff beyond the classes", (8, 12, [3, 12])),
    Error("rejects no cutoffs", (8, 12, [])),
    Error("rejects a target beyond the classes", (8, 12, [3]), {}, [(normal(2, 8), indices(0, 12))], kind=RuntimeError),
    Error("rejects fewer targets than rows", (8, 12, [3]), {}, [(normal(2, 8), indices(0, 1, 2))], kind=RuntimeError),
)
