"""The frame itself: recipes, records, the journey as bytes, and that comparisons can fail."""

import json

import pytest
import torch
from torch import nn

from nnbook.parity import (
    Case,
    Error,
    Init,
    ModuleSpec,
    Observations,
    Scenario,
    ScenarioSpec,
    compare,
    constant,
    empty,
    extremes,
    integers,
    kinks,
    normal,
    observe,
)
from nnbook.parity.inputs import build, generator
from nnbook.parity.observation import plain


def verdicts(spec, candidate, seed=0):
    reference = observe(spec, spec.reference, seed)
    return {r.name: r.message for r in compare(spec, observe(spec, candidate, seed), reference)}


def spec_of(*cases):
    return ModuleSpec(nn.Linear, *cases)


class Right(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(o, i).uniform_(-(i**-0.5), i**-0.5))
        self.bias = nn.Parameter(torch.empty(o).uniform_(-(i**-0.5), i**-0.5))

    def forward(self, x):
        return x @ self.weight.T + self.bias


ONE = spec_of(Case("a batch", args=(3, 2), inputs=[normal(4, 3)]))


def test_a_right_answer_passes():
    assert verdicts(ONE, Right) == {"a batch": ""}


def wrong(**changes):
    return type("Wrong", (Right,), changes)


def mutating(self, x):
    y = Right.forward(self, x)
    x.data.add_(1)
    return y


def growing(self, x):
    self.bias.data.add_(1)
    return Right.forward(self, x)


def renewing(self, x):
    self.weight = nn.Parameter(self.weight.detach().clone())
    return Right.forward(self, x)


def reseeding(self, x):
    torch.manual_seed(0)
    return Right.forward(self, x)


def switching(self, x):
    torch.use_deterministic_algorithms(True)
    return Right.forward(self, x)


@pytest.mark.parametrize(
    ("forward", "said"),
    [
        (lambda self, x: Right.forward(self, x) + 1e-3, "output"),
        (lambda self, x: Right.forward(self, x).detach(), "gradient"),
        (lambda self, x: Right.forward(self, x.detach()), "gradient of the input"),
        (lambda self, x: x @ self.weight.detach().T + self.bias, "gradient of weight"),
        (lambda self, x: Right.forward(self, x).double(), "float32"),
        (lambda self, x: Right.forward(self, x.float().to(x.dtype)), "float64"),
        (lambda self, x: Right.forward(self, x.view(-1).view(4, 3)), "view"),
        (lambda self, x: Right.forward(self, x)[:-1], "shape"),
        (lambda self, x: (Right.forward(self, x),), "kind of output"),
        (lambda self, x: Right.forward(self, x) * (1 if self.training else 2), "evaluation"),
        (lambda self, x: Right.forward(self, x) * torch.nan, "NaN"),
        (lambda self, x: 1 / 0, "ZeroDivisionError"),
        (mutating, "unchanged"),
        (growing, "output"),
        (renewing, "gradient of weight"),
        (reseeding, "manual_seed"),
        (switching, "global settings"),
    ],
)
def test_a_wrong_answer_fails_and_says_where(forward, said):
    message = verdicts(ONE, wrong(forward=forward))["a batch"]
    assert said in message, message
    assert "\n" not in message and len(message) < 300


def test_what_a_candidate_changes_is_put_back():
    before = torch.get_rng_state()
    verdicts(ONE, wrong(forward=switching))
    verdicts(ONE, wrong(forward=reseeding))
    verdicts(ONE, wrong(forward=lambda self, x: torch.set_grad_enabled(False) or x))
    assert torch.is_grad_enabled()
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.equal(torch.get_rng_state(), before)


def test_initial_values_are_compared_as_distributions():
    spec = spec_of(Init("starts right", args=(50, 400)))
    assert verdicts(spec, Right)["starts right"] == ""

    class Normal(Right):
        def __init__(self, i, o):
            super().__init__(i, o)
            nn.init.normal_(self.weight, std=(3 * i) ** -0.5)  # the right mean and the right spread

    assert "initial values of weight" in verdicts(spec, Normal)["starts right"]


