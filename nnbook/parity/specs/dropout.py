"""Dropout in all its forms: what is drawn is compared as statistics, what follows from the draw exactly."""

import math
from typing import Any

import torch

from nnbook.parity import Case, Error, ModuleSpec, Recorder, Scenario, empty, extremes, kinks, normal

_FLOATS = (torch.float32, torch.float64)


def _mask(output: torch.Tensor) -> torch.Tensor:
    """1 where a value of ones survived."""
    return (output.detach() != 0).to(torch.float64)


def _shares(candidate: Any, rec: Recorder) -> None:
    """20,000 ones, for several p"""
    for p in (0.1, 0.3, 0.5, 0.85):
        zeros = 1 - _mask(candidate(p)(torch.ones(100, 200)))
        rec.stat(f"share of zeros with p={p}", float(zeros.mean()), math.sqrt(p * (1 - p) / zeros.numel()))


def _default(candidate: Any, rec: Recorder) -> None:
    """20,000 ones through Dropout()"""
    zeros = 1 - _mask(candidate()(torch.ones(20_000)))
    rec.stat("share of zeros", float(zeros.mean()), math.sqrt(0.25 / zeros.numel()))


def _mean(candidate: Any, rec: Recorder) -> None:
    """Dropout(p=0.2) on 20,000 ones"""
    y = candidate(p=0.2)(torch.ones(20_000))
    rec.stat("mean of the output", float(y.mean()), math.sqrt(0.2 / 0.8 / y.numel()))


def _factors(candidate: Any, rec: Recorder) -> None:
    """normal draws, some of them exactly 0, in float32 and (strided) in float64"""
    for p in (0.3, 0.9):
        for dtype in _FLOATS:
            with rec.within(f" (p={p} in {str(dtype).removeprefix('torch.')})"):
                x = rec.tensor(kinks(30, 7, 11), p, dtype=dtype, strided=dtype is torch.float64)
                before = x.detach().clone()
                _ratios(candidate(p)(x), x, before, rec)
                rec("its input, left unchanged", bool(torch.equal(x.detach(), before)))


def _range(rec: Recorder, label: str, values: torch.Tensor) -> None:
    for which, pick in (("smallest", torch.min), ("largest", torch.max)):
        rec(f"{which} {label}", pick(values) if values.numel() else "missing: there is none")


def _ratios(y: torch.Tensor, x: torch.Tensor, values: torch.Tensor, rec: Recorder) -> None:
    """The factor between input and output, wherever there is one, and the gradient that belongs to it."""
    rec("kind of output", f"{type(y).__name__} of shape {tuple(y.shape)}, {y.dtype}")
    given = values != 0
    ratio = (y.detach() / values)[given]
    kept = ratio != 0
    _range(rec, "factor of a survivor", ratio[kept])
    _range(rec, "output for an input of 0", y.detach()[~given])
    rec("the output has a gradient", y.requires_grad)
    if not y.requires_grad:
        return
    cotangent = torch.randn(y.shape, generator=rec.generator("cotangent"), dtype=torch.float64).to(y)
    (grad,) = torch.autograd.grad(y, x, cotangent)
    slope = (grad / cotangent)[given]
    _range(rec, "gradient of a survivor", slope[kept])
    _range(rec, "gradient of a dropped value", slope[~kept])


def _zero_inputs(candidate: Any, rec: Recorder) -> None:
    """the gradient at 10,000 zeros with p=0.4"""
    x = torch.zeros(100, 100, dtype=torch.float64, requires_grad=True)
    y = candidate(0.4)(x)
    rec("largest output", y.detach().abs().max())
    rec("the output has a gradient", y.requires_grad)
    if y.requires_grad:
        (grad,) = torch.autograd.grad(y, x, torch.ones_like(y))
        dropped = grad == 0
        rec.stat("share of zero gradients", float(dropped.double().mean()), math.sqrt(0.24 / grad.numel()))
        _range(rec, "gradient of a survivor", grad[~dropped])


