"""clip_grad_norm_: all gradients shrunk by one factor when, together, they are too long."""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch

from nnbook.parity import Recorder, Scenario, ScenarioSpec, normal
from nnbook.parity.spec import Scope

_SHAPES = ((3, 4), (5,), (), (2, 1, 3))


def _parameters(
    rec: Recorder, *key: object, scale: float = 1.0, dtype: torch.dtype = torch.float64, shapes: Any = _SHAPES
) -> list[torch.nn.Parameter]:
    """Parameters of several shapes, each with a gradient; the gradients differ a lot in size."""
    params = []
    for i, shape in enumerate(shapes):
        p = torch.nn.Parameter(rec.tensor(normal(*shape).no_grad(), *key, i, dtype=dtype))
        p.grad = rec.tensor(normal(*shape).no_grad(), "gradient", *key, i, dtype=dtype) * (scale * (i + 1))
        params.append(p)
    return params


def _tell(rec: Recorder, params: Iterable[torch.Tensor], norm: Any = None, what: str = "") -> None:
    if norm is not None:
        rec(f"norm that is returned{what}", norm)
    for i, p in enumerate(params, 1):
        rec(f"gradient of parameter {i}{what}", "None" if p.grad is None else p.grad)


def _clipped(name: str, given: str, why: str = "", scope: Scope = "exercise", **options: Any) -> Scenario:
    scale, dtype = options.pop("scale", 1.0), options.pop("dtype", torch.float64)

    def play(candidate: Any, rec: Recorder) -> None:
        params = _parameters(rec, scale=scale, dtype=dtype)
        _tell(rec, params, candidate(params, **options))

    return Scenario(name, play, given_text=given, why=why, scope=scope)


def _left_alone(candidate: Any, rec: Recorder) -> None:
    """gradients with a norm below max_norm"""
    params = _parameters(rec)
    before: list[Any] = [p.grad for p in params]
    before = [g.clone() for g in before]
    norm = candidate(params, 1e3)
    rec("norm that is returned", norm)
    rec("gradients exactly as before", [bool((g == p.grad).all()) for g, p in zip(before, params, strict=True)])


def _border(candidate: Any, rec: Recorder) -> None:
    """the gradient (3, 4) and max_norm 4.9, 5, 5.1"""
    for max_norm in (4.9, 5.0, 5.1):
        p = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
        p.grad = torch.tensor([3.0, 4.0], dtype=torch.float64)
        _tell(rec, [p], candidate([p], max_norm), f", max_norm {max_norm}")


def _each_norm(candidate: Any, rec: Recorder) -> None:
    """norm_type 1, 3, 0.5 and inf"""
    for norm_type in (1, 3.0, 0.5, math.inf):
        params = _parameters(rec)
        _tell(rec, params, candidate(params, 0.7, norm_type=norm_type), f", norm_type={norm_type}")


def _holes(candidate: Any, rec: Recorder) -> None:
    """parameters of which the first and the third have no gradient"""
    params = _parameters(rec)
    params[0].grad = params[2].grad = None
    _tell(rec, params, candidate(params, 0.5))


def _nothing(candidate: Any, rec: Recorder) -> None:
    """no parameter at all, and parameters without any gradient"""
    rec("norm of nothing", candidate([], 1.0))
    params = [torch.nn.Parameter(torch.ones(3)), torch.nn.Parameter(torch.ones(2))]
    rec("norm without gradients", candidate(params, 1.0))
    rec("gradients afterwards", [p.grad is None for p in params])


def _generator(candidate: Any, rec: Recorder) -> None:
    """a generator, a tuple, a module's parameters(), and one lone parameter"""
    makers: dict[str, Callable[[list[torch.nn.Parameter]], Any]] = {
        "a generator": lambda ps: (p for p in ps),
        "a tuple": tuple,
        "a dictionary's values": lambda ps: dict(enumerate(ps)).values(),
        "parameters()": lambda ps: torch.nn.ParameterList(ps).parameters(),
    }
    for what, make in makers.items():
        params = _parameters(rec)
        _tell(rec, params, candidate(make(params), 0.5), f" of {what}")
    p = _parameters(rec)[0]
    _tell(rec, [p], candidate(p, 0.5), " of one tensor")


