"""ReLU, LeakyReLU, Sigmoid, Tanh, Softmax, LogSoftmax."""

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
