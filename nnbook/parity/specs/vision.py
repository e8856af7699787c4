"""Rearranging and resizing images."""

from typing import Any

import torch

from nnbook.parity import Case, Error, ModuleSpec, Recorder, Scenario, empty, normal, values

_FINE = ("float64",)


def _printed(*options: dict[str, Any]) -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        """repr(layer)"""
        for kwargs in options:
            rec(f"repr with {kwargs}", repr(candidate(**kwargs)))

    return Scenario("prints like torch's", play, scope="library")


PIXEL_SHUFFLE = ModuleSpec(
    torch.nn.PixelShuffle,
    Case("makes pixels of channels", args=(2,), inputs=[normal(2, 12, 3, 4)]),
    Case("takes other factors", args=(3,), inputs=[normal(2, 9, 2, 3), normal(1, 18, 1, 1)], dtypes=_FINE),
    Case("changes nothing with 1", args=(1,), inputs=[normal(2, 3, 4, 5)], dtypes=_FINE),
    Case("takes any number of batch dimensions", args=(2,), inputs=[normal(8, 3, 2), normal(2, 3, 4, 2, 2)]),
    Case("takes an empty batch", args=(2,), inputs=[empty(0, 4, 2, 2)], dtypes=_FINE, grads=False),
    _printed({"upscale_factor": 3}),
    Error("rejects channels that do not divide", args=(2,), inputs=[normal(2, 6, 3, 4)], kind=RuntimeError),
    Error("rejects two dimensions", args=(2,), inputs=[normal(4, 3)], kind=RuntimeError),
    Error("rejects a factor of 0", args=(0,), inputs=[normal(2, 4, 3, 3)], kind=RuntimeError),
)

PIXEL_UNSHUFFLE = ModuleSpec(
    torch.nn.PixelUnshuffle,
    Case("makes channels of pixels", args=(2,), inputs=[normal(2, 3, 6, 4)]),
    Case("takes other factors", args=(3,), inputs=[normal(2, 1, 6, 9), normal(1, 2, 3, 3)], dtypes=_FINE),
    Case("changes nothing with 1", args=(1,), inputs=[normal(2, 3, 4, 5)], dtypes=_FINE),
    Case("takes any number of batch dimensions", args=(2,), inputs=[normal(2, 4, 2), normal(2, 3, 1, 2, 2)]),
    _printed({"downscale_factor": 3}),
    Error("rejects a height that does not divide", args=(2,), inputs=[normal(2, 1, 3, 4)], kind=RuntimeError),
    Error("rejects a width that does not divide", args=(2,), inputs=[normal(2, 1, 4, 3)], kind=RuntimeError),
    Error("rejects two dimensions", args=(2,), inputs=[normal(4, 4)], kind=RuntimeError),
    Error("rejects a negative factor", args=(-1,), inputs=[normal(2, 4, 3, 3)], kind=RuntimeError),
)

CHANNEL_SHUFFLE = ModuleSpec(
    torch.nn.ChannelShuffle,
    Case("deals the channels out", args=(2,), inputs=[normal(2, 6, 3, 4)]),
    Case("is another one with other groups", args=(3,), inputs=[normal(2, 6, 3, 4), normal(1, 9, 1, 1)]),
    Case("changes nothing with 1", args=(1,), inputs=[normal(2, 3, 4, 5)], dtypes=_FINE),
    Case("takes signals and volumes", args=(2,), inputs=[normal(2, 4, 3), normal(2, 4, 3, 2, 2)], dtypes=_FINE),
    Case("takes an empty batch", args=(2,), inputs=[empty(0, 4, 2, 2)], dtypes=_FINE, grads=False),
    _printed({"groups": 3}),
    Error("rejects channels that do not divide", args=(2,), inputs=[normal(2, 3, 3, 4)], kind=RuntimeError),
    Error("rejects two dimensions", args=(2,), inputs=[normal(4, 4)], kind=RuntimeError),
    Error("rejects no groups", args=(0,), inputs=[normal(2, 4, 3, 3)], kind=RuntimeError),
)


def _resized(name: str, *inputs: Any, **kwargs: Any) -> Case:
    return Case(name, kwargs=kwargs, inputs=list(inputs), dtypes=("float32", "float64") if len(inputs) > 1 else _FINE)


_SIGNAL, _IMAGE, _VOLUME = normal(2, 3, 7), normal(2, 3, 4, 5), normal(2, 2, 3, 4, 2)
_THREE = (_SIGNAL, _IMAGE, _VOLUME)

