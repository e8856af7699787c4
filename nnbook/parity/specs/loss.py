"""MSELoss, NLLLoss, CrossEntropyLoss."""

from collections.abc import Callable
from typing import Any

import torch

from nnbook.parity import (
    Case,
    Error,
    ModuleSpec,
    Recorder,
    Scenario,
    constant,
    empty,
    extremes,
    indices,
    integers,
    kinks,
    log_probabilities,
    normal,
    probabilities,
    uniform,
    values,
)
from nnbook.parity.inputs import Recipe

_INF = float("inf")


def weights(classes: int) -> Recipe:
    """One positive weight per class, of which no gradient is asked."""
    return uniform(classes, low=0.3, high=2.0).no_grad()


def _case(name: str, *inputs: Any, why: str = "", scope: Any = "exercise", dtypes: Any = None, **kwargs: Any) -> Case:
    """A case of a loss. Its weight is not redrawn: learners may keep it as a buffer or as a plain attribute."""
    more = {"dtypes": dtypes} if dtypes else {}
    return Case(name, kwargs=kwargs, inputs=inputs, why=why, scope=scope, state="initial", **more)


def _keeps_weights_apart(draw: Recipe) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        first, second = rec.tensor(weights(4), 1), rec.tensor(weights(4), 2)
        kept = first.clone()
        x, target = rec.tensor(draw), rec.tensor(integers(5, high=4))
        one, two, plain = candidate(weight=first), candidate(second), candidate()
        rec("loss of the first", one(x, target))
        rec("loss of the second, whose weight comes as the first argument", two(x, target))
        rec("loss of the third, which has no weight", plain(x, target))
        rec("loss of the first, once more", one(x, target))
        rec("the weight it was given, left unchanged", bool(torch.equal(first, kept)))

    play.__doc__ = "three losses over four classes, the first two with a weight each."
    return play


def _keeps_options_apart(*options: dict[str, Any], draw: Recipe, target: Recipe) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        x, y = rec.tensor(draw, "x"), rec.tensor(target, "target")
        losses = [candidate(**kwargs) for kwargs in options]
        for kwargs, loss in zip(options, losses, strict=True):
            rec(
                f"loss of the one with {', '.join(f'{k}={v!r}' for k, v in kwargs.items()) or 'no options'}", loss(x, y)
            )

    play.__doc__ = "several losses with other options each, all built before the first is called."
    return play


_HALF = ("bfloat16",)
_NO_TARGETS = integers(0, high=3)

