"""Every from-scratch component under its spec, on every device there is; torch's own under the same spec."""

import pytest
import torch

import nnbook.nn
import nnbook.optim
from nnbook.parity import FUSED, Observations, compare, observe, specs

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


HOMES = (
    nnbook.nn,
    nnbook.optim,
    nnbook.optim.lr_scheduler,
    nnbook.nn.functional,
    nnbook.nn.init,
    nnbook.nn.utils,
)


def twin(name):
    return next((getattr(home, name) for home in HOMES if hasattr(home, name)), None)


NAMES = sorted(specs.every())
TWINS = [n for n in NAMES if twin(n) is not None]


def failures(spec, seen, reference, scope="library"):
    return [f"{r.name}: {r.message}" for r in compare(spec, seen, reference, scope) if not r.passed]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", TWINS)
def test_parity_of_the_scratch_component(name, device):
    spec = specs.find(name)
    mine = observe(spec, twin(name), seed=3, scope="library", device=device)
    theirs = observe(spec, spec.reference, seed=3, scope="library", device=device)
    assert failures(spec, mine, theirs) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_case_ends_early(name):
    """A case that breaks off, by a slip in its own story, would break off for everybody and prove nothing."""
    spec = specs.find(name)
    seen = observe(spec, spec.reference, seed=2, scope="library")
    broken = {case.name: case.records["error"].extra for case in seen if "error" in case.records}
    # where torch itself is to refuse, the case is named so
    assert {case: error for case, error in broken.items() if not case.startswith("refuses")} == {}


@pytest.mark.slow
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", NAMES)
def test_parity_of_torch_with_itself(name, device):
    # Under another global random state: a spec that torch fails by chance is no spec.
    spec = specs.find(name)
    for seed in range(4):
        torch.manual_seed(100 + seed)
        seen = observe(spec, spec.reference, seed, scope="library", device=device)
        torch.manual_seed(200 + seed)
        assert failures(spec, seen, observe(spec, spec.reference, seed, scope="library", device=device)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", TWINS)
def test_from_scratch(name):
    """No fused operator is called by any component, under whatever name, in any case of its spec."""
    spec = specs.find(name)
    seen = observe(spec, twin(name), seed=5, scope="library", forbidden=FUSED)
    # scenarios about containers use torch's layers as children: those are not the component's own
    children = {"linear", "relu"} if name in ("Module", "Sequential", "ModuleList") else set()
    assert set(seen.forbidden) - children == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_observations_survive_the_journey(name):
    spec = specs.find(name)
    seen = observe(spec, spec.reference, seed=1)
    again = Observations.from_bytes(seen.to_bytes())
    assert failures(spec, again, seen, "exercise") == []
    assert failures(spec, seen, again, "exercise") == []


def test_the_watch_sees_fused_operators():
    spec = specs.find("Linear")
    assert "linear" in observe(spec, torch.nn.Linear, forbidden=FUSED).forbidden


@pytest.mark.parametrize("name", ["Linear", "Module", "LSTM", "CrossEntropyLoss", "BatchNorm2d", "Adam", "Sequential"])
def test_the_slice_is_there(name):
    assert name in TWINS
