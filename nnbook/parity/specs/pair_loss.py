"""L1Loss, HuberLoss, BCEWithLogitsLoss, KLDivLoss."""

from typing import Any

import torch

from nnbook.parity import (
    Case,
    Error,
    ModuleSpec,
    Recorder,
    Scenario,
    Tolerance,
    constant,
    empty,
    extremes,
    kinks,
    log_probabilities,
    normal,
    probabilities,
    uniform,
    values,
)
from nnbook.parity.inputs import Recipe
from nnbook.parity.specs.loss import _HALF, _case, _keeps_options_apart


def _options_apart(*options: dict[str, Any], draw: Recipe, target: Recipe) -> Scenario:
    return Scenario("keeps each loss's options to itself", _keeps_options_apart(*options, draw=draw, target=target))


def _shapes(*, input: Any, target: Any) -> list[Case]:
    """What every loss of pairs promises, whatever its formula: reductions and shapes."""

    def pair(*shape: int) -> tuple[Recipe, Recipe]:
        return input(*shape), target(*shape)

    nothing = (empty(0, 3), empty(0, 3))
    return [
        _case("adds up with reduction='sum'", pair(4, 5), reduction="sum"),
        _case("keeps every element with reduction='none'", pair(4, 5), reduction="none"),
        _case("says reduction='mean' for the default", pair(3, 2), reduction="mean"),
        _case("takes one dimension", pair(7)),
        _case("takes two scalars", pair()),
        _case("takes two scalars with reduction='none'", pair(), reduction="none"),
        _case("takes four dimensions", pair(2, 3, 4, 2)),
        _case("keeps the shape of five dimensions", pair(2, 1, 3, 2, 2), reduction="none"),
        _case("takes a single element", pair(1)),
        _case(
            "takes a column for what it is",
            pair(5, 1),
            why="A column (N, 1) against a row (N,) broadcasts to (N, N): every prediction against every target.",
        ),
        _case("takes a target that needs no gradient", (input(4, 3), target(4, 3).no_grad())),
        _case("takes an input that needs no gradient", (input(4, 3).no_grad(), target(4, 3)), reduction="sum"),
        _case("adds up an empty batch to zero", nothing, reduction="sum"),
        _case("keeps an empty batch empty", nothing, reduction="none"),
        _case("can be called again and again", pair(4, 3), pair(2), pair(6, 2, 2)),
        _case("has no mean of an empty batch", nothing, scope="library"),
        _case("keeps half precision", pair(4, 3), scope="library", dtypes=_HALF),
    ]


L1_LOSS = ModuleSpec(
    torch.nn.L1Loss,
    _case("averages over all elements", (normal(4, 5), normal(4, 5))),
    *_shapes(input=normal, target=normal),
    _case(
        "has gradient zero where input and target agree",
        (kinks(4, 4), constant(0.0, 4, 4)),
        why="|x| has no slope of its own at 0; torch takes 0 there. A root of a square gives NaN.",
    ),
    _case("is zero, with zero gradient, where all agree", (constant(1.5, 3, 2), constant(1.5, 3, 2))),
    _case("takes large differences in full", (extremes(3, 4), normal(3, 4)), reduction="none"),
    _case("keeps the difference of two large numbers", (normal(4, 3, mean=1e3), normal(4, 3, mean=1e3))),
    _case("keeps small differences as they are", (normal(4, 3, std=1e-3), normal(4, 3, std=1e-3)), reduction="none"),
    _options_apart({"reduction": "none"}, {"reduction": "sum"}, {}, draw=normal(4, 3), target=normal(4, 3)),
    _case("broadcasts, as subtraction does", (normal(4, 1), normal(4)), scope="library"),
    Error("rejects shapes that do not broadcast", inputs=[(normal(4, 3), normal(4, 2))], kind=RuntimeError),
    Error("rejects another reduction", kwargs={"reduction": "average"}, inputs=[(normal(3), normal(3))]),
    state_matters=False,
)