MSE_LOSS = ModuleSpec(
    torch.nn.MSELoss,
    _case("averages over all elements", (normal(4, 5), normal(4, 5))),
    _case("adds up with reduction='sum'", (normal(4, 5), normal(4, 5)), reduction="sum"),
    _case("keeps every element with reduction='none'", (normal(4, 5), normal(4, 5)), reduction="none"),
    _case("says reduction='mean' for the default", (normal(3, 2), normal(3, 2)), reduction="mean"),
    _case("takes one dimension", (normal(7), normal(7))),
    _case("takes two scalars", (normal(), normal())),
    _case("takes two scalars with reduction='none'", (normal(), normal()), reduction="none"),
    _case("takes four dimensions", (normal(2, 3, 4, 2), normal(2, 3, 4, 2))),
    _case("keeps the shape of five dimensions", (normal(2, 1, 3, 2, 2), normal(2, 1, 3, 2, 2)), reduction="none"),
    _case("adds up over three equal sizes", (normal(3, 3, 3), normal(3, 3, 3)), reduction="sum"),
    _case("takes a column", (normal(5, 1), normal(5, 1))),
    _case("takes a single element", (normal(1), normal(1))),
    _case(
        "is zero, with zero gradient, where input and target agree",
        (constant(1.5, 3, 2), constant(1.5, 3, 2)),
        why="A square is smooth at zero: no root, no absolute value, no division belongs here.",
    ),
    _case("is zero there with reduction='sum' too", (constant(1.5, 3, 2), constant(1.5, 3, 2)), reduction="sum"),
    _case(
        "keeps the difference of two large numbers",
        (normal(4, 3, mean=1000.0), normal(4, 3, mean=1000.0)),
        reduction="none",
        why="Subtract first, then square: x² - 2xy + y² subtracts numbers near a million to find one near 1.",
    ),
    _case("keeps small differences as they are", (normal(4, 3, std=1e-2), normal(4, 3, std=1e-2)), reduction="none"),
    _case("squares large differences in full", (extremes(3, 4), normal(3, 4)), reduction="none"),
    _case("averages large differences", (normal(4, 3, std=50.0), normal(4, 3, std=50.0))),
    _case("takes a target that needs no gradient", (normal(4, 3), normal(4, 3).no_grad())),
    _case("takes an input that needs no gradient", (normal(4, 3).no_grad(), normal(4, 3)), reduction="sum"),
    _case("adds up an empty batch to zero", (empty(0, 3), empty(0, 3)), reduction="sum"),
    _case("keeps an empty batch empty", (empty(0, 3), empty(0, 3)), reduction="none"),
    _case(
        "can be called again and again",
        (normal(4, 3), normal(4, 3)),
        (normal(2), normal(2)),
        (normal(6, 2, 2), normal(6, 2, 2)),
    ),
    Scenario(
        "keeps each loss's reduction to itself",
        _keeps_options_apart({"reduction": "none"}, {"reduction": "sum"}, {}, draw=normal(4, 3), target=normal(4, 3)),
    ),
    _case("has no mean of an empty batch", (empty(0, 3), empty(0, 3)), scope="library"),
    _case("broadcasts, as subtraction does", (normal(4, 1), normal(4)), scope="library"),
    _case("broadcasts a scalar target", (normal(4, 3), normal()), scope="library", reduction="none"),
    _case("keeps half precision", (normal(4, 3), normal(4, 3)), scope="library", dtypes=_HALF),
    Error("rejects shapes that do not broadcast", inputs=[(normal(4, 3), normal(4, 2))], kind=RuntimeError),
    Error("rejects another reduction", kwargs={"reduction": "average"}, inputs=[(normal(3), normal(3))]),
    state_matters=False,
)

