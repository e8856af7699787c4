"""Flatten and Unflatten."""

from typing import Any

import torch

from nnbook.parity import Case, Error, ModuleSpec, Recorder, Scenario, empty, normal

_FINE = ("float64",)


def _printed(*builds: tuple) -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        """repr(layer)"""
        for build in builds:
            rec(f"repr of {candidate.__name__}{build}", repr(candidate(*build)))

    return Scenario("prints like torch's", play, scope="library")


def _other_numbers(candidate: Any, rec: Recorder) -> None:
    """whole numbers, truth values and half precision, shape (2, 3, 4)"""
    for dtype in (torch.int64, torch.uint8, torch.bool, torch.float16, torch.complex64):
        x = torch.arange(24).view(2, 3, 4).to(dtype)
        y = candidate()(x)
        rec(f"dtype of the output for {dtype}", str(y.dtype))
        rec(f"output for {dtype}", torch.view_as_real(y) if y.is_complex() else y)


def _in_order(candidate: Any, rec: Recorder) -> None:
    """the numbers 0, 1, ..., 23 in shape (2, 3, 4), as they are and transposed"""
    x = torch.arange(24.0).view(2, 3, 4)
    rec("output", candidate()(x))
    rec("output of the transposed input", candidate()(x.transpose(1, 2)))
    rec("output of a slice", candidate()(x[:, ::2, 1:]))


def _no_copy(candidate: Any, rec: Recorder) -> None:
    """a contiguous input of shape (2, 3, 4), changed in place after the call"""
    x = rec.tensor(normal(2, 3, 4).no_grad())
    y = candidate()(x)
    x.zero_()
    rec("the output after the input was set to zero", y)


def _apart(candidate: Any, rec: Recorder) -> None:
    """two layers with other options each, both built before the first is called"""
    layers = [candidate(0, 1), candidate()]
    x = rec.tensor(normal(2, 3, 4).no_grad())
    for n, layer in enumerate(layers, 1):
        rec(f"output of layer {n}", layer(x))
    rec("parameters", [len(list(layer.parameters())) for layer in layers])
    rec("start_dim and end_dim", [[layer.start_dim, layer.end_dim] for layer in layers])


FLATTEN = ModuleSpec(
    torch.nn.Flatten,
    Case("joins all dimensions but the batch", inputs=[normal(4, 3, 5, 6)]),
    Case("keeps the batch apart whatever its size", inputs=[normal(1, 3, 2), normal(7, 3, 2), normal(3, 2, 2, 2, 2)]),
    Case("leaves a matrix as it is", inputs=[normal(4, 3)], dtypes=_FINE),
    Case("takes an empty batch", inputs=[empty(0, 3, 4)], dtypes=_FINE, why="0 · 12 elements say nothing about 12."),
    Case("takes a dimension of size 0", inputs=[empty(3, 0, 4), empty(3, 2, 0)], dtypes=_FINE),
    Case("can start at the batch", kwargs={"start_dim": 0}, inputs=[normal(2, 3, 4)], dtypes=_FINE),
    Case("can start later", kwargs={"start_dim": 2}, inputs=[normal(2, 3, 4, 5)], dtypes=_FINE),
    Case("can end earlier", kwargs={"end_dim": 2}, inputs=[normal(2, 3, 4, 5)], dtypes=_FINE),
    Case("joins two in the middle", args=(1, 2), inputs=[normal(2, 3, 4, 5)], dtypes=_FINE),
    Case("counts a negative start from the end", args=(-2,), inputs=[normal(2, 3, 4, 5)], dtypes=_FINE),
    Case("counts a negative end from the end", args=(0, -2), inputs=[normal(2, 3, 4, 5)], dtypes=_FINE),
    Case("counts both from the end", args=(-3, -2), inputs=[normal(2, 3, 4, 5), normal(3, 2, 2)], dtypes=_FINE),
    Case("changes nothing if start is end", args=(1, 1), inputs=[normal(2, 3, 4)], dtypes=_FINE),
    Case("makes a vector of a scalar", args=(0,), inputs=[normal()], dtypes=_FINE),
    Case("takes a vector", args=(0,), inputs=[normal(5)], dtypes=_FINE),
    Scenario("keeps the order of the elements", _in_order),
    Scenario("takes every kind of number", _other_numbers),
    Scenario("keeps each layer's options to itself", _apart),
    Scenario("copies nothing where a view will do", _no_copy, scope="library"),
    _printed((), (0, -2)),
    Error("rejects a start that is not there", args=(3,), inputs=[normal(2, 3, 4)], kind=IndexError),
    Error("rejects an end that is not there", args=(0, 3), inputs=[normal(2, 3, 4)], kind=IndexError),
    Error("rejects a start too far from the end", args=(-4,), inputs=[normal(2, 3, 4)], kind=IndexError),
    Error("rejects a vector by default", inputs=[normal(4)], kind=IndexError),
    Error("rejects a scalar by default", inputs=[normal()], kind=IndexError),
    Error("rejects a start after the end", args=(2, 1), inputs=[normal(2, 3, 4)], kind=RuntimeError),
)

UNFLATTEN = ModuleSpec(
    torch.nn.Unflatten,
    Case("takes a dimension apart", args=(1, (2, 5)), inputs=[normal(3, 10), normal(3, 10, 4)]),
    Case("takes the first one apart", args=(0, (2, 3)), inputs=[normal(6, 4)], dtypes=_FINE),
    Case("counts from the end", args=(-1, (2, 2, 2)), inputs=[normal(3, 8), normal(2, 3, 8)], dtypes=_FINE),
    Case("works out one size", args=(1, (-1, 5)), inputs=[normal(3, 10), normal(3, 20)], dtypes=_FINE),
    Case("takes a list or a torch.Size", args=(1, torch.Size([2, -1])), inputs=[normal(3, 10)], dtypes=_FINE),
    Case("can add a dimension of 1", args=(1, [10, 1]), inputs=[normal(3, 10)], dtypes=_FINE),
    Case("takes an empty batch", args=(1, (2, -1)), inputs=[empty(0, 4)], dtypes=_FINE),
    _printed((1, (2, 5)), (0, [3, -1])),
    Error("rejects one number", args=(1, 5), kind=TypeError),
    Error("rejects sizes that are no ints", args=(1, (2, 2.5)), kind=TypeError),
    Error("rejects sizes that do not multiply up", args=(1, (3, 5)), inputs=[normal(3, 10)], kind=RuntimeError),
    Error("rejects a size that does not divide", args=(1, (-1, 3)), inputs=[normal(3, 10)], kind=RuntimeError),
    Error("rejects two sizes to work out", args=(1, (-1, -1)), inputs=[normal(3, 10)], kind=RuntimeError),
    Error("rejects no sizes", args=(1, ()), inputs=[normal(3, 10)], kind=RuntimeError),
    Error("rejects wrong sizes for an empty batch", args=(1, (3, 5)), inputs=[empty(0, 10)], kind=RuntimeError),
    Error("rejects a dimension that is not there", args=(2, (2, 5)), inputs=[normal(3, 10)], kind=IndexError),
)