HUBER_LOSS = ModuleSpec(
    torch.nn.HuberLoss,
    _case("averages over all elements", (normal(4, 5, std=2.0), normal(4, 5))),
    *_shapes(input=lambda *shape: normal(*shape, std=2.0), target=normal),
    _case(
        "is half a square near the target",
        (uniform(4, 3, low=-0.4, high=0.4), uniform(4, 3, low=-0.4, high=0.4)),
        reduction="none",
        why="Where |x - t| < delta the loss is (x - t)² / 2: with the half, so that both parts meet with one slope.",
    ),
    _case(
        "is straight far from the target",
        (normal(4, 3, mean=9.0), normal(4, 3)),
        reduction="none",
        why="Where |x - t| >= delta the loss is delta (|x - t| - delta / 2).",
    ),
    _case(
        "scales its straight part with delta",
        (normal(4, 3, mean=9.0), normal(4, 3)),
        delta=2.5,
        reduction="none",
        why="The slope far away is delta, unlike SmoothL1Loss's, which is 1.",
    ),
    _case("takes a small delta", (normal(5, 4), normal(5, 4)), delta=0.1),
    _case("takes a large delta", (normal(5, 4, std=3.0), normal(5, 4)), delta=4.0, reduction="sum"),
    _case("takes a whole number for delta", (normal(5, 4, std=3.0), normal(5, 4)), delta=2),
    _case(
        "has slope delta exactly at the bend",
        (values(1.5, -1.5, 0.0, 2.0, -2.0), constant(0.0, 5)),
        delta=1.5,
        why="Both parts of the loss and both slopes agree at |x - t| = delta.",
    ),
    _case("is zero, with zero gradient, where all agree", (constant(1.5, 3, 2), constant(1.5, 3, 2))),
    _case("does not overflow for large differences", (extremes(3, 4), normal(3, 4)), reduction="none"),
    _case("keeps small differences as they are", (normal(4, 3, std=1e-2), normal(4, 3, std=1e-2)), reduction="none"),
    _options_apart({"delta": 0.5}, {"reduction": "sum", "delta": 3.0}, {}, draw=normal(4, 3), target=normal(4, 3)),
    _case(
        "stays finite where a square overflows",
        (values(3e20, -3e20), values(0.0, 0.0)),
        reduction="none",
        scope="library",
    ),
    _case("broadcasts, as subtraction does", (normal(4, 1), normal(4)), scope="library"),
    Error("rejects a delta of zero", kwargs={"delta": 0.0}, inputs=[(normal(3), normal(3))], kind=RuntimeError),
    Error("rejects a delta that is no number", kwargs={"delta": "1"}, kind=TypeError),
    Error("rejects shapes that do not broadcast", inputs=[(normal(4, 3), normal(4, 2))], kind=RuntimeError),
    Error("rejects another reduction", kwargs={"reduction": "average"}, inputs=[(normal(3), normal(3))]),
    state_matters=False,
)

_SCORES = values([1e4, -1e4, 0.0, 100.0], [-1e4, 1e4, -100.0, 0.0], text="scores of up to +-10,000")
_ANSWERS = values([1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0])


def _positive(*shape: int) -> Recipe:
    """Positive numbers, of which no gradient is asked."""
    return uniform(*shape, low=0.3, high=3.0).no_grad()


def _keeps_weights_apart(candidate: Any, rec: Recorder) -> None:
    """Three losses, all built before the first is called: with a weight, with a pos_weight, with neither."""
    weight, pos_weight = rec.tensor(_positive(4, 3), "weight"), rec.tensor(_positive(3), "pos_weight")
    kept, pos_kept = weight.clone(), pos_weight.clone()
    x, target = rec.tensor(normal(4, 3), "x"), rec.tensor(uniform(4, 3), "target")
    losses = candidate(weight), candidate(reduction="none", pos_weight=pos_weight), candidate(reduction="sum")
    for which, loss in zip(("first", "second", "third", "first, once more"), (*losses, losses[0]), strict=True):
        rec(f"loss of the {which}", loss(x, target))
    same = torch.equal(weight, kept) and torch.equal(pos_weight, pos_kept)
    rec("the weights they were given, left unchanged", same)