def _independence(candidate: Any, rec: Recorder) -> None:
    """ones of 1 to 5 dimensions with p=0.5: is a value dropped because its neighbour is?"""
    for shape in ((4000,), (60, 70), (13, 17, 19), (9, 11, 8, 7), (5, 6, 7, 5, 6), (8, 8, 8, 8)):
        mask = _mask(candidate(0.5)(torch.ones(shape)))
        for dim in range(len(shape)):
            with rec.within(f" along dimension {dim} of shape {'x'.join(map(str, shape))}"):
                same = mask.narrow(dim, 1, shape[dim] - 1) == mask.narrow(dim, 0, shape[dim] - 1)
                # With p=0.5 the agreements of neighbours are independent draws themselves.
                rec.stat("share of neighbours with one fate", float(same.double().mean()), 0.5 / same.numel() ** 0.5)
                counts = mask.sum(dim)
                # 1-D: a single count, looked at over calls in another case
                rec("the number of survivors varies", counts.dim() == 0 or bool((counts != counts.flatten()[0]).any()))


def _new_masks(candidate: Any, rec: Recorder) -> None:
    """one Dropout(0.5) called 20 times on ones, and a second one beside it"""
    layer, other = candidate(0.5), candidate(0.5)
    x = torch.ones(50, 40)
    masks = [_mask(layer(x)) for _ in range(20)]
    same = (masks[0] == masks[1]).double().mean()
    rec.stat("share of equal fates in two calls", float(same), 0.5 / x.numel() ** 0.5)
    same = (masks[2] == _mask(other(x))).double().mean()
    rec.stat("share of equal fates in two layers", float(same), 0.5 / x.numel() ** 0.5)
    rec("the number of survivors varies from call to call", len({float(m.sum()) for m in masks}) > 1)
    rec("shape for an input of another shape", list(layer(torch.ones(3, 5)).shape))


def _seeds(candidate: Any, rec: Recorder) -> None:
    """the same ones, after the same seed and after another"""
    layer, draws = candidate(0.5), []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        draws.append(_mask(layer(torch.ones(200))))
    rec("the same mask after the same seed", bool(torch.equal(draws[0], draws[1])))
    rec("the same mask after another seed", bool(torch.equal(draws[0], draws[2])))


def _modes(candidate: Any, rec: Recorder) -> None:
    """evaluation, then training again, then evaluation"""
    layer = candidate(0.5)
    x = rec.tensor(normal(20, 30))
    for n, training in enumerate((False, True, False, True)):
        layer.train(training)
        y = layer(x)
        rec(f"values dropped in the turn {n + 1}", bool((y == 0).any()))
        if not training:
            rec(f"output in the turn {n + 1}", y)


def _in_place(candidate: Any, rec: Recorder) -> None:
    """Dropout(0.3, inplace=True) in training"""
    for dtype in _FLOATS:
        with rec.within(f" ({str(dtype).removeprefix('torch.')})"):
            leaf = rec.tensor(kinks(20, 30), dtype=dtype)
            x = leaf.clone()
            y = candidate(0.3, inplace=True)(x)
            rec("the input holds the output", bool(torch.equal(x, y)))
            _ratios(y, leaf, leaf.detach(), rec)


def _scalars(candidate: Any, rec: Recorder) -> None:
    """40 calls on a tensor without dimensions"""
    layer = candidate(0.5)
    outputs = [layer(torch.tensor(3.0)) for _ in range(40)]
    rec("shape", list(outputs[0].shape))
    rec("values that come out", sorted({round(float(y), 4) for y in outputs}))


DROPOUT = ModuleSpec(
    torch.nn.Dropout,
    Case(
        "hands its input through in evaluation",
        args=(0.3,),
        inputs=[normal(3, 4, 5), normal(2, 7)],
        mode="eval",
        why="In evaluation nothing is dropped and nothing rescaled: the gradient is one.",
    ),
    Scenario(
        "keeps the expected value in training",
        _mean,
        why="Survivors are divided by 1 - p, so that training and evaluation see inputs of one size.",
    ),
    Scenario("zeroes a share p of the values", _shares),
    Scenario("drops half of them by default", _default),
    Scenario("divides each survivor, and its gradient, by 1 - p", _factors),
    Scenario(
        "lets the gradient of a zero through or not, like any other's",
        _zero_inputs,
        why="The mask is drawn, not read off the output: an input of 0 can survive, and then its gradient does too.",
    ),
    Scenario("decides on each element alone, in any number of dimensions", _independence),
    Scenario("draws a new mask at each call", _new_masks),
    Scenario("follows torch.manual_seed", _seeds),
    Scenario("drops in training only, however often the mode changes", _modes),
    Case("keeps everything with p=0", kwargs={"p": 0.0}, inputs=[kinks(3, 4, 5), extremes(4, 5)]),
    Case(
        "gives zeros, and gradients of zero, with p=1",
        kwargs={"p": 1.0},
        inputs=[kinks(3, 4, 5), extremes(4, 5)],
        why="1 / (1 - p) has no value here: 0 times it is not a number.",
    ),
    Case("takes p as an integer", args=(1,), inputs=[normal(4, 5)]),
    Case("takes an empty batch", args=(0.5,), inputs=[empty(0, 4)]),
    Scenario("takes a tensor without dimensions", _scalars),
    Scenario("works in place when asked", _in_place),
    Case("gives zeros in place with p=1", kwargs={"p": 1.0, "inplace": True}, inputs=[normal(3, 4)]),
    Case("leaves everything in place in evaluation", args=(0.4, True), inputs=[normal(3, 4)], mode="eval"),
    Case(
        "keeps half precision",
        args=(0.0,),
        inputs=[normal(4, 5)],
        dtypes=("float16", "bfloat16"),
        scope="library",
    ),
    Error("rejects a negative p", args=(-0.1,)),
    Error("rejects p above one", args=(1.5,)),
)


