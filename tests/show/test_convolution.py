"""The pictures of the layers lesson say what is true, and its explorer follows its controls."""

import io
import itertools
import time

import pytest
import torch
from torch.nn import functional as F

from nnbook import show
from nnbook.show import convolution

KERNEL = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
EDGE = torch.tensor([[-1.0, 0.0, 1.0]] * 3)
BAR = torch.zeros(8, 8)
BAR[:, 5:] = 1.0  # dark from column 5 on


def by_torch(kernel, **options):
    """The matrix of torch's convolution over 8 × 8, out of the identity."""
    pixels = torch.eye(64).view(64, 1, 8, 8)
    return F.conv2d(pixels, kernel, **options).flatten(1).T


PICTURES = {
    "matrices": lambda: show.matrices({"a": torch.eye(3) + 1, "b": by_torch(KERNEL)}, kernel=KERNEL),
    "filtered": lambda: show.filtered(BAR, {"left edges": EDGE, "right edges": -EDGE}),
    "windows": lambda: show.windows(3, stride=2, padding=1),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_have_a_png_and_words_and_disturb_nothing(name):
    before = torch.get_rng_state()
    picture = PICTURES[name]()
    assert torch.equal(before, torch.get_rng_state())
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(picture.png))
    assert image.mode == "RGBA" and image.getpixel((0, 0))[3] == 0, "transparent"
    assert 100 < len(picture.alt) < 600 and picture.alt.endswith(".")


SETTINGS = list(itertools.product((1, 2, 3, 4), (1, 2, 3), (0, 1, 2), (1, 2)))


@pytest.mark.parametrize("kernel_size, stride, padding, dilation", SETTINGS)
def test_windows_are_those_of_torch(kernel_size, stride, padding, dilation):
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    counting = torch.arange(1.0, kernel_size**2 + 1).view(1, 1, kernel_size, kernel_size)
    expected = by_torch(counting, **options)
    assert convolution.as_matrix(kernel_size, **options).tolist() == expected.tolist()
    # each window that meets a pixel has one entry in the pixel's column
    inside = slice(padding, padding + 8)
    met = convolution.met(kernel_size, **options)[inside, inside]
    assert met.ravel().tolist() == (expected != 0).sum(dim=0).tolist()


def test_windows_say_their_numbers():
    alt = show.windows(3, stride=2).alt
    matrix = by_torch(torch.ones(1, 1, 3, 3), stride=2)
    met = matrix.sum(dim=0)
    assert tuple(matrix.shape) == (9, 64) and "the output is 3 × 3" in alt
    assert f"{(met == 0).sum()} of 64 pixels are never met (crosses)" in alt
    assert f"from 0 to {met.max():.0f}" in alt
    assert f"9 × 64, with {matrix.count_nonzero()} entries other than zero" in alt
    whole = show.windows(3, padding=1).alt
    assert "none of 64 pixels are never met." in whole and "crosses" not in whole and "output is 8 × 8" in whole
    assert "triangles" not in show.windows(8).alt, "there is one window only"


@pytest.mark.parametrize(
    "options, said",
    [
        ({"kernel_size": 9}, "covers 9 places does not fit into 8"),
        ({"kernel_size": 4, "dilation": 4, "padding": 2}, "covers 13 places does not fit into 12"),
        ({"stride": 0}, "stride must be at least 1, got 0"),
        ({"padding": -1}, "padding must be at least 0, got -1"),
    ],
)
def test_windows_that_cannot_be_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        show.windows(**options)


def test_matrices_count_their_entries():
    alt = PICTURES["matrices"]().alt
    assert "a has 9 entries other than zero, 2 of them different" in alt
    assert "b has 196 entries other than zero, 4 of them different: the same 4 in each row" in alt  # 49 places of 4
    assert "the kernel, 2 × 2" in alt
    padded = show.matrices({"p": by_torch(KERNEL, padding=1)}).alt
    assert "the same" not in padded and "1 to 4 in a row" in padded and "kernel" not in padded


def test_filtered_finds_the_edge():
    alt = PICTURES["filtered"]().alt
    # ink begins between columns 4 and 5: windows that begin at 3 and at 4 meet it on their right only
    assert "left edges, from 0.0 to 3.0, largest at (0, 3)" in alt
    assert "right edges, from -3.0 to 0.0, largest at (0, 0)" in alt


def test_the_explorer_redraws_one_image():
    pytest.importorskip("ipywidgets")
    explorer = show.explore_windows()
    assert explorer.picture.png == show.windows(3, stride=2).png
    explorer.widget()
    image, times = explorer.image, []
    for name, value in (("dilation", 2), ("padding", 2), ("stride", 1), ("kernel_size", 4)):
        before, alt = image.value, explorer.picture.alt
        start = time.process_time()
        explorer.knobs[name].value = value
        times.append(time.process_time() - start)
        assert explorer.image is image and image.value != before and explorer.picture.alt != alt
    assert explorer.picture.png == show.windows(4, stride=1, padding=2, dilation=2).png
    # 150 ms are promised on an idle machine; a slower one gets three times that
    assert min(times) < 0.45


def test_no_setting_of_the_explorer_is_refused():
    controls = show.explore_windows().controls.values()
    ends = [(int(c.low), int(c.high)) for c in controls]
    assert sorted(set(itertools.product(*(range(a, b + 1) for a, b in ends)))) == sorted(SETTINGS)
