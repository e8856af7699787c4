"""kaiming_uniform_: how wide the first weights of a layer are spread."""

import math
from typing import Any

import torch

from nnbook.parity import Recorder, Scenario, ScenarioSpec, Tolerance, constant
from nnbook.parity.spec import Scope


def _near(n: int) -> Tolerance:
    """How close the largest of n even draws comes to the bound: beyond 50/n with a chance of exp(-25), 1e-11."""
    return Tolerance(50 / n, 0.0)


def _spread(rec: Recorder, what: str, w: torch.Tensor) -> None:
    """What a thousand draws and more tell of their distribution."""
    rec.sample(f"values {what}", w)
    rec(f"largest value {what}", w.detach().double().max(), _near(w.numel()))
    rec(f"smallest value {what}", w.detach().double().min(), _near(w.numel()))


def _drawn(name: str, *shapes: tuple[int, ...], why: str = "", scope: Scope = "exercise", **options: Any) -> Scenario:
    given = f"tensors of shape {', '.join(map(str, shapes))}" + "".join(f", {k}={v!r}" for k, v in options.items())

    def play(candidate: Any, rec: Recorder) -> None:
        for shape in shapes:
            w = torch.zeros(shape, device=rec.device)
            candidate(w, **options)
            _spread(rec, f"for shape {shape}", w)

    return Scenario(name, play, given_text=given, why=why, scope=scope)


def _gains(*nonlinearities: str, scope: Scope = "exercise") -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        for nonlinearity in nonlinearities:
            w = torch.zeros(60, 50, device=rec.device)
            candidate(w, nonlinearity=nonlinearity)
            _spread(rec, f"for nonlinearity={nonlinearity!r}", w)

    words = ", ".join(nonlinearities)
    return Scenario(
        f"knows the gain of {words}", play, given_text=f"a matrix (60, 50), nonlinearity {words}", scope=scope
    )


def _in_place(candidate: Any, rec: Recorder) -> None:
    """a parameter that requires a gradient, and a plain tensor"""
    for w in (torch.nn.Parameter(torch.zeros(20, 30)), torch.zeros(20, 30)):
        kind, memory = type(w).__name__, w.data_ptr()
        result = candidate(w)
        rec(f"{kind}: the very tensor is returned", result is w)
        rec(f"{kind}: its memory is the same", w.data_ptr() == memory)
        rec(f"{kind}: values that are still 0, more than ten", int((w == 0).sum()) > 10)
        rec(f"{kind}: requires a gradient", w.requires_grad)
        rec(f"{kind}: is a leaf", w.is_leaf)
    w = torch.nn.Parameter(torch.zeros(20, 30))
    candidate(w)
    (w * 2).sum().backward()
    rec("the gradient after a backward pass", w.grad)
    rec("gradients are recorded afterwards", torch.is_grad_enabled())
    with torch.no_grad():
        candidate(torch.zeros(2, 3))
        rec("gradients are recorded afterwards under no_grad", torch.is_grad_enabled())


def _afresh(candidate: Any, rec: Recorder) -> None:
    """four calls: two of them after the same torch.manual_seed"""
    draws = []
    for seed in (1, None, 1, 2):
        if seed is not None:
            torch.manual_seed(seed)
        draws.append(candidate(torch.zeros(12, 10)).clone())
    first, second, again, other = draws
    rec("the next call draws other numbers", not torch.equal(first, second))
    rec("the same seed draws the same numbers", torch.equal(first, again))
    rec("another seed draws others", not torch.equal(first, other))
    rec("rows that are equal", bool((first[0] == first[1]).all()))
    rec("columns that are equal", bool((first[:, 0] == first[:, 1]).all()))
    rec("different numbers among 120, more than 100", len(first.unique()) > 100)
    kernels = candidate(torch.zeros(5, 4, 3, 3))
    rec("different numbers among 180 of a convolution, more than 160", len(kernels.unique()) > 160)


def _whatever_was_there(candidate: Any, rec: Recorder) -> None:
    """tensors full of NaN and of large numbers"""
    for value in (math.nan, 1e6):
        w = torch.full((60, 50), value, device=rec.device)
        candidate(w)
        finite = bool(torch.isfinite(w).all())
        rec(f"values after {value}, finite", finite)
        if finite:
            _spread(rec, f"after {value}", w)


def _part_of_another(candidate: Any, rec: Recorder) -> None:
    """every second column of a matrix (80, 100), and a transposed matrix"""
    whole = rec.tensor(constant(7.0, 80, 100).no_grad())
    candidate(whole[:, ::2])
    _spread(rec, "of the part", whole[:, ::2])
    rec("the rest", whole[:, 1::2])
    turned = torch.zeros(30, 200, device=rec.device).t()
    candidate(turned)
    _spread(rec, "of the transposed matrix", turned)


