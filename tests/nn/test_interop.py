"""as_torch: a scratch module seen as a torch.nn.Module, and everything that torch's tools then do with it."""

import copy
import io
import pickle

import pytest
import torch

from nnbook import nn as scratch


class Layer(scratch.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        generator = torch.Generator().manual_seed(inputs)
        self.weight = scratch.Parameter(torch.randn(outputs, inputs, generator=generator))
        self.register_buffer("calls", torch.tensor(0))
        self.register_buffer("passing", torch.ones(1), persistent=False)
        self.outputs = outputs

    def forward(self, input, scale=1.0):
        if self.training:
            self.calls += 1
        return input @ self.weight.T * scale

    def extra_repr(self):
        return str(self.outputs)


def model():
    """Scratch in scratch, a torch layer inside, and one layer used twice."""
    shared = Layer(3, 3)
    return scratch.Sequential(shared, scratch.Sequential(torch.nn.Linear(3, 3), torch.nn.Tanh(), shared), Layer(3, 2))


@pytest.fixture
def x():
    return torch.randn(5, 3, generator=torch.Generator().manual_seed(9))


def test_a_view_has_the_same_parameters_and_keys(x):
    net = model()
    view = scratch.as_torch(net)
    assert isinstance(view, torch.nn.Module)
    assert [(n, id(p)) for n, p in view.named_parameters()] == [(n, id(p)) for n, p in net.named_parameters()]
    assert [(n, id(b)) for n, b in view.named_buffers()] == [(n, id(b)) for n, b in net.named_buffers()]
    assert [n for n, _ in view.named_modules()] == [n for n, _ in net.named_modules()]
    assert list(view.state_dict()) == list(net.state_dict())
    assert view.state_dict()._metadata == net.state_dict()._metadata
    assert repr(view) == repr(net)
    assert all(isinstance(module, torch.nn.Module) for module in view.modules())
    assert torch.equal(view(x), net(x))
    assert torch.equal(scratch.as_torch(net[2])(x, scale=2.0), net[2](x) * 2)


def test_one_module_has_one_view():
    net = model()
    view = scratch.as_torch(net)
    assert scratch.as_torch(net) is view
    assert view.get_submodule("0") is view.get_submodule("1.2")
    assert view.get_submodule("1.0") is net[1][0]
    assert scratch.as_torch(view) is view
    linear = torch.nn.Linear(1, 1)
    assert scratch.as_torch(linear) is linear
    with pytest.raises(TypeError, match="takes a module, not int"):
        scratch.as_torch(3)


def test_modes_and_casts_go_both_ways():
    net = model()
    view = scratch.as_torch(net)
    assert view.training
    assert view.eval() is view
    assert not any(module.training for module in [*net.modules(), *view.modules()])
    net[2].train()
    assert view.get_submodule("2").training
    assert view.double() is view
    assert {p.dtype for p in net.parameters()} == {torch.float64}
    net.float()
    assert {p.dtype for p in view.parameters()} == {torch.float32}
    view.to(torch.device("meta"))
    assert all(p.is_meta for p in net.parameters())
    view.to_empty(device="cpu").requires_grad_(False)
    assert not any(p.requires_grad or p.is_meta for p in net.parameters())


def test_assignments_go_both_ways():
    net = model()
    view = scratch.as_torch(net)
    layer = view.get_submodule("2")
    layer.weight = torch.nn.Parameter(torch.zeros(2, 3))
    assert net[2].weight is layer.weight
    layer.outputs = 7
    assert net[2].outputs == layer.outputs == 7
    layer.calls = torch.tensor(4)
    assert net[2].calls.item() == 4
    layer.register_parameter("gain", torch.nn.Parameter(torch.ones(1)))
    layer.register_buffer("extra", torch.ones(1), persistent=False)
    assert set(net[2].state_dict()) == {"weight", "calls", "gain"}
    del layer.gain
    assert not hasattr(net[2], "gain")
    view.add_module("3", torch.nn.ReLU())
    view.tail = torch.nn.Identity()
    assert [type(module).__name__ for module in net] == ["Layer", "Sequential", "Layer", "ReLU", "Identity"]
    net.pop(0)
    assert [name for name, _ in view.named_children()] == ["0", "1", "2", "3"]
    new = Layer(3, 9)
    view.set_submodule("1", scratch.as_torch(new))
    assert net[1] is new
    with pytest.raises(AttributeError, match="'Layer' object has no attribute 'nowhere'"):
        _ = layer.nowhere
    assert "outputs" in dir(layer)


def test_state_moves_in_every_direction():
    net, other = model(), scratch.as_torch(model())
    with torch.no_grad():
        net[2].weight += 1
    assert repr(other.load_state_dict(net.state_dict())) == "<All keys matched successfully>"
    assert torch.equal(other.get_parameter("2.weight"), net[2].weight)
    assert repr(net.load_state_dict(other.state_dict())) == "<All keys matched successfully>"
    state = {key: value.clone() for key, value in other.state_dict().items()}
    other.load_state_dict(state, assign=True)
    assert other.get_parameter("2.weight").data_ptr() == state["2.weight"].data_ptr()
    del state["2.weight"]
    state["1.3.weight"] = torch.ones(1)
    with pytest.raises(RuntimeError) as theirs:
        other.load_state_dict(state)
    with pytest.raises(RuntimeError) as ours:
        net.load_state_dict(state)
    words = str(theirs.value).split("\n", 1)[1]
    assert words == str(ours.value).split("\n", 1)[1]
    assert 'Missing key(s) in state_dict: "2.weight"' in words
    assert 'Unexpected key(s) in state_dict: "1.3.weight"' in words


def test_in_torchs_sequential_with_torchs_optimizer(x):
    def losses(first):
        torch.manual_seed(0)
        net = torch.nn.Sequential(first, torch.nn.Linear(2, 1))
        optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
        found = []
        for _ in range(5):
            optimizer.zero_grad()
            loss = (net(x) ** 2).mean()
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        return found

    layer = Layer(3, 2)
    reference = torch.nn.Linear(3, 2, bias=False)
    reference.weight.data.copy_(layer.weight)
    assert losses(scratch.as_torch(layer)) == pytest.approx(losses(reference), rel=1e-5)
    keys = list(torch.nn.Sequential(scratch.as_torch(layer), torch.nn.Linear(2, 1)).state_dict())
    assert keys == ["0.weight", "0.calls", "1.weight", "1.bias"]
    # And as a child of a scratch module again.
    assert list(scratch.Sequential(scratch.as_torch(layer)).state_dict()) == ["0.weight", "0.calls"]


def save_and_load(module):
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


@pytest.mark.parametrize(
    "twin_of", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v)), save_and_load], ids=["copy", "pickle", "save"]
)
def test_copies_are_whole_and_independent(twin_of, x):
    view = scratch.as_torch(model()).eval()
    outer = torch.nn.Sequential(view, torch.nn.Linear(2, 1))
    twin = twin_of(outer)
    assert isinstance(twin[0], torch.nn.Module)
    assert not twin[0].training
    assert torch.equal(twin(x), outer(x))
    assert twin[0].get_submodule("0") is twin[0].get_submodule("1.2")
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.zero_()
    assert not twin(x).any()
    assert outer(x).any()