BCE_WITH_LOGITS_LOSS = ModuleSpec(
    torch.nn.BCEWithLogitsLoss,
    _case("averages over all elements", (normal(4, 5), uniform(4, 5))),
    *_shapes(input=normal, target=uniform),
    _case("takes targets of exactly 0 and 1", (normal(2, 4), _ANSWERS.no_grad()), reduction="none"),
    Case(
        "keeps the smallness of a confident hit",
        kwargs={"reduction": "none"},
        # for negative scores torch itself rounds it away in float32
        inputs=[(values(30.0, 15.0, 60.0), values(1.0, 1.0, 1.0))],
        scope="library",
        tolerance=Tolerance(1e-4, 0.0),
        grads=False,
        why="log(1 + e^-30) is 9e-14, but 1 + e^-30 rounds to 1: log1p keeps it.",
    ),
    _case(
        "stays exact for scores of +-10,000, right or wrong",
        (_SCORES, _ANSWERS.no_grad()),
        reduction="none",
        why="The sigmoid of 10,000 is exactly 1, and log(1 - 1) is -inf: never take the logarithm of a sigmoid.",
    ),
    _case(
        "keeps the gradient of a confident mistake",
        (values(30.0, -30.0, 60.0, -60.0), values(0.0, 1.0, 0.0, 1.0).no_grad()),
        reduction="sum",
        why="The gradient is sigmoid(x) - t; a clamp or an epsilon in a logarithm would stop it here.",
    ),
    _case(
        "has gradient 1/2 - t at a score of zero",
        (constant(0.0, 2, 3), uniform(2, 3)),
        reduction="sum",
        why="A last layer that starts at zero gives scores of exactly 0: max(x, 0) and |x| have a kink there, the loss "
        "has none.",
    ),
    _case("weighs every element", (normal(4, 3), uniform(4, 3)), weight=_positive(4, 3)),
    _case("weighs every column", (normal(4, 3), uniform(4, 3)), weight=_positive(3), reduction="none"),
    _case(
        "does not divide the mean by the weights",
        (normal(4, 3), uniform(4, 3)),
        weight=constant(3.0, 4, 1).no_grad(),
        why="Unlike CrossEntropyLoss, the mean is over elements whatever the weights are.",
    ),
    _case(
        "lets pos_weight weigh the positives of each class",
        (normal(4, 3), uniform(4, 3)),
        pos_weight=_positive(3),
        reduction="none",
        why="pos_weight multiplies t log sigmoid(x) alone, not the term of 1 - t.",
    ),
    _case("averages with pos_weight", (normal(4, 3), uniform(4, 3)), pos_weight=_positive(3)),
    _case("takes a scalar pos_weight", (normal(4, 3), uniform(4, 3)), pos_weight=_positive(), reduction="sum"),
    _case(
        "stays exact for scores of +-10,000 with pos_weight",
        (_SCORES, _ANSWERS.no_grad()),
        pos_weight=_positive(4),
    ),
    _case(
        "takes weight and pos_weight at once",
        (normal(2, 3, 4), uniform(2, 3, 4)),
        weight=_positive(3, 1),
        pos_weight=_positive(4),
        reduction="sum",
    ),
    Scenario("keeps each loss's weights to itself", _keeps_weights_apart),
    _case("takes targets outside 0 and 1", (normal(4, 3), normal(4, 3)), scope="library"),
    Error(
        "rejects a target of another shape",
        inputs=[(normal(4, 1), uniform(4))],
        scope="exercise",
        why="A column (N, 1) against a row (N,) broadcasts to (N, N): every prediction against every target.",
    ),
    Error("rejects a target that would broadcast", inputs=[(normal(4, 3), uniform(3))], scope="exercise"),
    Error("rejects another reduction", kwargs={"reduction": "average"}, inputs=[(normal(3), uniform(3))]),
    Error(
        "rejects a weight that does not broadcast",
        kwargs={"weight": _positive(2)},
        inputs=[(normal(4, 3), uniform(4, 3))],
        kind=RuntimeError,
    ),
    state_matters=False,
)