def _in_place(candidate: Any, rec: Recorder) -> None:
    """the gradients' memory, and the parameters themselves"""
    params = _parameters(rec)
    grads, values = [p.grad for p in params], [p.detach().clone() for p in params]
    norm = candidate(params, 0.5)
    rec("each gradient is the tensor that it was", [p.grad is g for p, g in zip(params, grads, strict=True)])
    _tell(rec, params)
    rec("the parameters have not moved", all(torch.equal(p, v) for p, v in zip(params, values, strict=True)))
    rec("kind of what is returned", type(norm).__name__)
    rec("what is returned requires a gradient", bool(norm.requires_grad))
    rec("shape of what is returned", list(norm.shape))
    rec("gradients are recorded afterwards", torch.is_grad_enabled())
    with torch.no_grad():
        candidate(params, 0.5)
        rec("gradients are recorded afterwards under no_grad", torch.is_grad_enabled())


def _twice(candidate: Any, rec: Recorder) -> None:
    """two calls, one after the other, and then one with a larger max_norm"""
    params = _parameters(rec)
    for n, max_norm in enumerate((0.5, 0.5, 100.0), 1):
        _tell(rec, params, candidate(params, max_norm), f", call {n}")


def _tiny(candidate: Any, rec: Recorder) -> None:
    """gradients with a norm near 1e-6, and max_norm below"""
    params = _parameters(rec, scale=1e-7)
    _tell(rec, params, candidate(params, 1e-7))
    zeros = [torch.nn.Parameter(torch.ones(3, dtype=torch.float64))]
    zeros[0].grad = torch.zeros(3, dtype=torch.float64)
    _tell(rec, zeros, candidate(zeros, 1.0), " of zeros")


def _bad(rec: Recorder, value: float) -> list[torch.nn.Parameter]:
    params = _parameters(rec)
    assert params[1].grad is not None
    params[1].grad[2] = value
    return params


def _spreads(candidate: Any, rec: Recorder) -> None:
    """a gradient with one NaN, one with one inf, and the gradients after clipping"""
    for value in (math.nan, math.inf):
        params = _bad(rec, value)
        _tell(rec, params, candidate(params, 1.0), f", {value}")


def _not_finite(candidate: Any, rec: Recorder) -> None:
    """a gradient with one NaN, one with one inf; error_if_nonfinite as it is, False and True"""
    for value in (math.nan, math.inf):
        rec(f"norm that is returned, {value}", candidate(_bad(rec, value), 1.0))
        norm = candidate(_bad(rec, value), 1.0, error_if_nonfinite=False)
        rec(f"norm that is returned, {value}, asked to go on", norm)
        params = _bad(rec, value)
        rec.error(f"{value}, asked to stop", partial(candidate, params, 1.0, error_if_nonfinite=True))
        _tell(rec, params, what=f" after the error, {value}")
    params = _parameters(rec)
    _tell(rec, params, candidate(params, 1.0, 2.0, True), ", all of them finite")


def _real(candidate: Any, rec: Recorder) -> None:
    """five steps of gradient descent on a steep loss, clipped each time"""
    w: Any = torch.nn.Parameter(rec.tensor(normal(4).no_grad(), "w", dtype=torch.float64))
    b: Any = torch.nn.Parameter(torch.zeros((), dtype=torch.float64))
    x = rec.tensor(normal(20, 4).no_grad(), "x", dtype=torch.float64)
    for n in range(5):
        loss = ((x @ w + b - 30) ** 2).mean()
        w.grad = b.grad = None
        loss.backward()
        rec(f"norm at step {n + 1}", candidate([w, b], max_norm=3.0))
        with torch.no_grad():
            w -= 0.1 * w.grad
            b -= 0.1 * b.grad
    rec("w afterwards", w)
    rec("b afterwards", b)


