"""ReLU, LeakyReLU, ELU, SELU; Sigmoid, Tanh, SiLU, GELU, Softplus; Softmax, LogSoftmax; RReLU and Hardsigmoid."""

from __future__ import annotations

import itertools
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
    integers,
    kinks,
    normal,
    uniform,
    values,
)
from nnbook.parity.inputs import Recipe
from nnbook.parity.spec import Tolerance

Play = Callable[[Any, Recorder], None]


def _scattered(*shape: int, dim: int, step: float = 500.0) -> Recipe:
    """Normal draws moved by a multiple of `step` that differs along `dim`."""

    def draw(g: torch.Generator) -> torch.Tensor:
        x = torch.randn(shape, generator=g, dtype=torch.float64)
        levels = step * (torch.randperm(shape[dim], generator=g).to(x.dtype) - 1)
        return x + levels.view([-1 if d == dim % len(shape) else 1 for d in range(len(shape))])

    return Recipe(draw, f"shape {shape}, each slice along dimension {dim} about {step:g} from the next")


def _gradients(rec: Recorder, label: str, y: torch.Tensor, *leaves: torch.Tensor) -> None:
    cotangent = torch.randn(y.shape, generator=rec.generator(label), dtype=torch.float64).to(y)
    for i, grad in enumerate(torch.autograd.grad(y, leaves, cotangent, allow_unused=True), 1):
        rec(f"gradient of input {i} {label}", torch.zeros_like(leaves[i - 1]) if grad is None else grad)


def _calls_apart(*args: Any) -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        """two calls of one layer, whose gradients are asked for afterwards; then the layer after itself"""
        layer = candidate(*args)
        a, b = (rec.tensor(normal(3, 4, std=2.0), key, dtype=torch.float64) for key in "ab")
        first, second = layer(a), layer(b)
        _gradients(rec, "after both calls", first + 2 * second, a, b)
        _gradients(rec, "after the layer was used twice in a row", layer(layer(a)), a)
        rec("output of the first call, looked at again", first)

    return Scenario("keeps two calls apart until their gradients are asked for", play)


def _objects_apart(*several: tuple) -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        """several layers with different arguments, made first and called afterwards"""
        layers = [candidate(*args) for args in several]
        for args, layer in zip(several, layers, strict=True):
            x = rec.tensor(kinks(3, 4), str(args))
            fed = x.clone()
            y = layer(fed)
            rec(f"output with the arguments {args}", y)
            rec(f"the input afterwards with the arguments {args}", fed)
            _gradients(rec, f"with the arguments {args}", y, x)

    return Scenario("keeps its arguments to itself when there are several objects", play)


def _in_place(*several: tuple) -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        """inplace=True by position: what is returned, and what stands in the input afterwards"""
        recipes = {
            "a batch": normal(3, 4),
            "a tensor with gaps": normal(4, 2, 3),
            "a single number": values(-2.0, 3.0),
            "nothing": empty(0, 3),
        }
        for args, (name, recipe) in itertools.product(several, recipes.items()):
            layer = candidate(*args)
            said = name if len(several) == 1 else f"{name} and the arguments {args}"
            x = rec.tensor(recipe, name, strided=name == "a tensor with gaps").detach()
            if name == "a single number":
                x = x[0]
            for mode in ("training", "evaluation"):
                layer.train(mode == "training")
                rec(f"for {said} in {mode}, the very tensor that came in is returned", layer(x) is x)
                rec(f"the input afterwards for {said} in {mode}", x)
                x = -x

    return Scenario("works in place when asked, and returns its input", play)


def _not_in_place(*args: Any) -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        """without inplace: the output is another tensor, also where nothing changes"""
        layer = candidate(*args)
        for name, recipe in {"mixed": normal(3, 4), "positive": uniform(3, 4, low=0.5)}.items():
            x = rec.tensor(recipe, name).detach()
            before = x.clone()
            y = layer(x)
            y.add_(1)
            rec(f"the {name} input, left as it was when the output is changed", torch.equal(x, before))

    return Scenario("makes a new tensor unless asked to work in place", play, scope="library")


def _attributes(names: tuple[str, ...], *several: tuple) -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        """the arguments as attributes"""
        for args in several:
            layer = candidate(*args)
            for name in names:
                rec(f"{name} with the arguments {args}", getattr(layer, name))

    return Scenario("keeps its arguments as attributes", play, scope="library")


