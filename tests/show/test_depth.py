"""The picture of gradients by depth, and its explorer."""

import torch

from nnbook import show
from nnbook.show.depth import gradients


def test_the_gradient_fades_in_the_plain_network_alone():
    for bend in ("ReLU", "Tanh", "Sigmoid"):
        plain, residual = gradients(12, False, bend), gradients(12, True, bend)
        assert len(plain) == len(residual) == 12
        assert plain[0] < 0.01 * plain[-1] and residual[0] > 0.02 * residual[-1]


def test_the_picture_says_what_is_left():
    picture = show.gradient_by_depth(20)
    assert picture.png.startswith(b"\x89PNG") and "1e-08" in picture.alt and "0.28" in picture.alt


def test_drawing_leaves_the_readers_random_numbers_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    with torch.no_grad():
        show.gradient_by_depth(3)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_explorer_follows_its_controls():
    explorer = show.explore_depth()
    box = explorer.widget()
    first = explorer.image.value
    explorer.knobs["depth"].value = 3
    assert explorer.image.value != first and "3 blocks" in explorer.picture.alt and box.children
    explorer.knobs["bend"].value = "Sigmoid"
    assert "Sigmoid" in explorer.picture.alt