# Whole channels -------------------------------------------------------------------------------------------------------

_CHANNELS = {1: ((60, 50, 4), (300, 5)), 2: ((60, 50, 3, 4), (60, 50, 4)), 3: ((60, 50, 2, 3, 2), (300, 5, 2, 2))}


def _whole_channels(dims: int) -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        """ones, with p=0.3: each channel of each sample survives or falls as a whole"""
        for shape, batched in zip(_CHANNELS[dims], (True, dims == 2), strict=True):
            with rec.within(f" (shape {shape})"):
                x = torch.ones(shape, requires_grad=True)
                y = candidate(0.3)(x)
                rec("shape", list(y.shape))
                rows = y.detach().flatten(2 if batched else 1)
                rec("channels of one value each", bool((rows == rows[..., :1]).all()))
                fallen = (rows[..., 0] == 0).double()
                rec.stat("share of fallen channels", float(fallen.mean()), math.sqrt(0.21 / fallen.numel()))
                _range(rec, "survivor", rows[rows != 0])
                if batched:
                    # the draws of one sample or one channel must not be those of another
                    same = (fallen[0::2] == fallen[1::2]).double()
                    rec.stat("share of equal fates in two samples", float(same.mean()), 0.5 / same.numel() ** 0.5)
                    same = (fallen[:, 0::2] == fallen[:, 1::2]).double()
                    rec.stat("share of equal fates in two channels", float(same.mean()), 0.5 / same.numel() ** 0.5)
                (grad,) = torch.autograd.grad(y.sum(), x)
                rec("gradients, equal to the factors", bool(torch.equal(grad, y.detach())))

    return Scenario("drops whole channels, each of each sample by itself", play)


def _channel_dropout(reference: Any, dims: int) -> ModuleSpec:
    batch, alone = (4, 3, *[2] * dims), (3, *[2] * dims)
    return ModuleSpec(
        reference,
        Case(
            "hands its input through in evaluation", args=(0.3,), inputs=[normal(*batch), normal(*alone)], mode="eval"
        ),
        _whole_channels(dims),
        Scenario("drops in training only, however often the mode changes", _modes_of(batch)),
        Scenario("follows torch.manual_seed", _seeds_of(batch)),
        Case("keeps everything with p=0", kwargs={"p": 0.0}, inputs=[normal(*batch), normal(*alone)]),
        Case("gives zeros with p=1", kwargs={"p": 1.0}, inputs=[normal(*batch), normal(*alone)]),
        Case("gives zeros in place with p=1", kwargs={"p": 1.0, "inplace": True}, inputs=[normal(*batch)]),
        Scenario("works in place when asked", _channels_in_place(batch, alone)),
        Case("takes an empty batch", args=(0.5,), inputs=[empty(0, *alone)]),
        Error("rejects a vector", args=(0.5,), inputs=[normal(4)], kind=RuntimeError),
        Error("rejects a negative p", args=(-0.1,)),
        Error("rejects p above one", args=(1.5,)),
    )


def _modes_of(shape: tuple[int, ...]) -> Any:
    def play(candidate: Any, rec: Recorder) -> None:
        """evaluation, then training with p=0.9, then evaluation"""
        layer = candidate(0.9)
        x = rec.tensor(normal(*shape))
        for n, training in enumerate((False, True, False)):
            layer.train(training)
            y = layer(x)
            rec(f"values changed in the turn {n + 1}", not torch.equal(x, y))

    return play