def _kinds(candidate: Any, rec: Recorder) -> None:
    """float64 and bfloat16 tensors"""
    for dtype in (torch.float64, torch.bfloat16):
        w = torch.zeros(60, 50, dtype=dtype, device=rec.device)
        candidate(w)
        rec(f"dtype of a {dtype}", str(w.dtype))
        rec(f"largest value of a {dtype}", w.abs().max().double(), Tolerance(3e-2, 0.0))


def _by_position(candidate: Any, rec: Recorder) -> None:
    """kaiming_uniform_(w, 0.5, "fan_out", "leaky_relu") on shape (90, 30)"""
    w = torch.zeros(90, 30, device=rec.device)
    candidate(w, 0.5, "fan_out", "leaky_relu")
    _spread(rec, "", w)


def _refusals(candidate: Any, rec: Recorder) -> None:
    """a vector, a scalar, an unknown mode, an unknown nonlinearity"""
    rec.error("a vector", lambda: candidate(torch.zeros(5)))
    rec.error("a scalar", lambda: candidate(torch.zeros(())))
    rec.error("mode='fan'", lambda: candidate(torch.zeros(5, 4), mode="fan"))
    rec.error("nonlinearity='swish'", lambda: candidate(torch.zeros(5, 4), nonlinearity="swish"))


def _more_refusals(candidate: Any, rec: Recorder) -> None:
    """a slope that is no number, an option that is not there, a tensor of whole numbers"""
    rec.error("a='steep'", lambda: candidate(torch.zeros(5, 4), a="steep"))
    rec.error("a=True", lambda: candidate(torch.zeros(5, 4), a=True))
    rec.error("gain=2", lambda: candidate(torch.zeros(5, 4), gain=2))
    w = torch.ones(5)
    rec.error("a vector", lambda: candidate(w))
    rec("the vector afterwards", w)


def _generator(candidate: Any, rec: Recorder) -> None:
    """a generator of its own"""
    torch.manual_seed(0)
    draws = [candidate(torch.zeros(5, 4), generator=torch.Generator().manual_seed(s)).clone() for s in (1, 1, 2)]
    rec("the draws", draws)
    rec("the next number of the global generator", torch.rand(()))


def _nothing(candidate: Any, rec: Recorder) -> None:
    """tensors without elements"""
    for shape in ((0, 3), (3, 0), (0,)):
        w = torch.zeros(shape)
        rec(f"the very tensor is returned for {shape}", candidate(w) is w)


_LINEAR = ((60, 50), (20, 300), (300, 20))

KAIMING_UNIFORM = ScenarioSpec(
    torch.nn.init.kaiming_uniform_,
    _drawn("spreads evenly as wide as sqrt(6 / fan_in)", *_LINEAR, why="fan_in of a weight (out, in) is in."),
    _drawn("takes fan_out when asked to", *_LINEAR, mode="fan_out", why="fan_out of a weight (out, in) is out."),
    _drawn(
        "counts the kernel of a convolution",
        (40, 20, 3, 5),
        (20, 40, 5),
        (8, 4, 3, 5, 7),
        why="For a weight (out, in, *kernel), fan_in is in times the number of the kernel's places.",
    ),
    _drawn("counts it for fan_out as well", (40, 20, 3, 5), (20, 40, 5), (8, 4, 3, 5, 7), mode="fan_out"),
    _drawn("lowers the gain by the slope a", (60, 50), a=math.sqrt(5), why="gain = sqrt(2 / (1 + a²))"),
    _drawn("takes a slope of 1", (60, 50), a=1),
    _drawn("takes a negative slope", (60, 50), a=-0.7),
    _drawn("has a slope of 0 by default", (60, 50), nonlinearity="leaky_relu"),
    _drawn("leaves a out for other nonlinearities", (60, 50), a=2.0, nonlinearity="relu"),
    _gains("linear", "sigmoid", "tanh"),
    _gains("relu", "selu"),
    _gains("conv1d", "conv2d", "conv3d", scope="library"),
    _gains("conv_transpose1d", "conv_transpose2d", "conv_transpose3d", scope="library"),
    _drawn("combines all options", (50, 10, 2, 3), a=0.3, mode="fan_out", nonlinearity="leaky_relu"),
    _drawn("takes a fan of 1", (3000, 1), (1, 3000)),
    Scenario("takes the options by position", _by_position),
    Scenario("fills the tensor itself and returns it", _in_place),
    Scenario("draws anew each time", _afresh),
    Scenario("overwrites whatever was there", _whatever_was_there),
    Scenario("fills a part of another tensor", _part_of_another),
    Scenario("keeps the kind of number", _kinds),
    Scenario("refuses what has no fan or no gain", _refusals),
    Scenario("refuses a slope that is no number", _more_refusals, scope="library"),
    Scenario("takes a generator", _generator, scope="library"),
    Scenario("leaves a tensor without elements", _nothing, scope="library"),
    _drawn("reads the mode in any case", (20, 300), mode="FAN_OUT", scope="library"),
    twin="torch.nn.init.kaiming_uniform_",
)