UPSAMPLE = ModuleSpec(
    torch.nn.Upsample,
    _resized("repeats the nearest pixel", *_THREE, scale_factor=2),
    _resized("takes factors that are no whole numbers", *_THREE, scale_factor=1.7),
    _resized("takes a size", *_THREE, size=6),
    _resized("shrinks as well", *_THREE, scale_factor=0.5),
    _resized("takes a factor for each axis", _IMAGE, scale_factor=(1.5, 3)),
    _resized("takes a size for each axis", _IMAGE, size=(3, 11)),
    _resized("looks at the middle with nearest-exact", *_THREE, scale_factor=1.4, mode="nearest-exact"),
    _resized("averages with area", _IMAGE, size=(3, 2), mode="area"),
    _resized("draws lines in a signal", _SIGNAL, scale_factor=2.5, mode="linear"),
    _resized("draws lines corner to corner", _SIGNAL, scale_factor=2.5, mode="linear", align_corners=True),
    _resized("draws lines in an image", _IMAGE, normal(1, 1, 1, 3), scale_factor=2, mode="bilinear"),
    _resized(
        "and corner to corner there", _IMAGE, normal(1, 1, 3, 1), size=(7, 1), mode="bilinear", align_corners=True
    ),
    _resized("draws lines in a volume", _VOLUME, scale_factor=(2, 1.5, 3), mode="trilinear"),
    _resized("and corner to corner there, too", _VOLUME, size=(5, 2, 7), mode="trilinear", align_corners=True),
    _resized("draws curves in an image", _IMAGE, normal(1, 1, 1, 2), scale_factor=2.2, mode="bicubic"),
    _resized("and those corner to corner", _IMAGE, size=(9, 3), mode="bicubic", align_corners=True),
    _resized("copies an axis that keeps its size", _IMAGE, scale_factor=(1.1, 2), mode="bilinear"),
    _resized("works the factor out again", _IMAGE, scale_factor=1.7, mode="bilinear", recompute_scale_factor=True),
    _resized("takes an empty batch", empty(0, 2, 3, 3), scale_factor=2, mode="bilinear"),
    Case("keeps half precision", kwargs={"scale_factor": 2, "mode": "bilinear"}, inputs=[_IMAGE], dtypes=("bfloat16",)),
    _printed(
        {"scale_factor": 2}, {"size": (3, 4), "mode": "bilinear"}, {"scale_factor": (2, 3), "align_corners": True}
    ),
    Error("rejects a size and a factor", kwargs={"size": 4, "scale_factor": 2}, inputs=[_IMAGE]),
    Error("rejects neither", inputs=[_IMAGE]),
    Error("rejects align_corners with nearest", kwargs={"size": 4, "align_corners": True}, inputs=[_IMAGE]),
    Error("rejects factors of another number", kwargs={"scale_factor": (2, 2)}, inputs=[_SIGNAL]),
    Error("rejects sizes of another number", kwargs={"size": (2, 2, 2)}, inputs=[_IMAGE]),
    Error("rejects a size that is no int", kwargs={"size": (2.0, 2.0)}, inputs=[_IMAGE], kind=TypeError),
    Error(
        "rejects lines for another input",
        kwargs={"size": 4, "mode": "linear"},
        inputs=[_IMAGE],
        kind=NotImplementedError,
    ),
    Error(
        "rejects a mode that is not there",
        kwargs={"size": 4, "mode": "best"},
        inputs=[_IMAGE],
        kind=NotImplementedError,
    ),
    Error("rejects two dimensions", kwargs={"size": 4}, inputs=[normal(3, 4)], kind=NotImplementedError),
    Error("rejects a size of 0", kwargs={"size": 0}, inputs=[_IMAGE], kind=RuntimeError),
    Error("rejects a new factor for a size", kwargs={"size": 4, "recompute_scale_factor": True}, inputs=[_IMAGE]),
)

UPSAMPLING_NEAREST = ModuleSpec(
    torch.nn.UpsamplingNearest2d,
    Case("repeats pixels", kwargs={"scale_factor": 2}, inputs=[_IMAGE]),
    Case("takes a size", args=((7, 3),), inputs=[_IMAGE], dtypes=_FINE),
    Case("takes a factor for each axis", kwargs={"scale_factor": (2.5, 0.5)}, inputs=[_IMAGE], dtypes=_FINE),
    _printed({"scale_factor": 2}, {"size": 5}),
    Error("rejects neither", inputs=[_IMAGE]),
)

UPSAMPLING_BILINEAR = ModuleSpec(
    torch.nn.UpsamplingBilinear2d,
    Case("draws lines corner to corner", kwargs={"scale_factor": 2}, inputs=[_IMAGE, values([[[1, 2], [3, 4]]])]),
    Case("takes a size", args=((7, 3),), inputs=[_IMAGE, normal(1, 1, 1, 1)], dtypes=_FINE),
    Case("takes a factor for each axis", kwargs={"scale_factor": (2.5, 0.5)}, inputs=[_IMAGE], dtypes=_FINE),
    _printed({"scale_factor": 2}, {"size": 5}),
    Error("rejects volumes", kwargs={"scale_factor": 2}, inputs=[_VOLUME], kind=NotImplementedError),
)
