"""The pictures of the recurrent lesson say what is true, and its explorer follows its controls."""

import io
import re
import sys
import time

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook import show
from nnbook.data import digits
from nnbook.show import recurrent

WAITING = nn.functional.pad(digits().test.inputs[3, 0], (0, 0, 0, 24))


def fixed(i, f, o):
    """An LSTM of five units whose gates stand at σ(i), σ(f) and σ(o) whatever it reads."""
    lstm = nn.LSTM(8, 5)
    with torch.no_grad():
        for p in lstm.parameters():
            p.zero_()
        for block, value in zip(lstm.bias_hh_l0.chunk(4), (i, f, 0.5, o), strict=True):
            block.fill_(value)
    return lstm


SHUT, OPEN = fixed(0, -9, 0), fixed(0, 9, 0)
PICTURES = {
    "gates": lambda: show.gates({"shut": SHUT, "open": OPEN}, WAITING),
    "gradient_by_step": show.gradient_by_step,
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_have_a_png_and_words_and_leave_random_numbers_alone(name):
    before, state = set(sys.modules), torch.get_rng_state()
    recurrent.arriving.cache_clear()
    with torch.no_grad():
        picture = PICTURES[name]()
    assert torch.equal(torch.get_rng_state(), state)
    data, metadata = picture._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"] and 80 < len(picture.alt) < 600
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(picture.png))
    assert image.mode == "RGBA" and image.getpixel((0, 0))[3] == 0, "transparent"
    assert "matplotlib.pyplot" in before or "matplotlib.pyplot" not in sys.modules


def test_the_gates_are_those_of_the_layer():
    torch.manual_seed(1)
    lstm, x = nn.LSTM(8, 5), torch.randn(6, 8)
    cell = nn.LSTMCell(8, 5)
    cell.load_state_dict({name.removesuffix("_l0"): p for name, p in lstm.state_dict().items()})
    seen = recurrent.opened(lstm, x)
    h, c = torch.zeros(5), torch.zeros(5, requires_grad=True)
    for t in range(6):
        h, after = cell(x[t], (h.detach(), c))
        # for a given h the new c is f ⊙ c + i ⊙ g, so its slope in c is f; and h is o ⊙ tanh c
        (f,) = torch.autograd.grad(after.sum(), c, retain_graph=True)
        assert torch.allclose(seen["forget"][t], f, atol=1e-5)
        assert torch.allclose(seen["output"][t] * after.tanh(), h, atol=1e-5)
        c = after.detach().requires_grad_()
    assert seen["input"].shape == (6, 5) and seen["forget"].std() > 0.01


def test_the_gates_of_our_own_lstm_are_shown_alike():
    lstm, twin = nn.LSTM(8, 5), scratch.LSTM(8, 5)
    twin.load_state_dict(lstm.state_dict())
    for gate, values in recurrent.opened(lstm, WAITING).items():
        assert torch.allclose(recurrent.opened(twin, WAITING)[gate], values, atol=1e-6)


def test_what_is_left_is_the_product_of_the_forget_gates():
    seen = recurrent.opened(fixed(-2, 1, 0.5), WAITING)
    for gate, bias in (("input", -2.0), ("forget", 1.0), ("output", 0.5)):
        assert torch.allclose(seen[gate], torch.tensor(bias).sigmoid().expand(32, 5))
    assert recurrent.left_of_first(seen["forget"]) == pytest.approx(torch.tensor(1.0).sigmoid().item() ** 31, rel=1e-4)


def test_gates_tells_how_far_they_stand_open_and_what_is_left():
    # σ(0)³¹ is 5e-10, σ(2)³¹ 0.02, σ(9)³¹ 1.00
    alt = show.gates({"half": fixed(0, 0, 0), "two": fixed(0, 2, 0), "nine": fixed(0, 9, 0)}, WAITING).alt
    assert "half: the forget gates stand at 0.5 on average, less than a millionth is left" in alt
    assert "two: the forget gates stand at 0.9 on average, more than a thousandth is left" in alt
    assert "nine: the forget gates stand at 1.0 on average, more than a tenth is left" in alt
    assert "32 rows" in alt


def share_at_row_1(layer, cell, bias):
    """The gradient at row 1 relative to row 32, by a loop over torch's cell."""
    torch.manual_seed(0)
    state = getattr(nn, layer)(8, 32).state_dict()
    cell = cell(8, 32).double()
    cell.load_state_dict({name.removesuffix("_l0"): p for name, p in state.items()})
    with torch.no_grad():
        cell.bias_ih[32:64] += bias
    rows = [WAITING.new_zeros(5, 8).double().requires_grad_() for _ in range(32)]
    with torch.no_grad():
        for t in range(8):
            rows[t].copy_(digits().test.inputs[:5, 0, t])
    state = None
    for row in rows:
        state = cell(row, state)
    h = state[0] if layer == "LSTM" else state
    first, last = torch.autograd.grad(h.sum(), (rows[0], rows[-1]))
    return (first.norm() / last.norm()).item()


def said(alt):
    return [float(n) for n in re.search(r"Row 1 gets (\S+) in .*?, (\S+) in .*? and (\S+) in one", alt).groups()]


@pytest.mark.parametrize("layer, gate", [("LSTM", "forget"), ("GRU", "update")])
def test_the_picture_tells_what_reaches_row_1(layer, gate):
    alt = show.gradient_by_step(layer, 32, 3.0).alt
    expected = (
        share_at_row_1("RNN", nn.RNNCell, 0),
        *(share_at_row_1(layer, getattr(nn, f"{layer}Cell"), b) for b in (0, 3)),
    )
    assert f"+3 on the bias of its {gate} gate" in alt
    for told, share in zip(said(alt), expected, strict=True):
        assert told == pytest.approx(share, rel=0.5 if share < 0.01 else 0.05)
    assert expected[0] < 1e-6 and expected[1] < 1e-6 and expected[2] > 0.1


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="no layer 'RNN'"):
        show.gradient_by_step("RNN")
    with pytest.raises(ValueError, match="steps=7"):
        show.gradient_by_step(steps=7)
    with pytest.raises(ValueError, match="weight_ih_l0_reverse"):
        show.gates({"two ways": nn.LSTM(8, 5, bidirectional=True)}, WAITING)
    with pytest.raises(ValueError, match="this is a GRU"):
        show.gates({"other": nn.GRU(8, 5)}, WAITING)
    with pytest.raises(ValueError, match=r"\(1, 32, 8\)"):
        show.gates({"batch": nn.LSTM(8, 5)}, WAITING[None])


def test_the_explorer_redraws_one_image():
    pytest.importorskip("ipywidgets")
    explorer = show.explore_memory()
    assert explorer.picture.png == show.gradient_by_step("LSTM", 32, 1.0).png
    explorer.widget()
    image, times = explorer.image, []
    for layer, steps, bias in (("GRU", 8, 6.0), ("LSTM", 40, -1.0), ("GRU", 40, 0.0)):
        before = image.value
        explorer.knobs["layer"].value = layer
        explorer.knobs["steps"].value = steps
        start = time.process_time()
        explorer.knobs["bias"].value = bias
        times.append(time.process_time() - start)
        assert explorer.picture.alt == show.gradient_by_step(layer, steps, bias).alt
        assert f"over {steps} rows" in explorer.picture.alt and f" {layer} as torch starts it" in explorer.picture.alt
        assert explorer.image is image and image.value != before
    # 150 ms are promised on an idle machine; a slower one gets three times that, and who else uses it does not count
    assert min(times) < 0.45