def test_hooks_run_once_whichever_face_they_were_put_on(x):
    for put, called in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        net = model()
        faces = (net, scratch.as_torch(net))
        log = []
        faces[put].get_submodule("2").register_forward_hook(lambda m, a, o, log=log: log.append("inner"))
        faces[put].register_forward_hook(lambda m, a, o, log=log: log.append("outer"))
        faces[put].register_forward_pre_hook(lambda m, a, k, log=log: log.append("pre"), with_kwargs=True)
        faces[put].register_full_backward_pre_hook(lambda m, g, log=log: log.append("backward pre"))
        faces[put].register_full_backward_hook(lambda m, gi, go, log=log: log.append("backward"))
        faces[put].register_state_dict_post_hook(lambda m, s, p, meta, log=log: log.append("state"))
        faces[put].register_load_state_dict_post_hook(lambda m, keys, log=log: log.append("load"))
        faces[called](x.clone().requires_grad_()).sum().backward()
        faces[called].load_state_dict(faces[called].state_dict())
        assert log == ["pre", "inner", "outer", "backward pre", "backward", "state", "load"]


def test_functional_call_puts_other_parameters_in(x):
    # No layer twice here: torch's functional_call does not put the weights of such a layer back.
    view = scratch.as_torch(scratch.Sequential(Layer(3, 3), scratch.Sequential(torch.nn.Linear(3, 3), Layer(3, 2))))
    zeros = {name: torch.zeros_like(parameter) for name, parameter in view.named_parameters()}
    before = view(x)
    assert before.any()
    assert not torch.func.functional_call(view, zeros, (x,)).any()
    assert torch.equal(view(x), before)


def test_view_applies_and_clears_gradients(x):
    net = model()
    view = scratch.as_torch(net)
    view(x).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    view.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    names = []
    view.apply(lambda module: names.append(module._get_name()))
    # As torch does it: a module that is used twice is visited twice.
    assert names == ["Layer", "Linear", "Tanh", "Layer", "Sequential", "Layer", "Sequential"]


@pytest.mark.parametrize("wrap", [scratch.as_torch, lambda module: module], ids=["view", "scratch"])
def test_torch_compile(wrap, x):
    net = model()
    compiled = torch.compile(wrap(net), backend="eager")
    assert torch.allclose(compiled(x), net(x))
    compiled(x).sum().backward()
    gradients = [p.grad.clone() for p in net.parameters()]
    for parameter in net.parameters():
        parameter.grad = None
    net(x).sum().backward()
    assert all(torch.allclose(g, p.grad) for g, p in zip(gradients, net.parameters(), strict=True))
    with torch.no_grad():
        net[2].weight.zero_()
    assert not compiled(x).any()