def _strided(candidate: Any, rec: Recorder) -> None:
    """gradients that are parts of larger tensors"""
    whole = rec.tensor(normal(6, 8).no_grad(), "whole", dtype=torch.float64)
    params = [
        torch.nn.Parameter(torch.zeros(6, 4, dtype=torch.float64)),
        torch.nn.Parameter(torch.zeros(8, 6).double()),
    ]
    params[0].grad = whole[:, ::2]
    params[1].grad = rec.tensor(normal(6, 8).no_grad(), "other", dtype=torch.float64).t()
    _tell(rec, params, candidate(params, 0.5))
    rec("the rest of the larger tensor", whole[:, 1::2])


def _with_graph(candidate: Any, rec: Recorder) -> None:
    """gradients that are part of a graph themselves, from create_graph=True"""
    p = torch.nn.Parameter(rec.tensor(normal(5).no_grad(), dtype=torch.float64))
    (p.grad,) = torch.autograd.grad((p**3).sum(), [p], create_graph=True)
    norm = candidate([p], 0.5)
    rec("norm that is returned", norm)
    rec("it requires a gradient", norm.requires_grad)
    rec("gradient", p.grad)


def _shared(candidate: Any, rec: Recorder) -> None:
    """one parameter given twice"""
    params = _parameters(rec)[:2]
    _tell(rec, params, candidate([*params, params[0]], 0.5))


def _mixed(candidate: Any, rec: Recorder) -> None:
    """float32 and float64 parameters together, and half precision"""
    params = [*_parameters(rec, "a", dtype=torch.float32), *_parameters(rec, "b")]
    _tell(rec, params, candidate(params, 0.5))
    params = _parameters(rec, dtype=torch.bfloat16)
    _tell(rec, params, candidate(params, 0.5), " in bfloat16")


def _foreach(candidate: Any, rec: Recorder) -> None:
    """foreach True and False"""
    for foreach in (True, False):
        params = _parameters(rec)
        _tell(rec, params, candidate(params, 0.5, foreach=foreach), f", foreach={foreach}")


def _text(candidate: Any, rec: Recorder) -> None:
    """norm_type 'inf', max_norm as a tensor, norm_type 0 and -inf"""
    for options in ({"norm_type": "inf"}, {"norm_type": 0}, {"norm_type": -math.inf}):
        params = _parameters(rec)
        _tell(rec, params, candidate(params, 0.5, **options), f", {options}")
    params = _parameters(rec)
    _tell(rec, params, candidate(params, torch.tensor(0.5)), ", a tensor")


CLIP_GRAD_NORM = ScenarioSpec(
    torch.nn.utils.clip_grad_norm_,
    _clipped(
        "shrinks all gradients by one factor",
        "four parameters, max_norm 0.5",
        "One norm is taken over all gradients together, as if they were one long vector.",
        max_norm=0.5,
    ),
    Scenario("leaves shorter gradients alone", _left_alone),
    Scenario("begins where the norm is max_norm", _border),
    Scenario("measures with other norms", _each_norm, why="norm_type is p: (Σ |g|^p)^(1/p), and for inf the largest."),
    Scenario("skips parameters without a gradient", _holes),
    Scenario("returns 0 where there is nothing", _nothing),
    Scenario("takes whatever gives parameters", _generator, why="A generator can be walked through only once."),
    Scenario("changes the gradients in place, and nothing else", _in_place),
    Scenario("can be called again", _twice),
    Scenario("adds 1e-6 to the norm", _tiny, why="The factor is max_norm / (norm + 1e-6), and at most 1."),
    Scenario("says what is not finite, when asked to", _not_finite),
    _clipped("shrinks to nothing with max_norm=0", "four parameters, max_norm 0", max_norm=0),
    _clipped("works in float32", "four float32 parameters, max_norm 2", max_norm=2, dtype=torch.float32),
    _clipped("tames large gradients", "gradients near 1e8", max_norm=1.0, scale=1e8),
    Scenario("clips along a walk", _real),
    Scenario("takes gradients in any layout", _strided),
    Scenario("records nothing in a graph", _with_graph),
    Scenario("spreads what is not finite", _spreads, scope="library"),
    Scenario("counts what is given twice as often", _shared, scope="library"),
    Scenario("takes several kinds of number", _mixed, scope="library"),
    Scenario("takes foreach", _foreach, scope="library"),
    Scenario("takes norm_type in other forms", _text, scope="library"),
    twin="torch.nn.utils.clip_grad_norm_",
)