_BOTH_ENDS = values(-1e4, -800.0, -100.0, -95.0, -89.0, -40.0, 40.0, 89.0, 95.0, 100.0, 800.0, 1e4)
_HUGE = values(1e6, 1e20, -1e20, 3e30)
_TINY = values(-1e-3, -1e-6, -1e-9, 0.0, 1e-9, 1e-6, 1e-3)


def _elementwise() -> tuple[Case, ...]:
    return (
        Case("maps every number of a batch", inputs=[normal(4, 3, std=2.0)]),
        Case("takes any shape", inputs=[normal(5), normal(2, 4, 3), normal(2, 3, 4, 2)]),
        Case("takes a single number without dimensions", inputs=[normal(), constant(1.5), constant(-1.5)]),
        Case("takes an empty tensor", inputs=[empty(0, 3), empty(0), empty(2, 0, 3)]),
        Case("can be called again and again", inputs=[normal(4, 3), normal(4, 3), normal(2, 3), normal(4, 3)]),
        Case("gives back the dtype it was given", inputs=[normal(4, 3), normal()], dtypes=("bfloat16",)),
    )


_KINK = "At zero itself a gradient is a matter of convention: torch takes the one of the negative side."

RELU = ModuleSpec(
    torch.nn.ReLU,
    *_elementwise(),
    Case("has the gradient 0 at zero", inputs=[kinks(6, 5), constant(0.0, 3)], why=_KINK),
    Case("keeps small numbers", inputs=[_TINY]),
    Case("neither cuts nor overflows for large numbers", inputs=[extremes(4, 5), _BOTH_ENDS, _HUGE]),
    Case(
        "has the same gradients in place",
        kwargs={"inplace": True},
        inputs=[kinks(6, 5), kinks(2, 3, 4), normal(4, 3)],
        why="In place or not, the function is the same and so is its derivative.",
    ),
    _in_place((True,)),
    _objects_apart((), (True,), (False,)),
    _calls_apart(),
    Case("lets infinities and NaN through", inputs=[values(torch.nan, torch.inf, -torch.inf)], scope="library"),
    Case("keeps integers", inputs=[integers(5, low=-5, high=5)], scope="library"),
    Case(
        "works in place in half precision",
        kwargs={"inplace": True},
        inputs=[kinks(9)],
        dtypes=("bfloat16",),
        scope="library",
    ),
    Case("refuses to overwrite what autograd keeps", args=(True,), inputs=[normal(3)], scope="library"),
    _not_in_place(),
    _attributes(("inplace",), (), (True,)),
)

LEAKYRELU = ModuleSpec(
    torch.nn.LeakyReLU,
    *_elementwise(),
    Case("has the slope as its gradient at zero", inputs=[kinks(6, 5), constant(0.0, 3)], why=_KINK),
    Case("takes another slope", args=(0.3,), inputs=[kinks(6, 5)]),
    Case("takes the slope by its name", kwargs={"negative_slope": 0.7}, inputs=[kinks(6, 5)]),
    Case("is a ReLU with slope 0", args=(0.0,), inputs=[kinks(6, 5)]),
    Case(
        "takes slopes above 1",
        args=(1.7,),
        inputs=[kinks(6, 5)],
        why="Above one, the larger of x and slope times x is on the other side.",
    ),
    Case("takes whole numbers for slopes", args=(2,), inputs=[kinks(6, 5)]),
    Case("takes negative slopes", args=(-0.6,), inputs=[kinks(6, 5)]),
    Case("keeps small numbers", inputs=[_TINY]),
    Case("neither cuts nor overflows for large numbers", inputs=[extremes(4, 5), _BOTH_ENDS, _HUGE]),
    Case(
        "has the same gradients in place",
        kwargs={"negative_slope": 0.3, "inplace": True},
        inputs=[kinks(6, 5), kinks(2, 3, 4), normal(4, 3)],
        why="In place or not, the function is the same and so is its derivative.",
    ),
    _in_place((0.3, True), (-0.6, True)),  # torch has no gradients for the second
    Case("works in place with the default slope", kwargs={"inplace": True}, inputs=[kinks(6, 5)]),
    _objects_apart((0.3,), (), (2.5, True), (0.0, False), (1,), (-0.5,)),
    _calls_apart(0.3),
    Case("lets infinities and NaN through", inputs=[values(torch.nan, torch.inf, -torch.inf)], scope="library"),
    Case(
        "takes any slope in half precision", args=(0.3, False), inputs=[kinks(9)], dtypes=("bfloat16",), scope="library"
    ),
    Case("refuses to overwrite what autograd keeps", args=(0.3, True), inputs=[normal(3)], scope="library"),
    _not_in_place(0.3),
    _attributes(("negative_slope", "inplace"), (), (0.3,), (0.3, True)),
)