NLL_LOSS = ModuleSpec(
    torch.nn.NLLLoss,
    _case("picks the log-probability of each target", (log_probabilities(5, 4), integers(5, high=4))),
    _case("adds up with reduction='sum'", (log_probabilities(5, 4), integers(5, high=4)), reduction="sum"),
    _case("keeps each row with reduction='none'", (log_probabilities(5, 4), integers(5, high=4)), reduction="none"),
    _case(
        "takes its input as it is",
        (normal(5, 4, std=3.0), integers(5, high=4)),
        reduction="none",
        why="NLLLoss neither takes a logarithm nor normalises: that is log_softmax's part.",
    ),
    _case(
        "divides the mean by the weights of the targets",
        (log_probabilities(5, 4), indices(3, 0, 1, 1, 2)),
        weight=weights(4),
        why="The mean is weighted: divide by the sum of w[target], not by the number of rows.",
    ),
    _case("weighs the sum", (log_probabilities(5, 4), indices(3, 0, 1, 1, 2)), weight=weights(4), reduction="sum"),
    _case("weighs each row", (log_probabilities(5, 4), indices(3, 0, 1, 1, 2)), weight=weights(4), reduction="none"),
    _case("leaves targets of -100 out of the mean", (log_probabilities(5, 4), indices(1, -100, 3, -100, 0))),
    _case(
        "gives zero for an ignored target",
        (log_probabilities(5, 4), indices(1, 2, 3, 2, 0)),
        ignore_index=2,
        reduction="none",
    ),
    _case(
        "leaves ignored targets out of the weighted mean",
        (log_probabilities(6, 4), indices(1, 2, 3, 2, 0, 3)),
        weight=weights(4),
        ignore_index=2,
    ),
    _case(
        "ignores an index beyond the classes",
        (log_probabilities(4, 3), indices(1, 255, 0, 255)),
        weight=weights(3),
        ignore_index=255,
        reduction="sum",
    ),
    _case("ignores an index of -1", (log_probabilities(4, 3), indices(-1, 2, 0, -1)), ignore_index=-1),
    _case("ignores an index of 0", (log_probabilities(4, 3), indices(0, 2, 1, 0)), ignore_index=0, weight=weights(3)),
    _case("takes hundreds of classes", (normal(3, 300), indices(299, 7, 256)), reduction="none"),
    _case(
        "is zero for every row when all are ignored",
        (log_probabilities(3, 4), indices(-100, -100, -100)),
        reduction="none",
    ),
    _case(
        "adds up to zero when all are ignored",
        (log_probabilities(3, 4), indices(1, 1, 1)),
        weight=weights(4),
        ignore_index=1,
        reduction="sum",
    ),
    _case("averages over the positions of a sequence", (log_probabilities(2, 4, 3), integers(2, 3, high=4))),
    _case("takes dimension 1 for the classes when all sizes are equal", (normal(3, 3, 3), integers(3, 3, high=3))),
    _case(
        "keeps the positions of an image with reduction='none'",
        (log_probabilities(2, 4, 3, 5), integers(2, 3, 5, high=4)),
        weight=weights(4),
        ignore_index=1,
        reduction="none",
        dtypes=("float32",),  # torch 2.13 itself has no gradient here for an input with gaps
    ),
    _case(
        "takes the weighted mean over positions",
        (log_probabilities(2, 3, 4), indices([0, 2, -100, 1], [2, 2, 1, -100])),
        weight=weights(3),
    ),
    _case("takes one row without a batch", (log_probabilities(4, dim=0), integers(high=4))),
    _case(
        "keeps one row a scalar with reduction='none'",
        (log_probabilities(4, dim=0), integers(high=4)),
        weight=weights(4),
        reduction="none",
    ),
    _case(
        "stays exact for a very unlikely target",
        (values([0.0, -1e4, -30.0], [-1e4, 0.0, -1e4]), indices(1, 1)),
        reduction="none",
    ),
    _case(
        "keeps a batch of one with reduction='none'",
        (normal(1, 4), indices(3)),
        (normal(1, 4, 1), indices([0])),
        reduction="none",
    ),
    _case("adds up an empty batch to zero", (empty(0, 3), _NO_TARGETS), reduction="sum"),
    _case(
        "can be called again and again",
        (log_probabilities(5, 4), indices(0, 3, -100, 1, 2)),
        (log_probabilities(1, 4), indices(3)),
        (log_probabilities(2, 4, 2), integers(2, 2, high=4)),
        weight=weights(4),
    ),
    Scenario("keeps each loss's weight to itself", _keeps_weights_apart(log_probabilities(5, 4))),
    Scenario(
        "keeps each loss's options to itself",
        _keeps_options_apart(
            {"ignore_index": 1},
            {"reduction": "none", "ignore_index": 2},
            {},
            draw=log_probabilities(4, 3),
            target=indices(0, 1, 2, 1),
        ),
    ),
    _case("has no mean when all are ignored", (log_probabilities(2, 4), indices(-100, -100)), scope="library"),
    _case("has no mean of an empty batch", (empty(0, 3), _NO_TARGETS), scope="library"),
    _case(
        "does not look at an infinite value of another class",
        (values([0.0, -_INF, -1.0], [-_INF, -0.5, -_INF]), indices(0, -100)),
        reduction="none",
        weight=weights(3),
        scope="library",
    ),
    _case("keeps half precision", (normal(5, 4), integers(5, high=4)), scope="library", dtypes=_HALF),
    Error("rejects a target beyond the classes", inputs=[(normal(2, 3), indices(0, 3))], kind=IndexError),
    Error("rejects a negative target", inputs=[(normal(2, 3), indices(0, -1))], kind=IndexError),
    Error("rejects fewer targets than rows", inputs=[(normal(3, 3), indices(0, 1))]),
    Error("rejects a scalar input", inputs=[(normal(), indices(0))]),
    Error("rejects float targets", inputs=[(normal(2, 3), values(0.0, 1.0))], kind=RuntimeError),
    Error("rejects another reduction", kwargs={"reduction": "average"}, inputs=[(normal(2, 3), indices(0, 1))]),
    Error(
        "rejects a weight of another size",
        kwargs={"weight": weights(2)},
        inputs=[(normal(2, 3), indices(0, 1))],
        kind=RuntimeError,
    ),
    state_matters=False,
)

# Extreme values that float32 holds exactly beside their log-sum-exp: a shifted and an unshifted subtraction then agree.
_EXTREME = values([1e4, -1e4, 0.0], [-1e4, 1e4, 5.0], [0.0, -1e4, -1e4], [-1e4, 1.0, 1e4], text="logits of +-10,000")

