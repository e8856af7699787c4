"""Pooling: MaxPool2d, and the unpoolings."""

import math
from collections.abc import Sequence
from typing import Any, Final

import torch

from nnbook.parity import Case, Error, ModuleSpec, Recorder, Scenario, constant, empty, extremes, kinks, normal, values
from nnbook.parity.inputs import Recipe

L: Final = "library"
# Options are looked at in float64 alone, where a wrong place shows as well: half the time of a check.
_FINE: Final = ("float64",)


def _attributes(candidate: Any, rec: Recorder) -> None:
    """MaxPool2d(3), MaxPool2d((2, 3), stride=1), and one with everything else"""
    made = {
        "MaxPool2d(3)": candidate(3),
        "MaxPool2d((2, 3), 1)": candidate((2, 3), 1),
        "the third": candidate(3, 2, padding=1, dilation=2, return_indices=True, ceil_mode=True),
    }
    for name, layer in made.items():
        for attribute in ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode"):
            rec(f"{attribute} of {name}", getattr(layer, attribute))


def _stateless(candidate: Any, rec: Recorder) -> None:
    """MaxPool2d(2): parameters, buffers and state dict"""
    layer = candidate(2)
    rec("number of parameters", len(list(layer.parameters())))
    rec("number of buffers", len(list(layer.buffers())))
    rec("keys of the state dict", sorted(layer.state_dict()))