def test_errors_are_compared_by_kind():
    spec = spec_of(Error("another width", args=(3, 2), inputs=[normal(4, 5)], kind=RuntimeError, scope="exercise"))
    assert verdicts(spec, Right)["another width"] == ""
    assert "RuntimeError" in verdicts(spec, wrong(forward=lambda self, x: x))["another width"]


def test_a_scenario_is_told_to_both():
    def play(candidate, rec):
        """a list of three"""
        rec("length", len(candidate([1, 2, 3])))
        rec("sum", torch.tensor(float(sum(candidate([1, 2, 3])))))

    spec = ScenarioSpec(list, Scenario("keeps all", play))
    assert verdicts(spec, tuple) == {"keeps all": ""}
    assert verdicts(spec, lambda v: v[1:])["keeps all"] == "length should be 3, yours is 2"
    assert verdicts(spec, lambda v: [1, 2, 4])["keeps all"] == "sum should be 6, yours is 7"


def test_statistics_differ_only_beyond_chance():
    def play(candidate, rec):
        x = candidate(rec.generator())
        rec.stat("mean", float(x.mean()), float(x.std()) / len(x) ** 0.5)

    spec = ScenarioSpec(lambda g: torch.randn(10_000, generator=g), Scenario("has mean 0", play), name="noise")
    for seed in range(50):
        assert verdicts(spec, lambda g: torch.rand(10_000, generator=g) - 0.5, seed) == {"has mean 0": ""}
        assert verdicts(spec, lambda g: torch.randn(10_000, generator=g) + 0.2, seed) != {"has mean 0": ""}
    # a candidate cannot buy a wide margin by reporting a large error
    assert verdicts(spec, lambda g: torch.randn(10_000, generator=g) * 1e6 + 1e5)["has mean 0"]


def test_nothing_observed_is_no_pass():
    reference = observe(ONE, nn.Linear)
    results = compare(ONE, Observations("Linear", 0), reference)
    assert [r.passed for r in results] == [False]
    with pytest.raises(ValueError, match="no case"):
        compare(ONE, reference, Observations("Linear", 0))
    with pytest.raises(ValueError, match="without cases"):
        ModuleSpec(nn.Linear)
    with pytest.raises(ValueError, match="one name"):
        spec_of(Case("a"), Case("a"))


@pytest.mark.parametrize("blob", [b"", b"x" * 100, (10).to_bytes(8, "big") + b'{"spec":1}', b"\xff" * 64])
def test_malformed_observations_are_refused(blob):
    with pytest.raises(ValueError, match="malformed"):
        Observations.from_bytes(blob)


def test_a_forged_kind_of_record_is_refused():
    blob = observe(ONE, nn.Linear).to_bytes()
    size = int.from_bytes(blob[:8], "big")
    head = json.loads(blob[8 : 8 + size])
    head["cases"][0]["records"][0]["kind"] = "passed"
    header = json.dumps(head).encode()
    with pytest.raises(ValueError, match="kind"):
        Observations.from_bytes(len(header).to_bytes(8, "big") + header + blob[8 + size :])


def test_recipes_are_seeded_and_fresh():
    def make(recipe, seed, strided=False):
        return build(recipe, generator(seed), torch.float32, "cpu", strided)

    for recipe in (normal(3, 4), kinks(3, 4), extremes(3, 4), integers(3, 4, high=100), constant(2.0, 3)):
        assert torch.equal(make(recipe, 1), make(recipe, 1))
        assert torch.equal(make(recipe, 1), make(recipe, 1, strided=True))
    assert not torch.equal(make(normal(3, 4), 1), make(normal(3, 4), 2))
    strided = make(normal(3, 4), 1, strided=True)
    assert not strided.is_contiguous() and strided.is_leaf and strided.requires_grad
    assert (make(kinks(40), 1) == 0).any() and (make(extremes(40), 1).abs() > 9e3).any()
    assert make(empty(0, 3), 1).shape == (0, 3)
    with pytest.raises(ValueError, match="must be 0"):
        empty(2, 3)


def test_plain_data_reads_the_same_after_json():
    for value in (1, 1.5, float("nan"), float("inf"), None, True, "a", [1, (2, 3)], {"a": {1, 2}}, torch.Size([2])):
        assert plain(value) == json.loads(json.dumps(plain(value)))