_SATURATING = (
    Case(
        "has values and gradients without NaN far from zero",
        inputs=[extremes(4, 5), _BOTH_ENDS, extremes(4, 5).no_grad()],
        why="Where exp overflows, infinity meets infinity or zero in the formula or in its derivative, and gives NaN.",
    ),
    Case("is exact over its whole range", inputs=[uniform(120, low=-35.0, high=35.0), uniform(60, low=-12, high=12)]),
    Case(
        "has the precision of float64",
        inputs=[uniform(60, low=-35.0, high=35.0), uniform(60, low=-4, high=4)],
        dtypes=("float64",),
        tolerance=Tolerance(1e-11, 1e-12),
    ),
    Case(
        "has the right gradient at zero itself",
        inputs=[kinks(6, 5), constant(0.0, 3)],
        why="Of |x| and sign(x), autograd takes the gradient 0 at x = 0.",
    ),
    Case("is exact near zero", inputs=[_TINY]),
    _calls_apart(),
    Case("knows its limits", inputs=[values(torch.nan, torch.inf, -torch.inf)], scope="library"),
    Case("makes floating-point numbers of integers", inputs=[integers(5, low=-5, high=5)], scope="library"),
)

SIGMOID = ModuleSpec(torch.nn.Sigmoid, *_elementwise(), *_SATURATING)
TANH = ModuleSpec(torch.nn.Tanh, *_elementwise(), *_SATURATING)

_SMOOTH = (
    Case(
        "has values and gradients without NaN far from zero",
        inputs=[extremes(4, 5), _BOTH_ENDS, extremes(4, 5).no_grad()],
        why="Where exp overflows, infinity meets infinity or zero in the formula or in its derivative, and gives NaN.",
    ),
    Case("is exact over its whole range", inputs=[uniform(120, low=-12.0, high=12.0), uniform(60, low=-4, high=4)]),
    Case(
        "has the precision of float64",
        inputs=[uniform(60, low=-12.0, high=12.0), uniform(60, low=-4, high=4)],
        dtypes=("float64",),
        tolerance=Tolerance(1e-10, 1e-12),
    ),
    Case("has the right gradient at zero itself", inputs=[kinks(6, 5), constant(0.0, 3)]),
    Case("is exact near zero", inputs=[_TINY]),
    _calls_apart(),
)
_SAME_IN_PLACE = "In place or not, the function is the same and so is its derivative."


def _refuses_integers(*args: Any) -> Error:
    return Error("refuses integers", args=args, inputs=[integers(5, low=-5, high=5)], kind=RuntimeError)


def _exponential_below_zero() -> tuple[Case, ...]:
    return (
        Case(
            "keeps the gradients of large positive numbers",
            inputs=[values(30.0, 100.0, 800.0, 1e4), extremes(4, 5)],
            why="exp(x) overflows where its value is not used; inf in the branch not taken turns into NaN behind it.",
        ),
        Case(
            "reaches its floor for large negative numbers",
            inputs=[values(-30.0, -100.0, -800.0, -1e4)],
            why="e^x is 0 there, so that nothing but the floor is left, and no gradient.",
        ),
        Case("is exact near zero", inputs=[_TINY, uniform(40, low=-0.01, high=0.01)]),
        Case(
            "keeps the digits of small negative numbers",
            inputs=[values(-1e-9, -1e-11, -3e-13)],
            dtypes=("float64",),
            tolerance=Tolerance(1e-9, 1e-22),
            why="e^x is rounded beside 1; what is left when 1 is taken away has lost its last digits.",
        ),
        Case("has the gradient of the negative side at zero", inputs=[kinks(6, 5), constant(0.0, 3)], why=_KINK),
        Case(
            "has the same gradients in place",
            kwargs={"inplace": True},
            inputs=[kinks(6, 5), kinks(2, 3, 4), normal(4, 3)],
            why=_SAME_IN_PLACE,
        ),
        Case(
            "lets infinities and NaN through",
            inputs=[values(torch.nan, torch.inf, -torch.inf).no_grad()],
            scope="library",
        ),
    )


