"""nnbook rebuilds all of torch.nn and torch.optim but for what is listed as left out, under the same signatures."""

import inspect

import pytest
import torch

import nnbook.nn
import nnbook.optim
from nnbook.parity import catalogue, samples, specs, workloads

CLASSES = {
    **{f"nn.{n}": (c, nnbook.nn) for n, c in catalogue.modules().items()},
    **{f"optim.{n}": (c, nnbook.optim) for n, c in catalogue.optimizers().items()},
    **{f"optim.lr_scheduler.{n}": (c, nnbook.optim.lr_scheduler) for n, c in catalogue.schedulers().items()},
}
# Parts of torch's machinery that are not functions of tensors, kernels for one kind of GPU, deprecated names.
FUNCTIONS_LEFT_OUT = {
    "assert_int_or_pair": "torch's own argument check",
    "boolean_dispatch": "how torch chooses between two functions",
    "handle_torch_function": "torch's overriding protocol",
    "has_torch_function": "torch's overriding protocol",
    "has_torch_function_unary": "torch's overriding protocol",
    "has_torch_function_variadic": "torch's overriding protocol",
    "grouped_mm": "a kernel for one kind of GPU",
    "scaled_grouped_mm": "a kernel for one kind of GPU",
    "scaled_mm": "a kernel for one kind of GPU",
}


@pytest.mark.parametrize("where", sorted(CLASSES))
def test_every_class_is_there_with_torchs_signature(where):
    theirs, home = CLASSES[where]
    mine = getattr(home, theirs.__name__)
    assert mine is not theirs and mine.__module__.startswith("nnbook.")
    assert "Like `torch." in " ".join((mine.__doc__ or "").split()), "the docstring names the twin"

    def form(cls):
        found = inspect.signature(cls.__init__).parameters.values()
        # a function as a default is its twin
        return [(p.name, p.kind, getattr(p.default, "__name__", repr(p.default))) for p in found]

    if form(theirs)[1:2] != [
        ("args", inspect.Parameter.VAR_POSITIONAL, "_empty")
    ]:  # torch's recurrent layers say (*args, **kwargs)
        assert form(mine) == form(theirs)


@pytest.mark.parametrize("name", sorted(catalogue.functions()))
def test_every_function_is_there_with_torchs_arguments(name):
    if name in FUNCTIONS_LEFT_OUT:
        assert not hasattr(nnbook.nn.functional, name)
        return
    mine, theirs = getattr(nnbook.nn.functional, name), catalogue.functions()[name]
    # relu_ is relu with inplace=True
    assert getattr(mine, "func", mine).__module__.startswith("nnbook.")
    try:
        expected = inspect.signature(theirs)
    except ValueError:
        return  # compiled functions tell nothing of theirs; their samples do
    if [p.kind.name for p in expected.parameters.values()] == ["VAR_POSITIONAL", "VAR_KEYWORD"]:
        return  # one of torch's wrappers around two functions
    assert [*inspect.signature(mine).parameters] == [*expected.parameters]


def test_every_class_is_compared_with_torch():
    """By a spec of ours, by torch's samples, or by both."""
    # What schedulers do is compared with torch's step for step in tests/optim.
    bare = [n for n in (*catalogue.modules(), *catalogue.optimizers()) if n not in specs.every()]
    bases = {"RNNBase", "RNNCellBase", "Optimizer", "Module", "Transformer"}
    assert [n for n in bare if n not in samples.modules() and n not in samples.optimizers() and n not in bases] == []


@pytest.mark.parametrize("name", sorted(workloads.WORKLOADS))
def test_each_loads_the_others_state(name):
    work, mine, theirs = workloads.find(name), getattr(nnbook.nn, name), getattr(torch.nn, name)
    ours, torchs = work.build(mine), work.build(theirs)
    inputs = work.draw()
    if isinstance(torchs, torch.nn.modules.lazy.LazyModuleMixin):  # no state before the first batch
        ours(*inputs), torchs(*inputs)
    for one, other in ((ours, torchs), (torchs, ours)):
        with torch.no_grad():
            for i, p in enumerate(one.parameters()):
                p.copy_(torch.randn(p.shape, generator=torch.Generator().manual_seed(i)))
        other.load_state_dict(one.state_dict(), strict=True)
        assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_every_module_has_work_to_be_timed_at():
    idle = {
        "Module",
        "Sequential",
        "ModuleList",
        "ModuleDict",
        "ParameterList",
        "ParameterDict",
        "RNNBase",
        "RNNCellBase",
    }
    assert set(catalogue.modules()) - set(workloads.WORKLOADS) == idle


def test_what_is_left_out_is_still_there_to_be_left_out():
    assert all(hasattr(torch.nn, name) and not hasattr(nnbook.nn, name) for name in catalogue.LEFT_OUT)


def test_lines_count_code_alone():
    # class, def, super().__init__(); the function and what else it calls in its file
    assert 2 <= catalogue.lines_of(nnbook.nn.Identity) <= 8
    assert catalogue.lines_of(nnbook.nn.BatchNorm3d) > 30, "the shared code is read as well"