_ZEROS = values([0.0, 1.0, 0.0], [0.5, 0.0, 0.5], text="probabilities, some of them exactly 0")

KL_DIV_LOSS = ModuleSpec(
    torch.nn.KLDivLoss,
    _case("averages over all elements", (log_probabilities(4, 5), probabilities(4, 5))),
    *_shapes(input=lambda *shape: normal(*shape, mean=-2.0), target=lambda *shape: uniform(*shape, low=0.05)),
    _case(
        "divides by the batch with reduction='batchmean'",
        (log_probabilities(4, 5), probabilities(4, 5)),
        reduction="batchmean",
        why="The divergence of two distributions is a sum over classes: only the batch is averaged.",
    ),
    _case(
        "divides by the first size alone with reduction='batchmean'",
        (log_probabilities(2, 3, 4), probabilities(2, 3, 4, dim=1)),
        reduction="batchmean",
    ),
    _case("takes one dimension with reduction='batchmean'", (normal(5), uniform(5)), reduction="batchmean"),
    _case(
        "is zero where the two distributions agree",
        (values([-0.6931471805599453, -0.6931471805599453]), values([0.5, 0.5])),
        reduction="none",
    ),
    _case(
        "takes the target's logarithm, not the input's",
        (normal(4, 3), uniform(4, 3, low=0.1)),
        reduction="none",
        why="The input is a logarithm already; the target is a probability.",
    ),
    _case(
        "counts a probability of zero as nothing",
        (log_probabilities(2, 3), _ZEROS.no_grad()),
        reduction="none",
        why="t log t goes to 0 with t, but 0 · log 0 is NaN for a computer.",
    ),
    _case(
        "has a gradient where the target is zero",
        (log_probabilities(2, 3), _ZEROS.no_grad()),
        why="A NaN that is covered up on the way forward comes back on the way back.",
    ),
    _case(
        "takes logarithms for targets with log_target=True",
        (log_probabilities(4, 5), log_probabilities(4, 5)),
        log_target=True,
        reduction="none",
        why="With u = log t the loss is e^u (u - x).",
    ),
    _case(
        "takes logarithms and divides by the batch",
        (log_probabilities(4, 5), log_probabilities(4, 5)),
        log_target=True,
        reduction="batchmean",
    ),
    _case(
        "takes very small probabilities by their logarithm",
        (values([-1e3, -1.0, -50.0]), values([-1e3, -0.5, -60.0])),
        log_target=True,
        reduction="none",
    ),
    _case("takes very unlikely inputs", (values([-1e4, -30.0, 0.0]), values([0.2, 0.3, 0.5])), reduction="sum"),
    _options_apart(
        {"reduction": "batchmean"},
        {"reduction": "sum", "log_target": True},
        {},
        draw=log_probabilities(4, 3),
        target=uniform(4, 3, low=0.1),
    ),
    _case("has the gradient of a target of zero", (log_probabilities(2, 3), _ZEROS), reduction="sum", scope="library"),
    _case(
        "does not divide a scalar with reduction='batchmean'",
        (normal(), uniform()),
        reduction="batchmean",
        scope="library",
    ),
    _case("broadcasts, as a product does", (normal(4, 1), uniform(4)), reduction="sum", scope="library"),
    Error("rejects another reduction", kwargs={"reduction": "average"}, inputs=[(normal(3), uniform(3))]),
    Error("rejects shapes that do not broadcast", inputs=[(normal(4, 3), uniform(4, 2))], kind=RuntimeError),
    state_matters=False,
)