ELU = ModuleSpec(
    torch.nn.ELU,
    *_elementwise(),
    *_exponential_below_zero(),
    Case("takes another alpha", args=(0.3,), inputs=[kinks(6, 5), extremes(4, 5)]),
    Case("takes alpha by its name", kwargs={"alpha": 2.5}, inputs=[kinks(6, 5)]),
    Case("takes whole numbers for alpha", args=(2,), inputs=[kinks(6, 5)]),
    Case("is a ReLU with alpha 0", args=(0.0,), inputs=[extremes(4, 5)]),
    Case("takes a negative alpha", args=(-0.7,), inputs=[kinks(6, 5)]),
    _in_place((0.3, True)),
    _objects_apart((0.3,), (), (2.5,), (1.7, True)),
    _calls_apart(0.3),
    Case("refuses to overwrite what autograd keeps", args=(0.3, True), inputs=[normal(3)], scope="library"),
    _refuses_integers(),
    _not_in_place(0.3),
    _attributes(("alpha", "inplace"), (), (0.3,), (0.3, True)),
)

_SELU_INPUT = normal(200, 200)


def _keeps_its_variance(candidate: Any, rec: Recorder) -> None:
    """40,000 normal draws with mean 0 and variance 1"""
    y = candidate()(rec.tensor(_SELU_INPUT, dtype=torch.float64)).detach()
    rec.stat("mean of the output", float(y.mean()), y.numel() ** -0.5)
    rec.stat("mean square of the output", float(y.square().mean()), 1.5 * y.numel() ** -0.5)


SELU = ModuleSpec(
    torch.nn.SELU,
    *_elementwise(),
    *_exponential_below_zero(),
    Scenario("hands mean 0 and variance 1 on", _keeps_its_variance, why="That is what its two constants are made for."),
    Case(
        "has its constants to many digits",
        inputs=[uniform(120, low=-5, high=5)],
        dtypes=("float64",),
        tolerance=Tolerance(1e-9, 1e-11),
    ),
    _in_place((True,)),
    _objects_apart((), (True,), (False,)),
    _calls_apart(),
    _refuses_integers(),
    _not_in_place(),
    _attributes(("inplace",), (), (True,)),
)

SILU = ModuleSpec(
    torch.nn.SiLU,
    *_elementwise(),
    *_SMOOTH,
    Case("has the same gradients in place", kwargs={"inplace": True}, inputs=[kinks(6, 5)], why=_SAME_IN_PLACE),
    _in_place((True,)),
    _objects_apart((), (True,), (False,)),
    _refuses_integers(),
    _not_in_place(),
    _attributes(("inplace",), (), (True,)),
)

GELU = ModuleSpec(
    torch.nn.GELU,
    *_elementwise(),
    *_SMOOTH,
    Case(
        "is the exact one unless told otherwise",
        inputs=[uniform(80, low=-5.0, high=5.0)],
        dtypes=("float64",),
        why="The tanh formula differs from x times the normal distribution in the fourth digit.",
    ),
    Case(
        "takes the tanh formula",
        kwargs={"approximate": "tanh"},
        inputs=[uniform(80, low=-5.0, high=5.0), normal(2, 3, 4), kinks(6, 5), _TINY],
    ),
    Case("takes the exact one by its name", kwargs={"approximate": "none"}, inputs=[normal(4, 3)]),
    Case("stays finite with the tanh formula", kwargs={"approximate": "tanh"}, inputs=[extremes(4, 5), _BOTH_ENDS]),
    _objects_apart(("tanh",), (), ("none",)),
    Error("rejects another approximation", kwargs={"approximate": "exact"}, inputs=[normal(3)], kind=RuntimeError),
    Error("takes no second argument", args=("tanh", True), kind=TypeError),
    _refuses_integers(),
    _attributes(("approximate",), ()),
)


def _beta_and_threshold(*args: Any) -> Case:
    at = [args[1] / args[0]] if len(args) > 1 else [20.0 / args[0]]
    return Case(
        f"takes {' and '.join(f'{n}={v:g}' for n, v in zip(('beta', 'threshold'), args, strict=False))}",
        args=args,
        inputs=[uniform(60, low=-6.0, high=6.0), kinks(4, 5, at=[*at, 1e4, -1e4])],
        why="The formula holds where beta x is at most the threshold; above it the output is x itself.",
    )


