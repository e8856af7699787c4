"""The words in which "this behaves like torch's" is written down.

A spec is a table of named cases. Whatever a case does not say is observed by default: outputs, gradients of inputs and
parameters, state, inputs left alone, in training and in evaluation, in float32 and (with strided inputs) in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nnbook.parity.inputs import Recipe, describe

if TYPE_CHECKING:
    from nnbook.parity.recorder import Recorder

Scope = Literal["exercise", "library"]
Mode = Literal["both", "train", "eval"]


@dataclass(frozen=True)
class Tolerance:
    """|got - expected| <= rtol |expected| + max(atol max(1, largest |expected|), floor), elementwise."""

    rtol: float
    atol: float
    floor: float = 0.0

    def for_inputs(self, largest: float, eps: float) -> Tolerance:
        """What is allowed where the inputs reach `largest`: a few roundings of such a number, two percent at most.

        Near 10,000 a float32 knows three decimals. Whether a right answer takes the logarithm of a sum there, or the
        difference of two scores, decides on the last of them; which it does is its own business.
        """
        room = min(_ROUNDINGS * eps * largest, 0.02)
        return Tolerance(max(self.rtol, room), self.atol, room)


_ROUNDINGS = 16

# Two right answers may round differently at each step; a wrong one differs by a term of the formula. Between them lie
# several orders of magnitude in float64, which is why every case runs there too.
TOLERANCE = {
    "float32": Tolerance(1e-4, 2e-5),
    "float64": Tolerance(1e-8, 1e-10),
    "float16": Tolerance(2e-2, 1e-2),
    "bfloat16": Tolerance(5e-2, 5e-2),
}


@dataclass(frozen=True, kw_only=True)
class _Named:
    scope: Scope = "exercise"
    """"exercise": asked of learners and of the library; "library": of nnbook.nn only, beyond what a prompt promises."""
    why: str = ""
    """One sentence that feedback adds when this case is the first to fail."""


@dataclass(frozen=True)
class Case(_Named):
    """Build the candidate with `args` and `kwargs`, give it a state, call it once for each entry of `inputs`.

    Each entry of `inputs` is one call: a recipe, or a tuple of recipes for several arguments. In mode "both" the calls
    are made in training and then, on the same object, in evaluation.
    """

    name: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    inputs: Sequence[Any] = ()
    mode: Mode = "both"
    state: Literal["random", "initial"] = "random"
    dtypes: Sequence[str] = ("float32", "float64")
    tolerance: Tolerance | None = None
    grads: bool = True
    thorough: bool = False
    """In a lean spec: run in float32 as fully as in float64 (where float32 overflows sooner, say)."""
    call_kwargs: dict[str, Any] = field(default_factory=dict)

    def given(self, name: str) -> str:
        """The case in words: what is built and what it is fed."""
        call = describe(self.inputs[0]) if self.inputs else "no input"
        options = _arguments(self.args, self.kwargs)
        # a function is called on its inputs; a class is built first
        built = f"{name}({options})" if options or not name.islower() else name
        return f"{built} on {call}"


@dataclass(frozen=True)
class Error(_Named):
    """Bad arguments or bad input: observed is the kind of exception that is raised."""

    name: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    inputs: Sequence[Any] = ()
    kind: type[Exception] | tuple[type[Exception], ...] = ValueError
    scope: Scope = field(default="library", kw_only=True)

    def given(self, name: str) -> str:
        """The case in words."""
        fed = f" on {describe(self.inputs[0])}" if self.inputs else ""
        return f"{name}({_arguments(self.args, self.kwargs)}){fed}"


@dataclass(frozen=True)
class Init(_Named):
    """How a fresh object starts: every parameter and buffer compared as a distribution."""

    name: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)

    def given(self, name: str) -> str:
        """The case in words."""
        return f"a fresh {name}({_arguments(self.args, self.kwargs)})"


@dataclass(frozen=True)
class Scenario(_Named):
    """A small story told to the candidate; `play(candidate, rec)` records by name what is to be compared.

    It sees nothing of the reference: the same story is told to both, and their records are compared.
    """

    name: str
    play: Callable[[Any, Recorder], None] = field(default=lambda c, r: None)
    given_text: str = ""
    tolerance: Tolerance | None = None

    def given(self, name: str) -> str:
        """The case in words."""
        return self.given_text or (self.play.__doc__ or self.name).strip().split("\n")[0].rstrip(".")


@dataclass(frozen=True)
class Steps(_Named):
    """An optimizer's walk: parameters of the given shapes, a gradient for each at each step, observed at every step.

    `groups` lists the options of each parameter group (one group with the defaults, unless said otherwise), each
    with parameters of all the `shapes`. Gradients are normal draws times `scale`; with `holes`, some parameters have
    none at some steps, and one never has any. `reload_at` makes a state_dict round trip into a fresh optimizer
    before that step; with `beside`, a second optimizer walks along over parameters of its own, and a fresh one follows.
    """

    name: str
    kwargs: dict[str, Any] = field(default_factory=dict)
    groups: Sequence[dict[str, Any]] = ({},)
    shapes: Sequence[tuple[int, ...]] = ((3, 4), (4,), ())
    steps: int = 8
    scale: float = 1.0
    zeros: bool = False
    holes: bool = False
    reload_at: int | None = None
    change_lr: float | None = None
    as_generator: bool = False
    closure: bool = False
    strided: bool = False
    beside: bool = False
    dtypes: Sequence[str] = ("float32", "float64")
    tolerance: Tolerance | None = None

    def given(self, name: str) -> str:
        """The case in words."""
        several = f", {len(self.groups)} groups" if len(self.groups) > 1 else ""
        options = ", ".join(filter(None, ["params", _arguments((), self.kwargs)]))
        return f"{name}({options}){several} over {self.steps} steps"


AnyCase = Case | Error | Init | Scenario | Steps


def _arguments(args: Sequence[Any], kwargs: dict[str, Any]) -> str:
    return ", ".join([*map(_short, args), *(f"{k}={_short(v)}" for k, v in kwargs.items())])


def _short(value: Any) -> str:
    if isinstance(value, Recipe):
        return f"<{value.text}>"
    text = repr(value)
    return text if len(text) <= 40 else f"<{type(value).__name__}>"


class Spec:
    """A table of cases about one name, compared with `reference`: torch's own, or an exercise's solution."""

    def __init__(self, reference: Any, *cases: AnyCase, name: str | None = None, twin: str | None = None):
        self.reference = reference
        self.name = name or reference.__name__
        self.twin = twin or f"{getattr(reference, '__module__', '')}.{self.name}"
        self.cases = cases
        names = [c.name for c in cases]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: two cases with one name: {sorted(n for n in names if names.count(n) > 1)}")
        if not cases:
            raise ValueError(f"{self.name}: a spec without cases proves nothing")

    def select(self, scope: Scope) -> list[AnyCase]:
        """The cases asked of learners ("exercise"), or all of them ("library")."""
        return [c for c in self.cases if scope == "library" or c.scope == "exercise"]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {len(self.cases)} cases>"


class ModuleSpec(Spec):
    """A class of module or loss: built from its arguments, then called.

    With `state_matters=False`, learners may keep constants (a loss's `weight`) as buffers or as plain attributes.
    With `lean=True`, for components that take long, learners' float32 runs are outputs alone, in the first mode, save
    for the first case and thorough ones; float64 runs are always whole, and so is everything in a test of the library.
    """

    def __init__(self, reference: Any, *cases: AnyCase, state_matters: bool = True, lean: bool = False, **named: Any):
        super().__init__(reference, *cases, **named)
        self.state_matters = state_matters
        self.lean = lean


class FunctionSpec(Spec):
    """A function: `args` and `kwargs` of a case are passed after each call's inputs."""


class OptimizerSpec(Spec):
    """An optimizer: built over parameters, then stepped."""


class ScenarioSpec(Spec):
    """Anything else, told as stories: containers, Module itself, training loops, hunts."""
