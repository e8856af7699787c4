"""Resizing and sampling images: what torch's samples and the specs do not reach."""

import random
import warnings

import pytest
import torch
import torch.nn.functional as F
from torch.autograd import gradcheck, gradgradcheck

from nnbook.nn import functional as scratch

RESIZE = [
    {"mode": "nearest", "scale_factor": 1.7},
    {"mode": "nearest-exact", "size": (2, 5)},
    {"mode": "area", "size": (2, 3)},
    {"mode": "bilinear", "size": (5, 2)},
    {"mode": "bilinear", "size": (5, 2), "align_corners": True},
    {"mode": "bilinear", "size": (2, 5), "antialias": True},
    {"mode": "bicubic", "scale_factor": (0.7, 1.4)},
    {"mode": "bicubic", "scale_factor": (0.7, 1.4), "antialias": True},
    {"mode": "lanczos", "size": (2, 5), "antialias": True},
]


@pytest.mark.parametrize("options", RESIZE, ids=lambda o: "-".join(map(str, o.values())))
def test_interpolate_and_its_derivatives(options):
    x = torch.randn(1, 1, 3, 4, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(scratch.interpolate(x, **options), F.interpolate(x, **options))
    assert gradcheck(lambda x: scratch.interpolate(x, **options), x)
    assert gradgradcheck(lambda x: scratch.interpolate(x, **options), x)


def test_interpolate_like_torch_at_many_sizes():
    draw = random.Random(0)
    for _ in range(150):
        n = draw.choice([1, 2, 3])
        mode = draw.choice(
            ["nearest", "nearest-exact", ["linear", "bilinear", "trilinear"][n - 1], *["bicubic"] * (n == 2)]
        )
        x = torch.randn(1, 2, *(draw.randint(3, 9) for _ in range(n)))
        options = {"mode": mode, "scale_factor": [draw.choice([0.37, 0.5, 1, 1.1, 1.3, 2, 2.5, 3]) for _ in range(n)]}
        if not mode.startswith("nearest"):
            options["align_corners"] = draw.choice([True, False])
        torch.testing.assert_close(
            scratch.interpolate(x, **options),
            F.interpolate(x, **options),
            msg=lambda m, o=options, s=x.shape: f"{s} {o} {m}",
        )


@pytest.mark.parametrize("mode", ["bilinear", "bicubic", "nearest"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_interpolate_keeps_half_precision(mode, dtype):
    x = torch.randn(2, 3, 5, 6, dtype=dtype)
    y = scratch.interpolate(x, scale_factor=1.6, mode=mode)
    assert y.dtype == dtype
    exact = F.interpolate(x.double(), scale_factor=1.6, mode=mode)
    # rounded once, at the end
    torch.testing.assert_close(y.double(), exact, rtol=torch.finfo(dtype).eps, atol=1e-4)


def test_interpolate_of_bytes():
    x = torch.randint(0, 256, (2, 3, 5, 6), dtype=torch.uint8)
    for mode in ("nearest", "nearest-exact"):
        assert torch.equal(scratch.interpolate(x, size=(9, 4), mode=mode), F.interpolate(x, size=(9, 4), mode=mode))
    for mode in ("bilinear", "bicubic"):
        # torch reckons in whole numbers, with an error of a few; ours are the exact values, rounded
        exact = F.interpolate(x.double(), size=(9, 4), mode=mode).round().clamp(0, 255)
        y = scratch.interpolate(x, size=(9, 4), mode=mode)
        assert y.dtype == torch.uint8
        assert (y.double() - exact).abs().max() <= 1


def test_an_infinite_pixel_spoils_its_neighbours_only():
    x = torch.zeros(1, 1, 6, 6)
    x[0, 0, 1, 1] = torch.inf
    spoilt = scratch.interpolate(x, scale_factor=2, mode="bilinear") != 0
    assert spoilt[..., 1:5, 1:5].all() and spoilt.sum() == 16


def test_older_names_warn():
    x = torch.randn(1, 2, 3, 4)
    with pytest.warns(UserWarning, match="deprecated"):
        torch.testing.assert_close(scratch.upsample(x, size=5), F.interpolate(x, size=5))
    with pytest.warns(UserWarning, match="deprecated"):
        scratch.upsample_nearest(x, scale_factor=2)
    with pytest.warns(UserWarning, match="deprecated"):
        scratch.upsample_bilinear(x, scale_factor=2)


# Sampling -------------------------------------------------------------------------------------------------------------

SAMPLE = [
    (mode, padding, corners)
    for mode in ("bilinear", "nearest", "bicubic")
    for padding in ("zeros", "border", "reflection")
    for corners in (False, True)
]


@pytest.mark.parametrize(("mode", "padding", "corners"), SAMPLE)
def test_grid_sample_and_its_derivatives(mode, padding, corners):
    torch.manual_seed(0)
    x = torch.randn(1, 1, 3, 4, dtype=torch.float64, requires_grad=True)
    grid = (torch.randn(1, 1, 2, 2, dtype=torch.float64) * 0.9).requires_grad_()
    assert gradcheck(lambda *a: scratch.grid_sample(*a, mode, padding, corners), (x, grid), atol=1e-4)
    assert gradgradcheck(lambda *a: scratch.grid_sample(*a, mode, padding, corners), (x, grid), atol=1e-4)


@pytest.mark.parametrize(("mode", "padding", "corners"), SAMPLE)
def test_grid_sample_like_torch_near_and_far(mode, padding, corners):
    torch.manual_seed(1)
    for n in (2, 3) if mode != "bicubic" else (2,):
        far = 50 if padding == "reflection" else 1e9  # mirrored more often, the rounding of the grid decides
        x, size = torch.randn(2, 3, *(4, 5, 3)[:n]), (6, 4, 3)[:n]
        # all over the place, on pixels and between them, and far away
        for grid in (torch.randn(2, *size, n), torch.randint(-4, 5, (2, *size, n)) / 2, torch.randn(2, *size, n) * far):
            results = []
            for f in (scratch, F):
                a, b = x.clone().requires_grad_(), grid.clone().requires_grad_()
                y = f.grid_sample(a, b, mode, padding, corners)
                results.append((y, *torch.autograd.grad(y.sin().sum(), (a, b))))
            torch.testing.assert_close(*results, rtol=1e-3, atol=1e-3)


def test_grid_sample_keeps_half_precision():
    x, grid = torch.randn(2, 3, 5, 6).bfloat16(), torch.randn(2, 3, 4, 2).bfloat16()
    y = scratch.grid_sample(x, grid, align_corners=False)
    assert y.dtype == torch.bfloat16
    exact = F.grid_sample(x.float(), grid.float(), align_corners=False)
    torch.testing.assert_close(y.float(), exact, rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize(
    ("x", "grid", "options"),
    [
        ((2, 3, 4, 5), (2, 3, 3, 2), {"mode": "best"}),
        ((2, 3, 4, 5), (2, 3, 3, 2), {"padding_mode": "mirror"}),
        ((2, 3, 4, 5), (2, 3, 3, 3), {}),
        ((2, 3, 4, 5), (1, 3, 3, 2), {}),
        ((2, 3, 4), (2, 3, 2), {}),
        ((2, 3, 0, 5), (2, 3, 3, 2), {}),
        ((2, 3, 4, 5, 6), (2, 3, 3, 3, 3), {"mode": "bicubic"}),
    ],
)
def test_grid_sample_refuses_what_torch_refuses(x, grid, options):
    kinds = []
    for f in (F, scratch):
        with pytest.raises((ValueError, RuntimeError)) as error:
            f.grid_sample(torch.zeros(x), torch.zeros(grid), align_corners=False, **options)
        kinds.append(error.type)
    assert kinds[0] is kinds[1]


@pytest.mark.parametrize("size", [(2, 3, 4, 5), (2, 1, 1, 5), (2, 3, 4, 5, 6), [3, 1, 2, 2, 1]])
@pytest.mark.parametrize("corners", [False, True, None])
def test_affine_grid(size, corners):
    n = len(size) - 2
    theta = torch.randn(size[0], n, n + 1, dtype=torch.float64, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.testing.assert_close(scratch.affine_grid(theta, size, corners), F.affine_grid(theta, size, corners))
        assert gradcheck(lambda t: scratch.affine_grid(t, size, corners), theta)


@pytest.mark.parametrize(
    ("theta", "size"),
    [((2, 2, 3), (2, 3, 4)), ((2, 3, 3), (2, 3, 4, 5)), ((2, 2, 3), (2, 3, 4, 0)), ((2, 3, 4), (2, 3, 4, 5))],
)
def test_affine_grid_refuses_what_torch_refuses(theta, size):
    kinds = []
    for f in (F, scratch):
        with pytest.raises((ValueError, NotImplementedError)) as error:
            f.affine_grid(torch.zeros(theta), size, False)
        kinds.append(error.type)
    assert kinds[0] is kinds[1]


# Shuffling ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["channel_shuffle", "native_channel_shuffle", "pixel_shuffle"])
def test_shuffles_of_any_layout_and_number(name):
    for x in (
        torch.arange(2 * 8 * 3 * 5).view(2, 8, 3, 5),
        torch.randn(2, 8, 3, 5).half(),
        torch.randn(2, 8, 3, 5).to(memory_format=torch.channels_last),
        torch.randn(2, 8, 5, 3).transpose(2, 3),
    ):
        assert torch.equal(getattr(scratch, name)(x, 2), getattr(F, name)(x, 2))


def test_unshuffling_undoes_shuffling():
    x = torch.randn(2, 3, 18, 4, 5)
    assert torch.equal(scratch.pixel_unshuffle(scratch.pixel_shuffle(x, 3), 3), x)