SOFTPLUS = ModuleSpec(
    torch.nn.Softplus,
    *_elementwise(),
    *_SMOOTH,
    Case(
        "is x itself above the threshold",
        inputs=[uniform(40, low=15.0, high=25.0), kinks(9, at=(20.0,))],
        dtypes=("float64",),
        tolerance=Tolerance(1e-12, 1e-13),
    ),
    Case(
        "keeps its digits far below zero",
        inputs=[values(-30.0, -40.0, -45.0)],
        dtypes=("float64",),
        tolerance=Tolerance(1e-9, 1e-25),
        why="There y is e^x, which is lost when it is added to 1.",
    ),
    _beta_and_threshold(0.5),
    _beta_and_threshold(1.0, 1.0),
    _beta_and_threshold(2.0, 3.0),
    _beta_and_threshold(1, 0),
    Case("takes both by name", kwargs={"threshold": 1.5, "beta": 3.0}, inputs=[uniform(60, low=-6.0, high=6.0)]),
    Case("takes a threshold below zero", args=(1.0, -2.0), inputs=[uniform(60, low=-6.0, high=6.0)], scope="library"),
    Case("takes a negative beta", args=(-0.7, 2.0), inputs=[uniform(60, low=-6.0, high=6.0)], scope="library"),
    _objects_apart((2.0,), (), (1.0, 1.0), (0.5, 3.0)),
    _refuses_integers(),
    _attributes(("beta", "threshold"), (), (2,), (2.0, 3.0)),
)

HARDSIGMOID = ModuleSpec(
    torch.nn.Hardsigmoid,
    *_elementwise(),
    Case("has no gradient at the corners", inputs=[kinks(6, 5, at=(-3.0, 3.0, 0.0))]),
    Case("is cut off at 0 and 1", inputs=[uniform(60, low=-5.0, high=5.0), extremes(4, 5), _BOTH_ENDS, _HUGE]),
    Case("has the same gradients in place", kwargs={"inplace": True}, inputs=[kinks(6, 5)]),
    _in_place((True,)),
    _calls_apart(),
    _refuses_integers(),
    _attributes(("inplace",), (), (True,)),
)


def _random_slopes(candidate: Any, rec: Recorder) -> None:
    """20,000 numbers, in training: the factor of each, and its gradient"""
    for args in ((), (0.1, 0.9), (0.2, 0.2)):
        lower, upper = args or (1 / 8, 1 / 3)
        with rec.within(f" with the arguments {args}"):
            x = rec.tensor(normal(100, 200), dtype=torch.float64)
            y = candidate(*args)(x)
            slope = (y / x).detach()
            (grad,) = torch.autograd.grad(y.sum(), x)
            rec("gradients, equal to the factors", bool(torch.allclose(grad, slope)))
            rec("factors of positive numbers, all 1", bool(torch.allclose(slope[x > 0], torch.ones(()).double())))
            drawn = slope[x < 0]
            width = upper - lower
            rec("all factors between the bounds", bool(((drawn >= lower - 1e-9) & (drawn <= upper + 1e-9)).all()))
            rec.stat("mean of the factors", float(drawn.mean()), width * drawn.numel() ** -0.5 + 1e-9)
            rec.stat("spread of the factors", float(drawn.std()), width * drawn.numel() ** -0.5 + 1e-9)
            rec("different factors in a second call", bool((candidate(*args)(x) / x - slope).abs().max() > 1e-6))


def _random_in_place(candidate: Any, rec: Recorder) -> None:
    """RReLU(0.2, 0.4, True) in training"""
    x = rec.tensor(normal(20, 30)).detach()
    before = x.clone()
    y = candidate(0.2, 0.4, True)(x)
    rec("the very tensor that came in is returned", y is x)
    rec("the positive numbers afterwards", x.clamp(min=0))
    rec("the negative ones are smaller", bool((x.abs() <= before.abs()).all()))


RRELU = ModuleSpec(
    torch.nn.RReLU,
    Case("takes the middle slope in evaluation", inputs=[kinks(6, 5), normal(), empty(0, 3)], mode="eval"),
    Case("takes other bounds", args=(0.3, 1.5), inputs=[kinks(6, 5), extremes(4, 5)], mode="eval"),
    Case(
        "works in place in evaluation",
        kwargs={"lower": 0.1, "upper": 0.2, "inplace": True},
        inputs=[kinks(6, 5)],
        mode="eval",
    ),
    Case("has one slope when the bounds are equal", args=(0.25, 0.25), inputs=[kinks(6, 5)]),
    Scenario("draws a slope for each negative number in training", _random_slopes),
    Scenario("draws in place", _random_in_place),
    Error("rejects bounds in the wrong order", args=(0.5, 0.1), inputs=[normal(3)], kind=RuntimeError),
    _attributes(("lower", "upper", "inplace"), (), (0.3, 0.4), (0.3, 0.4, True)),
)

