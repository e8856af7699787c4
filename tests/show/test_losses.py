"""The pictures of the losses lesson say what is true, and its explorer follows its controls."""

import io
import math
import re
import sys
import time

import pytest
import torch

from nnbook import show
from nnbook.show import losses


def softmax(z):
    e = [math.exp(v - max(z)) for v in z]
    return [v / sum(e) for v in e]


def cost(loss, z):
    """The same three losses once more, in plain Python."""
    p = softmax(z)
    if loss == "cross-entropy":
        return -math.log(p[5])
    if loss == "softmax twice":
        return -math.log(softmax(p)[5])
    return sum((v - (k == 5)) ** 2 for k, v in enumerate(p))


def slope(loss, z, k, step=1e-5):
    up, down = list(z), list(z)
    up[k] += step
    down[k] -= step
    return (cost(loss, up) - cost(loss, down)) / (2 * step)


def row(wrong, right):
    z = [0.0] * 10
    z[3], z[5] = wrong, right
    return z


@pytest.mark.parametrize("loss", losses.LOSSES)
@pytest.mark.parametrize("wrong, right", [(0, 0), (6, 0), (0, 4), (8, 8), (2.5, 1)])
def test_costs_and_gradients_are_those_of_plain_arithmetic(loss, wrong, right):
    with torch.no_grad():
        value, gradient, p = losses.cost_and_gradient(loss, wrong, right)
    z = row(wrong, right)
    assert value == pytest.approx(cost(loss, z), rel=1e-9)
    assert p == pytest.approx(softmax(z), rel=1e-9)
    assert gradient == pytest.approx([slope(loss, z, k) for k in range(10)], abs=1e-8)
    assert abs(gradient[5]) > 1e-4, "something is left to compare"


def test_the_picture_names_the_three_places():
    alt = show.sure_mistake().alt
    for loss in losses.LOSSES:
        said = re.search(rf"{loss} costs (\S+), (\S+), (\S+) and pushes by (\S+), (\S+), ([^;]+?)[;.](?: |$)", alt)
        assert said is not None
        places = [row(10, 0), row(0, 0), row(0, 10)]
        expected = [cost(loss, z) for z in places] + [-slope(loss, z, 5) for z in places]
        for text, number in zip(said.groups(), expected, strict=True):
            if number >= 0.005:
                assert float(text) == pytest.approx(number, abs=0.0051)
            else:
                assert number / 2 < float(text) < number * 2
    # what the lesson tells about it
    assert "costs 2.46, 2.30, 1.46" in alt and "10.00, 2.30, 4e-04" in alt


def test_only_cross_entropy_pushes_a_sure_mistake():
    pushes = {loss: [push for _, _, push in losses.along(loss)] for loss in losses.LOSSES}
    assert pushes["cross-entropy"][0] > 0.999
    assert pushes["cross-entropy"] == sorted(pushes["cross-entropy"], reverse=True)
    for loss in ("squared error", "softmax twice"):
        assert 0 < pushes[loss][0] < 3e-4 and max(pushes[loss]) > 0.2
    middle = len(pushes["softmax twice"]) // 2
    assert pushes["softmax twice"][middle] == pytest.approx(pushes["cross-entropy"][middle] / 10)


PICTURES = {"sure_mistake": show.sure_mistake, "push": lambda: losses.push(8, 1)}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_have_a_png_and_words(name):
    had_pyplot = "matplotlib.pyplot" in sys.modules
    state = torch.get_rng_state()
    picture = PICTURES[name]()
    assert torch.equal(state, torch.get_rng_state())
    data, metadata = picture._repr_mimebundle_()
    assert len(picture.alt) > 100 and metadata["image/png"]["alt"] == data["text/plain"] == picture.alt
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(picture.png)).convert("RGBA")
    assert image.getpixel((0, 0))[3] == 0, "transparent"
    assert image.getchannel("A").getextrema()[1] == 255, "something is drawn"
    assert had_pyplot or "matplotlib.pyplot" not in sys.modules


def test_the_pushes_are_told_with_their_numbers():
    alt = losses.push(3, 0).alt
    for loss in losses.LOSSES:
        z = row(3, 0)
        assert f"{loss} costs {cost(loss, z):.2f} and pushes the 5 by {-slope(loss, z, 5):+.3f}" in alt
        assert f"the 3 by {-slope(loss, z, 3):+.3f}" in alt
    assert f"probability is {softmax(row(3, 0))[3]:.2f} for the 3" in alt


def test_where_squared_error_pushes_hardest():
    pushes = {w / 2: losses.cost_and_gradient("squared error", w / 2, 0)[1][3] for w in range(25)}
    assert max(pushes, key=pushes.__getitem__) == 3 and round(pushes[3.0], 2) == 0.33 and pushes[8.0] < 0.01
    for loss in losses.LOSSES:
        assert losses.cost_and_gradient(loss, 8, 8)[1][3] > 0.1, "nobody is sure, and all three push"


def test_an_unknown_loss_is_named():
    with pytest.raises(ValueError, match="no loss 'hope'; there are cross-entropy"):
        losses.cost_and_gradient("hope", 1, 0)


def test_the_explorer_redraws_one_image():
    pytest.importorskip("ipywidgets")
    explorer = show.explore_push()
    assert explorer.picture.png == losses.push(8, 0).png
    explorer.widget()
    image, times = explorer.image, []
    for knob, value in (("wrong", 3.0), ("right", 8.0), ("wrong", 12.0)):
        before = image.value
        start = time.process_time()
        explorer.knobs[knob].value = value
        times.append(time.process_time() - start)
        assert explorer.image is image and image.value == explorer.picture.png != before
        assert f"{value:.1f} at the {'3' if knob == 'wrong' else '5'}" in explorer.picture.alt
    # 150 ms are promised on an idle machine; a slower one gets three times that
    assert min(times) < 0.45