def _seeds_of(shape: tuple[int, ...]) -> Any:
    def play(candidate: Any, rec: Recorder) -> None:
        """the same ones, after the same seed and after another"""
        layer, x, draws = candidate(0.5), torch.ones(40, 30, *shape[2:]), []
        for seed in (3, 3, 4):
            torch.manual_seed(seed)
            draws.append(layer(x))
        rec("the same output after the same seed", bool(torch.equal(draws[0], draws[1])))
        rec("the same output after another seed", bool(torch.equal(draws[0], draws[2])))

    return play


def _channels_in_place(*shapes: tuple[int, ...]) -> Any:
    def play(candidate: Any, rec: Recorder) -> None:
        """inplace=True with p=0.5, with and without a batch"""
        for shape in shapes:
            x = torch.ones(shape)
            y = candidate(0.5, True)(x)
            rec(
                f"the input of shape {shape} holds the output", bool(torch.equal(x, y)) and x.data_ptr() == y.data_ptr()
            )
            rec(f"only zeros and twos, for shape {shape}", bool(((x == 0) | (x == 2)).all()))

    return play


DROPOUT1D = _channel_dropout(torch.nn.Dropout1d, 1)
DROPOUT2D = _channel_dropout(torch.nn.Dropout2d, 2)
DROPOUT3D = _channel_dropout(torch.nn.Dropout3d, 3)

# Dropout for SELU -----------------------------------------------------------------------------------------------------


def _keeps_moments(candidate: Any, rec: Recorder) -> None:
    """normal draws, for several p: mean 0 and variance 1 before and after"""
    for p in (0.1, 0.5, 0.8):
        y = candidate(p)(rec.tensor(normal(300, 400), p, dtype=torch.float64)).detach()
        rec.stat(f"mean with p={p}", float(y.mean()), y.numel() ** -0.5)
        rec.stat(f"mean square with p={p}", float(y.square().mean()), 3 * y.numel() ** -0.5)


def _two_levels(shape: tuple[int, ...], groups: int) -> Any:
    def play(candidate: Any, rec: Recorder) -> None:
        """ones and their gradients, with p=0.3: what becomes of the kept and of the dropped"""
        x = torch.ones(shape, dtype=torch.float64, requires_grad=True)
        y = candidate(0.3)(x)
        (grad,) = torch.autograd.grad(y.sum(), x)
        kept = grad != 0
        rows = kept.reshape(groups, -1)
        rec("dropped and kept in one group", bool((rows != rows[:, :1]).any()))
        rec.stat("share of the dropped", float((~kept).double().mean()), math.sqrt(0.21 / groups))
        for name, chosen in (("kept", kept), ("dropped", ~kept)):
            _range(rec, f"{name} output", y.detach()[chosen])
            _range(rec, f"{name} gradient", grad[chosen])

    return play


def _alpha_dropout(reference: Any, shape: tuple[int, ...], groups: int) -> ModuleSpec:
    return ModuleSpec(
        reference,
        Case("hands its input through in evaluation", args=(0.3,), inputs=[normal(3, 4, 5), normal(2, 7)], mode="eval"),
        Scenario("keeps mean 0 and variance 1", _keeps_moments),
        Scenario("has two lines, one for the kept and a level one for the dropped", _two_levels(shape, groups)),
        Scenario("drops in training only, however often the mode changes", _modes_of((20, 30, 2))),
        Scenario("follows torch.manual_seed", _seeds_of((4, 3, 2))),
        Case("keeps everything with p=0", kwargs={"p": 0.0}, inputs=[kinks(3, 4, 5)]),
        Case("gives zeros with p=1", kwargs={"p": 1.0}, inputs=[kinks(3, 4, 5)]),
        Case("leaves its input alone, in place or not", args=(1.0, True), inputs=[normal(3, 4)]),
        Case("takes an empty batch", args=(0.5,), inputs=[empty(0, 4)]),
        Error("rejects a negative p", args=(-0.1,)),
        Error("rejects p above one", args=(1.5,)),
    )


ALPHADROPOUT = _alpha_dropout(torch.nn.AlphaDropout, (200, 100), 20_000)
FEATUREALPHADROPOUT = _alpha_dropout(torch.nn.FeatureAlphaDropout, (200, 100, 3), 20_000)