CROSS_ENTROPY_LOSS = ModuleSpec(
    torch.nn.CrossEntropyLoss,
    _case("averages over the batch", (normal(5, 4), integers(5, high=4))),
    _case("adds up with reduction='sum'", (normal(5, 4), integers(5, high=4)), reduction="sum"),
    _case(
        "divides the mean by the weights of the targets",
        (normal(5, 4), indices(3, 0, 1, 1, 2)),
        weight=weights(4),
        why="The mean is weighted: divide by the sum of w[target], not by the number of rows.",
    ),
    _case("weighs each row", (normal(5, 4), indices(3, 0, 1, 1, 2)), weight=weights(4), reduction="none"),
    _case("leaves targets of -100 out of the mean", (normal(5, 4), indices(1, -100, 3, -100, 0))),
    _case(
        "leaves an ignored class out of the weighted mean",
        (normal(6, 4), indices(1, 2, 3, 2, 0, 3)),
        weight=weights(4),
        ignore_index=2,
    ),
    _case(
        "gives zero for an ignored index beyond the classes",
        (normal(4, 3), indices(1, 255, 0, 255)),
        ignore_index=255,
        reduction="none",
    ),
    _case(
        "is zero for every row when all are ignored",
        (normal(3, 4), indices(-100, -100, -100)),
        reduction="none",
        label_smoothing=0.2,
    ),
    _case(
        "adds up to zero when all are ignored", (normal(3, 4), indices(-1, -1, -1)), ignore_index=-1, reduction="sum"
    ),
    _case("ignores an index of 0", (normal(4, 3), indices(0, 2, 1, 0)), ignore_index=0, weight=weights(3)),
    _case("smooths labels", (normal(5, 4), integers(5, high=4)), label_smoothing=0.1),
    _case(
        "smooths labels with weights and ignored targets",
        (normal(6, 4), indices(1, 2, 3, -100, 0, 3)),
        weight=weights(4),
        label_smoothing=0.3,
        why="Each class's share of the smoothed target carries that class's weight; the mean divides by w[target].",
    ),
    _case(
        "smooths each row with weights and an ignored class",
        (normal(5, 4), indices(1, 2, 3, 2, 0)),
        weight=weights(4),
        ignore_index=2,
        label_smoothing=0.25,
        reduction="none",
    ),
    _case(
        "spreads the target evenly with label_smoothing=1",
        (normal(4, 3), indices(0, 2, -100, 1)),
        label_smoothing=1.0,
        reduction="sum",
    ),
    _case("takes class probabilities", (normal(5, 4), probabilities(5, 4))),
    _case(
        "takes class probabilities with weights and smoothing",
        (normal(4, 3), probabilities(4, 3)),
        weight=weights(3),
        label_smoothing=0.2,
        why="With class probabilities the mean divides by the number of rows, whatever the weights are.",
    ),
    _case(
        "adds up class probabilities",
        (normal(4, 3), probabilities(4, 3)),
        (normal(2, 3, 2), probabilities(2, 3, 2, dim=1)),
        weight=weights(3),
        reduction="sum",
    ),
    _case(
        "takes class probabilities at each position",
        (normal(2, 4, 3), probabilities(2, 4, 3, dim=1)),
        (normal(3, 3, 3), probabilities(3, 3, 3, dim=1)),
        reduction="none",
    ),
    _case(
        "averages class probabilities over positions and rows alike",
        (normal(2, 3, 4), probabilities(2, 3, 4, dim=1)),
        (normal(3), probabilities(3)),
        weight=weights(3),
        label_smoothing=0.1,
    ),
    _case(
        "takes dimension 1 for the classes when all sizes are equal",
        (normal(3, 3, 3), integers(3, 3, high=3)),
    ),
    _case(
        "keeps the positions of an image with reduction='none'",
        (normal(2, 4, 3, 5), integers(2, 3, 5, high=4)),
        weight=weights(4),
        ignore_index=1,
        label_smoothing=0.1,
        reduction="none",
    ),
    _case(
        "takes the weighted mean over positions",
        (normal(2, 3, 4), indices([0, 2, -100, 1], [2, 2, 1, -100])),
        weight=weights(3),
    ),
    _case("takes one row without a batch", (normal(4), integers(high=4)), weight=weights(4), label_smoothing=0.2),
    _case(
        "keeps one row a scalar with reduction='none'",
        (normal(4), integers(high=4)),
        weight=weights(4),
        reduction="none",
    ),
    _case(
        "stays finite for logits of +-10,000, right or wrong",
        (_EXTREME, indices(1, 1, 0, 0)),
        reduction="none",
        why="exp(10,000) overflows and log(0) is -inf: take the row's largest logit out first; never log a softmax.",
    ),
    _case(
        "stays finite for logits of +-10,000 with smoothing and with probabilities",
        (_EXTREME, indices(1, 1, 0, 2)),
        (_EXTREME, probabilities(4, 3)),
        label_smoothing=0.1,
    ),
    _case(
        "keeps the size of a confident mistake",
        (values([120.0, 0.0, -3.0], [0.0, 0.0, -40.0], [0.5, 30.0, 0.5]), indices(1, 2, 0)),
        reduction="none",
        why="A clamp or an epsilon inside the logarithm caps the loss, and with it the gradient that would correct it.",
    ),
    _case(
        "does not mind a shift of all logits",
        (normal(4, 3, mean=2e3), integers(4, high=3)),
        dtypes=("float64",),
        scope="library",
    ),
    _case("is zero for a single class", (normal(3, 1), indices(0, 0, 0)), scope="library"),
    _case(
        "keeps a batch of one with reduction='none'",
        (normal(1, 4), indices(3)),
        (normal(1, 4, 1), indices([0])),
        reduction="none",
    ),
    _case("adds up an empty batch to zero", (empty(0, 3), _NO_TARGETS), reduction="sum"),
    _case(
        "can be called again and again",
        (normal(5, 4), indices(0, 3, -100, 1, 2)),
        (normal(1, 4), indices(3)),
        (normal(2, 4), probabilities(2, 4)),
        (normal(2, 4, 2), integers(2, 2, high=4)),
        weight=weights(4),
    ),
    Scenario("keeps each loss's weight to itself", _keeps_weights_apart(normal(5, 4))),
    Scenario(
        "keeps each loss's options to itself",
        _keeps_options_apart(
            {"label_smoothing": 0.3},
            {"reduction": "none", "ignore_index": 1},
            {},
            draw=normal(4, 3),
            target=indices(0, 1, 2, 1),
        ),
    ),
    _case("has no mean when all are ignored", (normal(2, 4), indices(-100, -100)), scope="library"),
    _case("has no mean of an empty batch", (empty(0, 3), _NO_TARGETS), scope="library"),
    _case("stays exact where large logits nearly tie", (extremes(6, 4), integers(6, high=4)), scope="library"),
    _case("takes tied logits", (kinks(6, 4), integers(6, high=4)), label_smoothing=0.1, scope="library"),
    _case(
        "takes a logit of -inf for another class",
        (values([0.0, -_INF, 1.0], [2.0, 1.0, -_INF]), indices(0, 1)),
        scope="library",
    ),
    _case("keeps half precision", (normal(5, 4), integers(5, high=4)), scope="library", dtypes=_HALF),
    Error("rejects a target beyond the classes", inputs=[(normal(2, 3), indices(0, 3))], kind=IndexError),
    Error("rejects a negative target", inputs=[(normal(2, 3), indices(0, -1))], kind=IndexError),
    Error("rejects fewer targets than rows", inputs=[(normal(3, 3), indices(0, 1))]),
    Error(
        "rejects float targets that are no probabilities", inputs=[(normal(2, 3), values(0.0, 1.0))], kind=RuntimeError
    ),
    Error(
        "rejects ignore_index beside class probabilities",
        kwargs={"ignore_index": 1},
        inputs=[(normal(2, 3), probabilities(2, 3))],
        kind=RuntimeError,
    ),
    Error(
        "rejects a label_smoothing above 1",
        kwargs={"label_smoothing": 1.5},
        inputs=[(normal(2, 3), indices(0, 1))],
        kind=RuntimeError,
    ),
    Error("rejects another reduction", kwargs={"reduction": "average"}, inputs=[(normal(2, 3), indices(0, 1))]),
    Error(
        "rejects a weight of another size",
        kwargs={"weight": weights(2)},
        inputs=[(normal(2, 3), indices(0, 1))],
        kind=RuntimeError,
    ),
    state_matters=False,
    lean=True,
)