def _slope_of_slope(candidate: Any, rec: Recorder) -> None:
    """the gradient of a squared gradient, with overlapping windows"""
    x = rec.tensor(normal(2, 2, 5, 6), dtype=torch.float64)
    (slope,) = torch.autograd.grad(candidate(3, 2, 1)(x).square().sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(slope.square().sum(), x)
    rec("gradient of the gradient", second)


def _whole_numbers(candidate: Any, rec: Recorder) -> None:
    """pixels of int64 and uint8, with padding"""
    for dtype in (torch.int64, torch.uint8):
        x = rec.tensor(normal(1, 2, 4, 5, mean=100, std=20), str(dtype)).detach().to(dtype)
        rec(f"output for {dtype}", candidate(3, 2, 1)(x))


def _memory_formats(candidate: Any, rec: Recorder) -> None:
    """an image whose channels lie next to each other in memory, with places"""
    x = rec.tensor(normal(2, 3, 6, 5)).detach().contiguous(memory_format=torch.channels_last).requires_grad_()
    y, places = candidate(2, 1, return_indices=True)(x)
    y.square().sum().backward()
    rec("output", y)
    rec("places", places)
    rec("gradient", x.grad)


_NAN = [[[[1.0, math.nan, 3.0, 4.0], [5.0, 6.0, 8.0, 7.0], [-1.0, -2.0, 0.0, math.inf], [-3.0, -4.0, math.nan, 2.0]]]]
_EMPTY = [[[[-math.inf, -math.inf, 1.0], [-math.inf, -math.inf, -math.inf], [-math.inf, -math.inf, -math.inf]]]]

MAXPOOL2D = ModuleSpec(
    torch.nn.MaxPool2d,
    Case("keeps the largest of each window", args=(2,), inputs=[normal(2, 3, 4, 6)]),
    Case(
        "takes windows that are higher than wide",
        args=((3, 2),),
        inputs=[normal(2, 2, 6, 6)],
        mode="train",
        dtypes=_FINE,
    ),
    Case("takes its sizes as a list", args=([2, 3],), inputs=[normal(2, 2, 4, 6)], mode="train", dtypes=_FINE),
    Case(
        "keeps the letters apart when every size is equal",
        args=(2,),
        inputs=[normal(4, 4, 4, 4)],
        mode="train",
        dtypes=_FINE,
        why="Every size is equal: exchanged dimensions show in the values alone.",
    ),
    Case("leaves out a rest that fills no window", args=(2,), inputs=[normal(2, 2, 5, 7)], mode="train", dtypes=_FINE),
    Case(
        "lets windows overlap",
        args=(3,),
        kwargs={"stride": 1},
        inputs=[normal(2, 2, 5, 6)],
        mode="train",
        why="A value that is the largest of several windows gets the gradients of all of them.",
    ),
    Case(
        "leaves out what a long stride jumps over",
        args=(2,),
        kwargs={"stride": 3},
        inputs=[normal(2, 2, 8, 7)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "takes a stride for each direction",
        args=(2,),
        kwargs={"stride": (1, 3)},
        inputs=[normal(2, 2, 4, 8)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "pads with less than any number",
        args=(3,),
        kwargs={"stride": 2, "padding": 1},
        inputs=[normal(2, 2, 5, 6, mean=-9.0)],
        mode="train",
        why="All values are negative: a padding of zeros would win.",
    ),
    Case(
        "pads with less than pixels of -1e12",
        args=(3, 2, 1),
        inputs=[normal(1, 2, 4, 5, mean=-1e12, std=1e10)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "takes a padding for each direction",
        args=((4, 3),),
        kwargs={"stride": 2, "padding": (2, 0)},
        inputs=[normal(2, 2, 5, 6)],
        mode="train",
        dtypes=_FINE,
    ),
    Case("spreads the window by its dilation", args=(2,), kwargs={"dilation": 2}, inputs=[normal(2, 2, 6, 7)]),
    Case(
        "takes a dilation for each direction, beside stride and padding",
        args=((2, 3),),
        kwargs={"dilation": (3, 2), "stride": (2, 1), "padding": 1},
        inputs=[normal(2, 2, 7, 6)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "keeps an incomplete window with ceil_mode",
        args=(2,),
        kwargs={"ceil_mode": True},
        inputs=[normal(2, 2, 5, 7, mean=-9.0)],
        mode="train",
        why="The rest fills no window, and is kept all the same.",
    ),
    Case(
        "adds no window with ceil_mode when all fit",
        args=(3,),
        kwargs={"ceil_mode": True, "stride": 2},
        inputs=[normal(2, 2, 5, 7)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "begins no window in the padding at the end",
        args=(2,),
        kwargs={"ceil_mode": True, "stride": 3, "padding": 1},
        inputs=[normal(2, 2, 5, 8), normal(1, 2, 4, 5)],
        mode="train",
        dtypes=_FINE,
        why="With ceil_mode a window may end outside, but must begin in the input or in the padding before it.",
    ),
    Case(
        "combines ceil_mode, padding and dilation",
        args=(3, 2, 1, 2),
        kwargs={"ceil_mode": True},
        inputs=[normal(2, 2, 8, 9)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "lets the last window reach far out of the image",
        args=((2, 3),),
        kwargs={"ceil_mode": True, "stride": (3, 4), "padding": 1, "dilation": (3, 2)},
        inputs=[normal(2, 2, 6, 8, mean=-9.0)],
        mode="train",
        dtypes=_FINE,
        why="It begins at the last pixel, and all else that it would see lies outside.",
    ),
    Case("returns the places too", args=(2,), kwargs={"return_indices": True}, inputs=[normal(2, 3, 4, 6)], scope=L),
    Case(
        "counts the places in the input, not in the padded one",
        args=(3,),
        kwargs={"stride": 2, "padding": 1, "return_indices": True},
        inputs=[normal(2, 2, 5, 7)],
        mode="train",
        dtypes=_FINE,
        scope=L,
        why="The place of pixel (i, j) is i * W + j, in each channel of each image anew.",
    ),
    Case(
        "counts the places between which it is dilated",
        args=((2, 3),),
        kwargs={"stride": 1, "dilation": (3, 2), "return_indices": True, "ceil_mode": True},
        inputs=[normal(2, 2, 6, 7)],
        mode="train",
        dtypes=_FINE,
        scope=L,
    ),
    Case(
        "takes all its options together",
        args=((3, 2), (2, 1), (1, 0), (1, 2)),
        kwargs={"ceil_mode": True},
        inputs=[normal(2, 2, 6, 7)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "takes them by position, in torch's order",
        args=((3, 2), (2, 1), (1, 0), (1, 2), True, True),
        inputs=[normal(2, 2, 6, 7)],
        mode="train",
        dtypes=_FINE,
        scope=L,
    ),
    Case(
        "gives it to the first of them where windows overlap too",
        args=(3,),
        kwargs={"stride": 1, "padding": 1},
        inputs=[constant(2.0, 1, 2, 4, 5), kinks(2, 2, 5, 6, at=(3.0,), std=0.5)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "gives the gradient to the first of equal values",
        args=(2,),
        inputs=[constant(2.0, 1, 2, 4, 6), kinks(2, 2, 6, 6, at=(3.0,), std=0.5)],
        mode="train",
        dtypes=_FINE,
        why="After a ReLU many values are equal: the first of them, row by row, counts as the largest.",
    ),
    Case(
        "names the first of equal values, with windows that overlap",
        args=(3,),
        kwargs={"stride": 1, "padding": 1, "return_indices": True},
        inputs=[constant(2.0, 1, 2, 4, 5), kinks(2, 2, 5, 6, at=(3.0,), std=0.5)],
        mode="train",
        dtypes=_FINE,
        scope=L,
    ),
    Case(
        "passes NaN on",
        args=(2,),
        inputs=[values(*_NAN, text="an image with NaN")],
        mode="train",
        dtypes=_FINE,
        grads=False,
        scope=L,
    ),
    Case(
        "takes windows of -inf alone",
        args=(2,),
        kwargs={"stride": 1, "padding": 1, "return_indices": True},
        inputs=[values(*_EMPTY, text="an image that is -inf save for one pixel")],
        mode="train",
        grads=False,
        scope=L,
    ),
    Case("takes one image without a batch", args=(2, 1), inputs=[normal(3, 4, 5)], mode="train", dtypes=_FINE),
    Case("takes an empty batch", args=(2,), inputs=[empty(0, 3, 4, 6)], mode="train", dtypes=_FINE),
    Case("takes one pixel from each channel", args=((4, 5),), inputs=[normal(2, 3, 4, 5)], mode="train", dtypes=_FINE),
    Case(
        "leaves the image as it is with a window of one pixel",
        args=(1,),
        inputs=[normal(2, 3, 4, 5)],
        mode="train",
        dtypes=_FINE,
    ),
    Case("stays exact for large pixels", args=(2, 1), inputs=[extremes(2, 2, 4, 5)], mode="train"),
    Case("takes images of other sizes later", args=(2,), inputs=[normal(2, 2, 4, 6), normal(1, 3, 6, 2)]),
    Scenario("keeps its options under torch's names", _attributes, scope=L),
    Scenario("has nothing to learn or to save", _stateless),
    Scenario("has a gradient of its gradient", _slope_of_slope, scope=L),
    Scenario("takes whole numbers", _whole_numbers, scope=L),
    Scenario("takes images in another memory format", _memory_formats, scope=L),
    Case("keeps half precision", args=(3, 2, 1), inputs=[normal(2, 3, 5, 6)], dtypes=("bfloat16", "float16"), scope=L),
    Error("rejects an image without channels", args=(2,), inputs=[normal(4, 4)], kind=RuntimeError),
    Error("rejects a video", args=(2,), inputs=[normal(2, 3, 4, 4, 4)], kind=RuntimeError),
    Error("rejects no channels", args=(2,), inputs=[empty(2, 0, 4, 4)], kind=RuntimeError),
    Error("rejects a window larger than the image", args=(5,), inputs=[normal(2, 3, 4, 4)], kind=RuntimeError),
    Error(
        "rejects a padding above half of the window",
        args=(3,),
        kwargs={"padding": 2},
        inputs=[normal(2, 3, 4, 4)],
        kind=RuntimeError,
    ),
    Error(
        "rejects a negative padding", args=(3,), kwargs={"padding": -1}, inputs=[normal(2, 3, 4, 4)], kind=RuntimeError
    ),
    Error("rejects no stride", args=(3,), kwargs={"stride": 0}, inputs=[normal(2, 3, 4, 4)], kind=RuntimeError),
    Error("rejects no dilation", args=(3,), kwargs={"dilation": 0}, inputs=[normal(2, 3, 4, 4)], kind=RuntimeError),
    Error("rejects three sizes", args=((2, 2, 2),), inputs=[normal(2, 3, 4, 4)], kind=RuntimeError),
    Error("rejects a size that is no whole number", args=(2.0,), inputs=[normal(2, 3, 4, 4)], kind=TypeError),
    lean=True,
)


# Unpooling ------------------------------------------------------------------------------------------------------------


def _places(shape: Sequence[int], dims: int, room: int) -> Recipe:
    """Different places below `room` in each channel, as a pooling would name them."""

    def draw(g: torch.Generator) -> torch.Tensor:
        each = math.prod(shape[-dims:])
        rows = [torch.randperm(room, generator=g)[:each] for _ in range(math.prod(shape[:-dims]))]
        return torch.stack(rows).view(*shape) if rows else torch.zeros(*shape, dtype=torch.int64)

    return Recipe(draw, f"different places below {room} for each value")


def _unpool(reference: Any, dims: int, size: tuple[int, ...]) -> ModuleSpec:
    """The spec of MaxUnpool1d, 2d or 3d, for pooled images of the given size."""
    batch, double = (2, 3, *size), tuple(2 * n for n in size)
    tight = tuple(2 * (n - 1) + 3 - 2 for n in size)
    larger = tuple(2 * n + 1 for n in size)

    def fed(shape: tuple[int, ...], room: tuple[int, ...]) -> tuple[Recipe, Recipe]:
        return normal(*shape), _places(shape, dims, math.prod(room))

    none = (0, 3, *size)
    asked = {"output_size": list(larger)}
    whole = {"output_size": [2, 3, *larger]}
    # torch cannot differentiate the unpooling of values that lie in memory with gaps: no strided float64.
    plain = ("float32",)
    return ModuleSpec(
        reference,
        Case("puts each value to its place", args=(2,), inputs=[(normal(*batch).no_grad(), fed(batch, double)[1])]),
        Case("brings back the gradients of these places", args=(2,), dtypes=plain, inputs=[fed(batch, double)]),
        Case("takes a stride and a padding", args=(4, 2, 1), dtypes=plain, inputs=[fed(batch, double)]),
        Case(
            "takes numbers for each direction",
            args=((3,) * dims, (2,) * dims, (1,) * dims),
            dtypes=plain,
            inputs=[fed(batch, tight)],
        ),
        Case(
            "gives the size that is asked for", args=(2,), call_kwargs=asked, dtypes=plain, inputs=[fed(batch, larger)]
        ),
        Case(
            "takes a size with batch and channels",
            args=(2,),
            call_kwargs=whole,
            dtypes=plain,
            inputs=[fed(batch, larger)],
        ),
        Case("takes one image without a batch", args=(2,), dtypes=plain, inputs=[fed((3, *size), double)]),
        Case("takes an empty batch", args=(2,), dtypes=plain, inputs=[(empty(*none), _places(none, dims, 99))]),
        Case("keeps half precision", args=(2,), inputs=[fed(batch, double)], dtypes=("bfloat16",)),
        Error(
            "rejects places outside",
            args=(2,),
            inputs=[(normal(*batch), Recipe(lambda g: torch.full(batch, 10_000), "places outside"))],
            kind=RuntimeError,
        ),
        Error(
            "rejects places of another shape",
            args=(2,),
            inputs=[(normal(*batch), _places((2, 1, *size), dims, math.prod(double)))],
            kind=RuntimeError,
        ),
        Error(
            "rejects places of int32",
            args=(2,),
            inputs=[(normal(*batch), Recipe(lambda g: torch.zeros(batch, dtype=torch.int32), "places of int32"))],
            kind=RuntimeError,
        ),
        Error("rejects one dimension too few", args=(2,), inputs=[fed(size, double)], kind=RuntimeError),
    )


MAXUNPOOL1D = _unpool(torch.nn.MaxUnpool1d, 1, (5,))
MAXUNPOOL2D = _unpool(torch.nn.MaxUnpool2d, 2, (3, 4))
MAXUNPOOL3D = _unpool(torch.nn.MaxUnpool3d, 3, (2, 3, 2))