# x - logsumexp(x) is right, and loses at 1e4 what float32 cannot hold beside 1e4.
_COARSE = Tolerance(5e-3, 5e-3)
_DIMS = {0: "first", 1: "second", 2: "third", -1: "last", -2: "last but one", -3: "last but two"}


def _along_a_dimension() -> tuple[Case | Scenario | Error, ...]:
    return (
        *(
            Case(
                f"works along the {name} of three dimensions, dim={dim}",
                args=(dim,),
                inputs=[normal(2, 3, 4, std=2.0), normal(3, 3, 3, std=2.0)],
                why="Along dim, and along no other dimension, the probabilities of a slice sum to one.",
            )
            for dim, name in _DIMS.items()
        ),
        Case(
            "takes dim by its name, and inputs of one to four dimensions",
            kwargs={"dim": -1},
            inputs=[normal(5), normal(3, 4), normal(2, 3, 4), normal(2, 3, 4, 2)],
        ),
        Case(
            "works along dim=0 whatever follows",
            kwargs={"dim": 0},
            inputs=[normal(5), normal(3, 4), normal(3, 2, 4, 2)],
        ),
        Case("works along the channels of images", args=(1,), inputs=[normal(2, 3, 4, 2), normal(2, 2, 2, 2)]),
        Case(
            "counts dim=-2 from the end at every call", args=(-2,), inputs=[normal(3, 4), normal(2, 3, 4), normal(5, 2)]
        ),
        Case("takes a single number without dimensions", args=(0,), inputs=[normal()]),
        Case("takes a single class", args=(1,), inputs=[normal(4, 1), normal(3, 1, 2)]),
        Case("takes an empty batch", args=(1,), inputs=[empty(0, 5), empty(2, 3, 0)]),
        Case("gives back the dtype it was given", args=(-1,), inputs=[normal(3, 4)], dtypes=("bfloat16",)),
        Case("is uniform for equal scores", args=(1,), inputs=[constant(0.0, 3, 4), constant(-7.0, 2, 5)]),
        Case(
            "stays finite for scores in the hundreds",
            args=(1,),
            inputs=[normal(4, 5, mean=200.0, std=3.0), normal(4, 5, mean=-200.0, std=3.0)],
            why="exp(200) overflows and exp(-200) vanishes in float32; what they are divided by goes the same way.",
        ),
        Case(
            "stays finite for scores near 1e4 and -1e4",
            args=(1,),
            inputs=[extremes(6, 5), constant(1e4, 2, 3), constant(-1e4, 2, 3)],
            tolerance=_COARSE,
        ),
        Case("is exact for scores near 1e4", args=(1,), inputs=[extremes(6, 5)], dtypes=("float64",)),
        Case(
            "treats rows of very different sizes each by itself",
            args=(1,),
            inputs=[_scattered(4, 5, dim=0), _scattered(4, 5, dim=0, step=1e4)],
            dtypes=("float64",),
            why="What is large in one row may not make another row vanish.",
        ),
        Case(
            "is right where one score towers over the others",
            args=(1,),
            inputs=[_scattered(4, 5, dim=1, step=40.0), _scattered(4, 5, dim=1)],
            dtypes=("float64",),
        ),
        _objects_apart((0,), (1,), (-1,)),
        _calls_apart(1),
        Case(
            "gives nothing to scores of minus infinity",
            args=(0,),
            inputs=[values(1.0, -torch.inf, 2.0)],
            scope="library",
        ),
        Case("takes an empty dimension", args=(0,), inputs=[empty(0, 5)], scope="library"),
        Case(
            "chooses a dimension by itself",
            inputs=[normal(5), normal(3, 4), normal(2, 3, 4), normal(2, 3, 4, 2)],
            scope="library",
        ),
        Case("prints no dimension when there is none", kwargs={"dim": None}, inputs=[normal()], scope="library"),
        Error("rejects a dimension that is not there", args=(2,), inputs=[normal(3, 4)], kind=IndexError),
        _attributes(("dim",), (), (1,), (-2,)),
    )


SOFTMAX = ModuleSpec(torch.nn.Softmax, *_along_a_dimension())
LOGSOFTMAX = ModuleSpec(torch.nn.LogSoftmax, *_along_a_dimension())
