"""Every component under the sample inputs and error inputs that torch keeps for its own tests."""

import inspect

import pytest
import torch

import nnbook.nn
import nnbook.optim
from nnbook.parity import samples

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
# float64 shows a wrong term best; in float32 the same inputs show what overflows or cancels.
DTYPES = [torch.float64, torch.float32]
# torch's float32 gradients of CTC are further from its own float64 ones than any tolerance here; tests/nn/test_ctc.py
# looks at float32 with one of its own.
FLOAT64_ALONE = {"CTCLoss", "ctc_loss"}


def cases(names):
    """Each name in each dtype."""
    pairs = [(name, dtype) for name in sorted(names) for dtype in DTYPES]
    return [
        pytest.param(name, dtype, id=f"{name}-{str(dtype).removeprefix('torch.')}")
        for name, dtype in pairs
        if dtype is torch.float64 or name not in FLOAT64_ALONE
    ]


def translate(thing):
    """nnbook's twin of a function or class of torch's that a sample passes as an argument."""
    name = getattr(thing, "__name__", "")
    if thing is getattr(torch.nn, name, None) and name:
        return getattr(nnbook.nn, name)
    if name and thing is getattr(torch.nn.functional, name, None):
        return getattr(nnbook.nn.functional, name)
    return thing


def failures(name, candidate, **options):
    found = list(samples.results(name, candidate, translate=translate, **options))
    assert found, f"torch keeps no samples for {name}"
    return [f"{r.name}: {r.message}" for r in found if not r.passed]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("name", "dtype"), cases(samples.modules()))
def test_parity_on_torchs_module_samples(name, dtype, device):
    # In float64 the from-scratch rule is watched as well, in the backward passes too.
    options = {"device": device, "dtype": dtype, "watched": dtype is torch.float64}
    assert failures(name, getattr(nnbook.nn, name), **options) == []


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("name", "dtype"), cases(samples.functions()))
def test_parity_on_torchs_function_samples(name, dtype, device):
    options = {"device": device, "dtype": dtype, "watched": dtype is torch.float64}
    assert failures(name, getattr(nnbook.nn.functional, name), **options) == []


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("name", "dtype"), cases(samples.optimizers()))
def test_parity_on_torchs_optimizer_samples(name, dtype, device):
    options = {"device": device, "dtype": dtype, "watched": dtype is torch.float64}
    assert failures(name, getattr(nnbook.optim, name), **options) == []


def test_the_samples_are_all_there():
    """A database that came out empty would pass everything."""
    assert len(samples.modules()) >= 108
    assert len(samples.functions()) >= 95
    assert len(samples.optimizers()) >= 15
    assert sum(samples.total(name) for name in samples.modules()) > 3700


class Off(torch.nn.Linear):
    def forward(self, input):
        return super().forward(input) * 1.001


class WrongSlope(torch.nn.ReLU):
    def forward(self, input):
        return super().forward(input) + (input - input.detach()) * 0.5


@pytest.mark.parametrize(("name", "wrong"), [("Linear", Off), ("ReLU", WrongSlope)])
def test_a_wrong_candidate_fails(name, wrong):
    wrong.__name__ = name
    assert failures(name, wrong)


def test_torch_itself_is_not_from_scratch():
    assert any("calls linear" in f for f in failures("Linear", torch.nn.Linear, watched=True))


def test_a_candidate_that_accepts_bad_input_fails():
    class MaxPool2d(torch.nn.MaxPool2d):
        def forward(self, input):
            return super().forward(input) if input.dim() in (3, 4) else input

    assert any("should raise" in f for f in failures("MaxPool2d", MaxPool2d))


@pytest.mark.slow
def test_what_torch_keeps_is_what_its_own_classes_pass():
    """The comparison itself: torch's classes, compared with themselves, differ nowhere."""
    for name in ("Conv2d", "LSTM", "BatchNorm1d", "CrossEntropyLoss", "TransformerEncoder", "LazyConv1d"):
        found = [r for r in samples.results(name, getattr(torch.nn, name)) if not r.passed]
        assert found == [], name
    for name in samples.functions():
        if inspect.isroutine(getattr(torch.nn.functional, name, None)):
            found = [r for r in samples.results(name, getattr(torch.nn.functional, name)) if not r.passed]
            assert found == [], name
    for name in samples.optimizers():
        assert [r for r in samples.results(name, getattr(torch.optim, name)) if not r.passed] == [], name
