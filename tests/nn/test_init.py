"""torch.nn.init as a whole, and kaiming_uniform_ by its spec; the draws themselves are compared in test_layers.py."""

import inspect

import pytest
import torch

from nnbook.nn import init
from nnbook.parity import FUSED, compare, observe, specs


def test_names_are_torchs_without_the_deprecated_ones():
    current = {n for n in torch.nn.init.__all__ if n.endswith("_") or n == "calculate_gain"}
    assert set(init.__all__) == current


@pytest.mark.parametrize("name", init.__all__)
def test_signatures_are_torchs(name):
    mine, its = (inspect.signature(getattr(home, name)).parameters.values() for home in (init, torch.nn.init))
    assert [(p.name, p.default, p.kind) for p in mine] == [(p.name, p.default, p.kind) for p in its]


def test_kaiming_uniform_by_its_spec():
    spec = specs.find("kaiming_uniform_")
    mine = observe(spec, init.kaiming_uniform_, seed=3, scope="library", forbidden=FUSED)
    theirs = observe(spec, spec.reference, seed=3, scope="library")
    assert [f"{r.name}: {r.message}" for r in compare(spec, mine, theirs, "library") if not r.passed] == []
    assert mine.forbidden == []
