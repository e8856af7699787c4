"""nnbook.nn.Module beside torch.nn.Module: each story is told once and must go the same way on both."""

import copy
import io
import pickle
import warnings
from collections import OrderedDict

import pytest
import torch

from nnbook import nn as scratch


def build(nn):
    """A layer, a block of two layers that share a weight, and a model, made of one library or of the other."""

    class Layer(nn.Module):
        def __init__(self, inputs=3, outputs=2, bias=True):
            super().__init__()
            self.weight = nn.Parameter(torch.arange(inputs * outputs, dtype=torch.float32).reshape(outputs, inputs) / 7)
            if bias:
                self.bias = nn.Parameter(torch.linspace(-1, 1, outputs))
            else:
                self.register_parameter("bias", None)
            self.sizes = (inputs, outputs)

        def forward(self, input, scale=1.0):
            output = input @ self.weight.T * scale
            return output if self.bias is None else output + self.bias

        def extra_repr(self):
            return "{}, {}".format(*self.sizes)

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = Layer(3, 3)
            self.register_buffer("mean", torch.arange(3.0))
            self.register_buffer("scratchpad", torch.ones(2), persistent=False)
            self.register_buffer("nothing", None)
            self.count = nn.Buffer(torch.tensor(5))
            self.block = nn.Sequential(Layer(3, 3, bias=False), nn.ModuleList([Layer(), Layer()]))
            self.block[0].weight = self.first.weight
            self.again = self.first
            self.empty = None
            self.add_module("later", None)
            self.gain = nn.Parameter(torch.tensor(2.0))

        def forward(self, input):
            hidden = self.block[0](self.first(input - self.mean)) * self.gain
            return self.block[1][0](hidden) + self.block[1][1](hidden)

    return Layer, Model


def outcome(story, nn):
    """What a story returns, or the kind and the words of the error that it ends in."""
    try:
        return story(nn)
    except Exception as error:
        return type(error), str(error)


def same_story(story):
    theirs, ours = outcome(story, torch.nn), outcome(story, scratch)
    assert ours == theirs
    return ours


LIBRARIES = pytest.mark.parametrize("nn", [torch.nn, scratch], ids=["torch", "scratch"])


# Parameter and Buffer -------------------------------------------------------------------------------------------------


def test_parameters_of_either_kind_count_as_both():
    for one in (torch.nn.Parameter(torch.ones(2)), scratch.Parameter(torch.ones(2))):
        assert isinstance(one, torch.nn.Parameter)
        assert isinstance(one, scratch.Parameter)
        for plain in (one.data, one.detach(), one * 2, one.clone()):
            assert type(plain) is torch.Tensor
            assert not isinstance(plain, scratch.Parameter)
    for one in (torch.nn.Buffer(torch.ones(2)), scratch.Buffer(torch.ones(2))):
        assert isinstance(one, torch.nn.Buffer)
        assert isinstance(one, scratch.Buffer)
        assert not isinstance(one, scratch.Parameter)
    assert not isinstance(torch.ones(2), scratch.Buffer)
    assert not isinstance("text", scratch.Parameter)


@LIBRARIES
def test_parameter_is_a_leaf_on_the_same_memory(nn):
    data = torch.ones(3)
    with torch.no_grad():
        parameter = nn.Parameter(data)
    assert parameter.requires_grad
    assert parameter.is_leaf
    assert parameter.data_ptr() == data.data_ptr()
    assert not nn.Parameter(data, requires_grad=False).requires_grad
    assert nn.Parameter((parameter * 2).detach()).is_leaf
    assert nn.Parameter().shape == (0,)
    assert nn.Parameter(nn.Parameter(data)).data_ptr() == data.data_ptr()
    assert nn.Buffer(data, persistent=False).persistent is False


def test_parameter_prints_like_torchs():
    for data in (torch.ones(2, 3), torch.tensor(1.5, dtype=torch.float64), torch.empty(0)):
        for grad in (True, False):
            assert repr(scratch.Parameter(data, grad)) == repr(torch.nn.Parameter(data, grad))


@LIBRARIES
def test_parameter_survives_copy_pickle_and_torch_save(nn):
    parameter = nn.Parameter(torch.randn(2, 3, generator=torch.Generator().manual_seed(0)), requires_grad=False)
    parameter.note = "kept"
    file = io.BytesIO()
    torch.save({"p": parameter}, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=True)["p"]
    assert loaded.note == pickle.loads(pickle.dumps(parameter)).note == "kept"
    for twin in (copy.deepcopy(parameter), pickle.loads(pickle.dumps(parameter)), loaded):
        assert type(twin) is nn.Parameter
        assert not twin.requires_grad
        assert torch.equal(twin, parameter)
        assert twin.data_ptr() != parameter.data_ptr()
    once, twice = copy.deepcopy([parameter, parameter])
    assert once is twice


def test_parameter_refuses_a_tensor_whose_detach_changes_class():
    class Odd(torch.Tensor):
        def detach(self):
            return torch.ones(1)

    theirs = outcome(lambda nn: nn.Parameter(torch.ones(1).as_subclass(Odd)), torch.nn)
    assert outcome(lambda nn: nn.Parameter(torch.ones(1).as_subclass(Odd)), scratch) == theirs
    assert theirs[0] is RuntimeError


@LIBRARIES
def test_parameter_of_a_tensor_subclass_keeps_its_class(nn):
    class Tagged(torch.Tensor):
        pass

    parameter = nn.Parameter(torch.ones(1).as_subclass(Tagged))
    assert type(parameter) is Tagged
    assert isinstance(parameter, nn.Parameter)
    module = nn.Module()
    module.tagged = parameter
    assert list(module.parameters()) == [parameter]


# Attributes -----------------------------------------------------------------------------------------------------------


def kinds(module, name):
    """Where a module keeps a name."""
    places = ("_parameters", "_buffers", "_modules", "_non_persistent_buffers_set", "__dict__")
    return [place for place in places if name in getattr(module, place)]


VALUES = {
    "parameter": lambda nn: nn.Parameter(torch.ones(2)),
    "frozen parameter": lambda nn: nn.Parameter(torch.ones(2), requires_grad=False),
    "buffer": lambda nn: nn.Buffer(torch.ones(2)),
    "passing buffer": lambda nn: nn.Buffer(torch.ones(2), persistent=False),
    "tensor": lambda nn: torch.ones(2),
    "module": lambda nn: nn.Sequential(),
    "none": lambda nn: None,
    "number": lambda nn: 3,
    "class": lambda nn: nn.Sequential,
}


@pytest.mark.parametrize("second", VALUES)
@pytest.mark.parametrize("first", VALUES)
def test_assigning_over_a_name(first, second):
    def story(nn):
        module = nn.Module()
        module.x = VALUES[first](nn)
        before = kinds(module, "x")
        try:
            module.x = VALUES[second](nn)
        except TypeError as error:
            # The printed name of a class differs with the library, nothing else.
            words = str(error).replace("torch.nn.modules.", "").replace("nnbook.nn.", "")
            return before, words.replace("parameter.Parameter", "Parameter"), kinds(module, "x")
        after = kinds(module, "x")
        had = "x" in dir(module)
        del module.x
        return before, after, had, kinds(module, "x"), hasattr(module, "x")

    same_story(story)


@pytest.mark.parametrize("attribute", ["w", "weight", "child", "mean"])
def test_missing_attribute_says_so(attribute):
    def story(nn):
        class Net(nn.Module):
            pass

        return getattr(Net(), attribute)

    assert same_story(story) == (AttributeError, f"'Net' object has no attribute '{attribute}'")


FORGOTTEN = {
    "parameter": lambda self, nn: setattr(self, "w", nn.Parameter(torch.ones(1))),
    "module": lambda self, nn: setattr(self, "m", nn.Sequential()),
    "buffer": lambda self, nn: setattr(self, "b", nn.Buffer(torch.ones(1))),
    "register_parameter": lambda self, nn: self.register_parameter("w", None),
    "register_buffer": lambda self, nn: self.register_buffer("b", None),
    "number": lambda self, nn: setattr(self, "n", 1),
    "call": lambda self, nn: self(1),
    "parameters": lambda self, nn: list(self.parameters()),
    "state_dict": lambda self, nn: self.state_dict(),
    "repr": lambda self, nn: repr(self),
    "train": lambda self, nn: self.train() and None,
    "delete": lambda self, nn: delattr(self, "w"),
    "forward hook": lambda self, nn: self.register_forward_hook(print),
}


@pytest.mark.parametrize("act", FORGOTTEN)
def test_forgotten_super_init(act):
    def story(nn):
        class Net(nn.Module):
            def __init__(self):
                FORGOTTEN[act](self, nn)

        return type(Net()).__name__

    result = same_story(story)
    assert result == "Net" if act == "number" else result[0] is AttributeError


REGISTRATIONS = {
    "parameter with a dot": lambda m, nn: m.register_parameter("a.b", None),
    "buffer with a dot": lambda m, nn: m.register_buffer("a.b", None),
    "module with a dot": lambda m, nn: m.add_module("a.b", nn.Sequential()),
    "parameter without a name": lambda m, nn: m.register_parameter("", None),
    "buffer without a name": lambda m, nn: m.register_buffer("", None),
    "module without a name": lambda m, nn: m.add_module("", None),
    "parameter under a number": lambda m, nn: m.register_parameter(1, None),
    "buffer under a number": lambda m, nn: m.register_buffer(1, None),
    "module under a number": lambda m, nn: m.register_module(1, None),
    "parameter over an attribute": lambda m, nn: m.register_parameter("training", None),
    "buffer over a parameter": lambda m, nn: m.register_buffer("p", torch.ones(1)),
    "module over a method": lambda m, nn: m.add_module("forward", nn.Sequential()),
    "tensor as a parameter": lambda m, nn: m.register_parameter("q", torch.ones(1)),
    "product as a parameter": lambda m, nn: m.register_parameter("q", _marked_product()),
    "list as a buffer": lambda m, nn: m.register_buffer("q", [1]),
    "text as a module": lambda m, nn: m.add_module("q", "text"),
    "class as a module": lambda m, nn: m.add_module("q", torch.Tensor),
    "arguments to Module": lambda m, nn: nn.Module(1),
    "keywords to Module": lambda m, nn: nn.Module(size=1),
    "no forward": lambda m, nn: m(1),
    "train with a number": lambda m, nn: m.train(1),
    "deleting a name that is not there": lambda m, nn: delattr(m, "q"),
    "get_submodule nowhere": lambda m, nn: m.get_submodule("p.q"),
    "get_submodule of a missing name": lambda m, nn: m.get_submodule("q"),
    "get_parameter of a buffer": lambda m, nn: m.get_parameter("b"),
    "get_parameter of a missing name": lambda m, nn: m.get_parameter("q"),
    "get_buffer of a parameter": lambda m, nn: m.get_buffer("p"),
    "set_submodule without a name": lambda m, nn: m.set_submodule("", nn.Sequential()),
    "set_submodule of nothing there": lambda m, nn: m.set_submodule("q", nn.Sequential(), strict=True),
    "set_submodule over a parameter": lambda m, nn: m.set_submodule("p", nn.Sequential()),
    "set_submodule with text": lambda m, nn: m.set_submodule("q", "text"),
    "load_state_dict of a list": lambda m, nn: m.load_state_dict([1]),
    "to an integer dtype": lambda m, nn: m.to(torch.int64),
}


def _marked_product():
    product = torch.ones(1, requires_grad=True) * 2
    product._is_param = True
    return product


@pytest.mark.parametrize("act", REGISTRATIONS)
def test_refusals_have_torchs_kind_and_words(act):
    def story(nn):
        module = nn.Module()
        module.p = nn.Parameter(torch.ones(1))
        module.b = nn.Buffer(torch.ones(1))
        return REGISTRATIONS[act](module, nn)

    assert issubclass(same_story(story)[0], Exception)


@LIBRARIES
def test_call_super_init_hands_arguments_to_the_next_class(nn):
    class Named:
        def __init__(self, name):
            self.name = name

    class Net(nn.Module, Named):
        call_super_init = True

    assert Net(name="net").name == "net"
    assert Net("net").training


# The tree -------------------------------------------------------------------------------------------------------------


def describe(nn):
    model = build(nn)[1]()
    short = [(name, type(m).__name__) for name, m in model.named_modules()]
    return {
        "modules": short,
        "modules with duplicates": [name for name, _ in model.named_modules(remove_duplicate=False, prefix="net")],
        "children": [name for name, _ in model.named_children()],
        "counts": (len(list(model.modules())), len(list(model.children())), len(list(model.buffers()))),
        "parameters": [(name, tuple(p.shape)) for name, p in model.named_parameters()],
        "own parameters": [name for name, _ in model.named_parameters(recurse=False)],
        "prefixed": [name for name, _ in model.named_parameters(prefix="net", remove_duplicate=False)],
        "buffers": [name for name, _ in model.named_buffers(prefix="net")],
        "own buffers": [name for name, _ in model.block.named_buffers(recurse=False)],
        "state": [(key, tuple(value.shape)) for key, value in model.state_dict(prefix="net.").items()],
        "metadata": dict(model.state_dict()._metadata),
        "repr": repr(model),
        "dir": [name for name in dir(model) if not name.startswith("_")],
        "found": model.get_submodule("block.1.0") is model.block[1][0],
        "self": model.get_submodule("") is model,
        "parameter": model.get_parameter("block.1.0.bias") is model.block[1][0].bias,
        "buffer": model.get_buffer("mean") is model.mean,
    }


@pytest.mark.parametrize("what", describe(torch.nn))
def test_tree_is_walked_like_torchs(what):
    # These parts of torch's interface are left out of ours, as Module's docstring says.
    left_out = {"compile", "dump_patches", "ipu", "mtia", "register_backward_hook", "share_memory", "xpu"}
    theirs = describe(torch.nn)[what]
    if what == "dir":
        theirs = [name for name in theirs if name not in left_out | {"T_destination"}]
    assert describe(scratch)[what] == theirs


def test_repr_of_several_lines():
    def story(nn):
        class Wordy(nn.Module):
            def __init__(self, text, *children):
                super().__init__()
                self.text = text
                for i, child in enumerate(children):
                    self.add_module(f"c{i}", child)

            def extra_repr(self):
                return self.text

        inner = Wordy("one\ntwo")
        return [repr(Wordy(t, *c)) for t in ("", "one", "one\ntwo") for c in ((), (inner,), (inner, Wordy("", inner)))]

    same_story(story)


@LIBRARIES
def test_set_submodule(nn):
    Layer, Model = build(nn)
    model, layer = Model(), Layer()
    model.set_submodule("block.1.0", layer)
    model.set_submodule("block.new", layer)
    assert model.block[1][0] is layer
    assert model.block.new is layer
    model.set_submodule("first", layer, strict=True)
    assert model.first is layer


@LIBRARIES
def test_apply_visits_children_first(nn):
    seen = []
    model = build(nn)[1]()
    assert model.apply(lambda module: seen.append(type(module).__name__)) is model
    assert seen == ["Layer", "Layer", "Layer", "Layer", "ModuleList", "Sequential", "Model"]


@LIBRARIES
def test_train_eval_freeze_and_zero_grad(nn):
    model = build(nn)[1]()
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert all(module.training for module in model.train().modules())
    model(torch.ones(4, 3)).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    gradients = [p.grad for p in model.parameters()]
    model.zero_grad(set_to_none=False)
    assert all(p.grad is g and not g.any() for p, g in zip(model.parameters(), gradients, strict=True))
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())
    assert model.requires_grad_(False) is model
    assert not any(p.requires_grad for p in model.parameters())


@LIBRARIES
def test_zero_grad_cuts_a_gradient_from_its_graph(nn):
    layer = build(nn)[0]()
    (layer(torch.ones(1, 3)) ** 2).sum().backward(create_graph=True)
    assert layer.weight.grad.grad_fn is not None
    layer.zero_grad(set_to_none=False)
    assert layer.weight.grad.grad_fn is None
    assert not layer.weight.grad.requires_grad


# Moving and casting ---------------------------------------------------------------------------------------------------

CASTS = {
    "double": lambda m: m.double(),
    "half": lambda m: m.half(),
    "bfloat16": lambda m: m.bfloat16(),
    "float": lambda m: m.double().float(),
    "type": lambda m: m.type(torch.float64),
    "to dtype": lambda m: m.to(torch.float64),
    "to dtype by name": lambda m: m.to(dtype=torch.float16),
    "to device": lambda m: m.to("cpu"),
    "to device object": lambda m: m.to(torch.device("cpu"), non_blocking=True),
    "to device and dtype": lambda m: m.to("cpu", torch.float64, True),
    "to tensor": lambda m: m.to(torch.ones(1, dtype=torch.float64)),
    "to tensor by name": lambda m: m.to(tensor=torch.ones(1, dtype=torch.float64)),
    "to None": lambda m: m.to(None, torch.float64),
    "to nothing": lambda m: m.to(device=None),
    "cpu": lambda m: m.cpu(),
    "meta": lambda m: m.to("meta"),
    "meta and back": lambda m: m.to("meta").to_empty(device="cpu"),
    "empty, without children": lambda m: m.to_empty(device="meta", recurse=False),
    "bad dtype": lambda m: m.to("cpu", "float"),
    "bad order": lambda m: m.to(torch.float64, torch.float64, torch.float64, 1),
}


@pytest.mark.parametrize("cast", CASTS)
def test_casts(cast):
    def story(nn):
        model = build(nn)[1]()
        model(torch.ones(2, 3)).sum().backward()
        before = list(model.parameters())
        try:
            result = CASTS[cast](model)
        except TypeError:
            return TypeError
        tensors = [*model.parameters(), *model.buffers(), *(p.grad for p in model.parameters() if p.grad is not None)]
        return (
            result is model,
            [(t.dtype, t.device.type, t.requires_grad, isinstance(t, nn.Parameter)) for t in tensors],
            [old is new for old, new in zip(before, model.parameters(), strict=False)],
            [tuple(t.shape) for t in tensors],
        )

    same_story(story)


@LIBRARIES
def test_meta_module_cannot_be_moved_by_to(nn):
    with pytest.raises(NotImplementedError, match="to_empty"):
        build(nn)[0]().to("meta").to("cpu")


@LIBRARIES
def test_memory_format_is_for_images_only(nn):
    module = nn.Module()
    module.image, module.matrix = nn.Parameter(torch.ones(2, 3, 4, 5)), nn.Parameter(torch.ones(2, 3))
    module.to(memory_format=torch.channels_last)
    assert module.image.is_contiguous(memory_format=torch.channels_last)
    assert module.matrix.is_contiguous()


@LIBRARIES
def test_complex_dtype_warns(nn):
    with pytest.warns(UserWarning, match="Complex modules"):
        assert build(nn)[0]().to(torch.complex64).weight.dtype == torch.complex64


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@LIBRARIES
def test_cuda_and_back(nn):
    model = build(nn)[1]()
    before = list(model.parameters())
    expected = model(torch.ones(2, 3))
    assert model.cuda() is model
    assert all(t.is_cuda for t in [*model.parameters(), *model.buffers()])
    torch.testing.assert_close(model(torch.ones(2, 3, device="cuda")).cpu(), expected)
    model.to("cpu")
    assert all(old is new for old, new in zip(before, model.parameters(), strict=True))


# Saving and loading ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source, target", [(torch.nn, scratch), (scratch, torch.nn), (scratch, scratch)])
def test_each_loads_the_others_state(source, target):
    saved, loaded = build(source)[1](), build(target)[1]()
    with torch.no_grad():
        for i, tensor in enumerate([*saved.parameters(), *saved.buffers()]):
            tensor += i + 1
    saved.scratchpad.zero_()
    result = loaded.load_state_dict(saved.state_dict())
    assert repr(result) == str(result) == "<All keys matched successfully>"
    assert (result.missing_keys, result.unexpected_keys) == ([], [])
    assert torch.equal(loaded(torch.ones(2, 3)), saved(torch.ones(2, 3)))
    assert loaded.scratchpad.tolist() == [1, 1]


@LIBRARIES
def test_state_dict_shares_memory_and_keep_vars_keeps_the_graph(nn):
    layer = build(nn)[0]()
    state = layer.state_dict()
    assert type(state) is OrderedDict
    assert not state["weight"].requires_grad
    assert state["weight"].data_ptr() == layer.weight.data_ptr()
    assert layer.state_dict(keep_vars=True)["weight"] is layer.weight
    mine = {"other": 1}
    assert layer.state_dict(destination=mine, prefix="net.") is mine
    assert list(mine) == ["other", "net.weight", "net.bias"]


DAMAGES = {
    "missing": lambda state: state.pop("first.weight"),
    "unexpected": lambda state: state.update({"extra": torch.ones(1), "block.1.7.weight": torch.ones(1)}),
    "missing and unexpected": lambda state: state.update({"mean_": state.pop("mean"), "first.w.x": torch.ones(1)}),
    "wrong shape": lambda state: state.update({"mean": torch.ones(4), "block.1.0.bias": torch.ones(2, 1)}),
    "shape with one number for none": lambda state: state.update({"gain": torch.tensor([7.0])}),
    "other dtype": lambda state: state.update({"mean": torch.ones(3, dtype=torch.float64)}),
    "no tensor": lambda state: state.update({"mean": [1, 2, 3]}),
    "everything at once": lambda state: state.update({"mean": torch.ones(4), "x": state.pop("gain"), "count": None}),
    "not persistent": lambda state: state.update({"scratchpad": torch.ones(2)}),
    "empty": lambda state: state.clear(),
    "extra state": lambda state: state.update({"first._extra_state": 1}),
}


@pytest.mark.parametrize("assign", [False, True])
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("damage", DAMAGES)
def test_loading_a_damaged_state(damage, strict, assign):
    def story(nn):
        model = build(nn)[1]()
        state = {key: value + 1 for key, value in model.state_dict().items()}
        DAMAGES[damage](state)
        keys = list(state)
        try:
            result = repr(model.load_state_dict(state, strict=strict, assign=assign))
        except RuntimeError as error:
            result = str(error)
        values = [(key, value.dtype, value.tolist()) for key, value in model.state_dict().items()]
        return result, keys == list(state), values

    same_story(story)


@LIBRARIES
def test_failing_copy_is_reported_with_its_key(nn):
    module = nn.Module()
    module.twice = nn.Buffer(torch.ones(1).expand(3))
    with pytest.raises(RuntimeError, match='While copying the parameter named "twice", whose dimensions in the model'):
        module.load_state_dict({"twice": torch.ones(3)})


@LIBRARIES
def test_assign_takes_the_tensors_themselves(nn):
    layer = build(nn)[0]().requires_grad_(False)
    given = {"weight": torch.ones(2, 3, dtype=torch.float64), "bias": nn.Parameter(torch.ones(2))}
    layer.load_state_dict(given, assign=True)
    assert layer.weight.data_ptr() == given["weight"].data_ptr()
    assert layer.weight.dtype == torch.float64
    assert isinstance(layer.weight, nn.Parameter)
    assert not layer.weight.requires_grad
    assert layer.bias is given["bias"]
    assert not layer.bias.requires_grad


@LIBRARIES
def test_meta_module_warns_unless_assigned(nn):
    state = build(nn)[0]().state_dict()
    layer = build(nn)[0]().to("meta")
    with pytest.warns(UserWarning, match="which is a no-op"):
        layer.load_state_dict(state)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer.load_state_dict(state, assign=True)
    assert not layer.weight.is_meta


def test_extra_state():
    def story(nn):
        class Counter(nn.Module):
            steps = 3

            def get_extra_state(self):
                return {"steps": self.steps}

            def set_extra_state(self, state):
                self.steps = state["steps"]

        source, target = nn.Sequential(Counter()), nn.Sequential(Counter())
        source[0].steps = 8
        keys = list(source.state_dict())
        matched = repr(target.load_state_dict(source.state_dict()))
        missing = repr(target.load_state_dict({}, strict=False))
        return keys, matched, missing, target[0].steps, outcome(lambda _: target.load_state_dict({}), None)

    assert same_story(story)[3] == 8


def test_extra_state_must_be_defined_before_it_is_used():
    for nn in (torch.nn, scratch):
        with pytest.raises(RuntimeError):
            nn.Module().get_extra_state()
        with pytest.raises(RuntimeError):
            nn.Module().set_extra_state(1)


def test_state_dict_hooks_run_in_torchs_order():
    def story(nn):
        log = []
        Layer, _ = build(nn)
        model = nn.Sequential(Layer(), Layer(2, 2))

        def renames(module, state, prefix, metadata, strict, missing, unexpected, errors):
            log.append(("load pre", type(module).__name__, prefix, sorted(state), metadata, strict))
            if prefix + "w" in state:
                state[prefix + "weight"] = state.pop(prefix + "w")

        def forgives(module, incompatible):
            log.append(("load post", type(module).__name__, list(incompatible.missing_keys)))
            incompatible.missing_keys.clear()

        for module in model.modules():
            module.register_state_dict_pre_hook(lambda m, prefix, keep: log.append(("save pre", prefix, keep)))
            module.register_state_dict_post_hook(
                lambda m, s, prefix, meta: log.append(("save", sorted(s), prefix, meta))
            )
            module.register_load_state_dict_pre_hook(renames)
            module.register_load_state_dict_post_hook(forgives)
        state = model.state_dict()
        state["0.w"] = state.pop("0.weight")
        del state["1.bias"]
        log.append(repr(model.load_state_dict(state)))
        log.append(sorted(state))
        return log

    log = same_story(story)
    assert "<All keys matched successfully>" in log


def test_state_dict_hooks_may_not_return_values():
    def story(nn, register):
        module = nn.Module()
        getattr(module, register)(lambda *_: 1)
        module.load_state_dict(module.state_dict())

    for register in ("register_state_dict_post_hook", "register_load_state_dict_post_hook"):
        result = same_story(lambda nn, register=register: story(nn, register))
        assert result[0] in (RuntimeError, AssertionError)


@LIBRARIES
def test_versions_reach_the_loading_module(nn):
    class Versioned(nn.Module):
        _version = 4

        def _load_from_state_dict(self, state_dict, prefix, local_metadata, *rest):
            self.seen = local_metadata.get("version")
            super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

    model = nn.Sequential(Versioned())
    model.load_state_dict(model.state_dict())
    assert model[0].seen == 4
    model.load_state_dict(dict(model.state_dict()))
    assert model[0].seen is None


# Hooks ----------------------------------------------------------------------------------------------------------------


def test_forward_hooks_see_and_change_the_same_things():
    def story(nn):
        log = []
        layer = build(nn)[0]()

        def pre(module, args):
            log.append(("pre", args[0].tolist()))
            return args[0] + 1

        def pre_kwargs(module, args, kwargs):
            log.append(("pre kwargs", dict(kwargs)))
            return args, {"scale": kwargs.get("scale", 1.0) * 2}

        def after(module, args, output):
            log.append(("after", len(args), output.tolist()))
            return output * 10

        def after_kwargs(module, args, kwargs, output):
            log.append(("after kwargs", dict(kwargs), output.tolist()))

        handles = [
            layer.register_forward_pre_hook(pre),
            layer.register_forward_pre_hook(pre_kwargs, with_kwargs=True),
            layer.register_forward_pre_hook(lambda m, a: log.append("first"), prepend=True),
            layer.register_forward_hook(after),
            layer.register_forward_hook(after_kwargs, with_kwargs=True),
            layer.register_forward_hook(lambda m, a, o: log.append("prepended"), prepend=True, always_call=True),
        ]
        log.append(layer(torch.ones(1, 3), scale=3.0).tolist())
        for handle in handles:
            handle.remove()
            log.append(layer(torch.ones(1, 3)).tolist())
        log.append([len(layer._forward_hooks_with_kwargs), len(layer._forward_hooks_always_called)])
        return log

    same_story(story)


def test_pre_hook_with_kwargs_must_return_a_pair():
    def story(nn):
        layer = build(nn)[0]()
        layer.register_forward_pre_hook(lambda m, a, k: "wrong", with_kwargs=True)
        layer(torch.ones(1, 3))

    assert same_story(story)[0] is RuntimeError


@pytest.mark.parametrize("failing", ["pre", "forward", "hook", "always"])
def test_always_called_hooks_run_after_an_error(failing):
    def story(nn):
        log = []

        class Failing(nn.Module):
            def forward(self, input):
                if failing == "forward":
                    raise ValueError("forward")
                return input

        def fail(name):
            def hook(*args):
                log.append(name)
                if name == failing:
                    raise ValueError(name)

            return hook

        module = Failing()
        module.register_forward_pre_hook(fail("pre"))
        module.register_forward_hook(fail("always"), always_call=True)
        module.register_forward_hook(fail("hook"))
        module.register_forward_hook(lambda m, a, k, out: log.append((k, out)), always_call=True, with_kwargs=True)
        module.register_forward_hook(lambda m, a, out: 1 / 0, always_call=True)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            log.append(outcome(lambda _: module(5), None))
        return log, [str(w.message) for w in caught]

    same_story(story)


def gradients(nn, x_grad=True, change=False, several=False, y_grad=False):
    """Registers full backward hooks, runs a backward pass and tells what they saw."""
    log = []

    class Mix(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.tensor([1.0, 2.0]))

        def forward(self, x, label, y):
            return (x * self.w, label, x + y) if several else x * self.w + y

    def show(values):
        return [v.tolist() if isinstance(v, torch.Tensor) else v for v in values]

    def hook(name):
        def run(module, *grads):
            log.append((name, type(module).__name__, [show(g) for g in grads]))
            if change:
                return tuple(None if g is None else g * 3 for g in grads[0])
            return None

        return run

    module = Mix()
    module.register_full_backward_hook(hook("last"))
    module.register_full_backward_hook(hook("first"), prepend=True)
    module.register_full_backward_pre_hook(hook("pre"))
    removed = module.register_full_backward_hook(hook("removed"))
    removed.remove()
    x = torch.tensor([3.0, 4.0], requires_grad=x_grad)
    y = torch.tensor([5.0, 6.0], requires_grad=y_grad)
    output = module(x, "label", y)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        (output[0].sum() if several else (output * output).sum()).backward()
    return log, show([module.w.grad, x.grad, y.grad]), [w.category for w in caught]


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("change", [False, True])
@pytest.mark.parametrize("x_grad, y_grad", [(True, False), (False, True), (True, True)])
def test_backward_hooks(x_grad, y_grad, change, several):
    log, _, _ = same_story(lambda nn: gradients(nn, x_grad, change, several, y_grad))
    assert [name for name, *_ in log] == ["pre", "first", "last"]


def test_backward_hooks_when_no_input_needs_a_gradient():
    log, _, caught = same_story(lambda nn: gradients(nn, x_grad=False))
    assert len(log) == 3
    assert caught == [UserWarning]
    assert same_story(lambda nn: gradients(nn, x_grad=False, change=True)) is not None


@pytest.mark.parametrize("register", ["register_full_backward_hook", "register_full_backward_pre_hook"])
def test_backward_hook_must_return_as_many_gradients(register):
    def story(nn):
        layer = build(nn)[0]()
        getattr(layer, register)(lambda module, *grads: (1, 2, 3))
        layer(torch.ones(1, 3, requires_grad=True)).sum().backward()

    assert same_story(story)[0] is RuntimeError


def test_backward_hook_and_an_output_that_is_no_tensor():
    def story(nn):
        class Dictionary(nn.Module):
            def forward(self, x):
                return {"x": x * 2}

        log = []
        module = Dictionary()
        module.register_full_backward_hook(lambda *args: log.append(1))
        x = torch.ones(2, requires_grad=True)
        with pytest.warns(UserWarning, match="should be a Tensor or a tuple of Tensors"):
            output = module(x)
        output["x"].sum().backward()
        return log, x.grad.tolist()

    same_story(story)


def test_backward_hooks_under_no_grad_and_in_a_second_backward():
    def story(nn):
        log = []
        layer = build(nn)[0]()
        layer.register_full_backward_hook(lambda m, gi, go: log.append([g.tolist() for g in (*gi, *go)]))
        with torch.no_grad():
            layer(torch.ones(1, 3))
        x = torch.ones(1, 3, requires_grad=True)
        (first,) = torch.autograd.grad((layer(x) ** 3).sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(first.sum(), x)
        return log, first.tolist(), second.tolist()

    same_story(story)


@LIBRARIES
def test_named_tuples_pass_through_backward_hooks(nn):
    from collections import namedtuple

    Pair = namedtuple("Pair", ["a", "b"])

    class Pairs(nn.Module):
        def forward(self, x):
            return Pair(x * 2, x * 3)

    module, seen = Pairs(), []
    module.register_full_backward_hook(lambda m, gi, go: seen.append(len(go)))
    output = module(torch.ones(1, requires_grad=True))
    assert type(output) is Pair
    (output.a + output.b).sum().backward()
    assert seen == [2]


# Copies ---------------------------------------------------------------------------------------------------------------


class Pickled(scratch.Module):
    def __init__(self):
        super().__init__()
        self.weight = scratch.Parameter(torch.arange(3.0))
        self.tied = self.weight
        self.register_buffer("mean", torch.ones(3), persistent=False)
        self.inner = scratch.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
        self.register_forward_hook(double_the_output)

    def forward(self, input):
        return self.inner(input * self.weight - self.mean)


def double_the_output(module, args, output):
    return output * 2


def saved_and_loaded(module):
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


@pytest.mark.parametrize(
    "twin_of",
    [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)), saved_and_loaded],
    ids=["copy", "pickle", "save"],
)
def test_copies_are_whole_and_independent(twin_of):
    module = Pickled().eval()
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    twin = twin_of(module)
    assert torch.equal(twin(x), module(x))
    assert twin.tied is twin.weight
    assert not twin.inner[1].training
    assert list(twin.state_dict()) == list(module.state_dict())
    with torch.no_grad():
        twin.weight += 1
    assert not torch.equal(twin(x), module(x))
    handle = twin.register_forward_hook(lambda m, a, o: o * 0)
    assert not twin(x).any()
    handle.remove()
    assert len(module._forward_hooks) == 1


# Torch modules as children --------------------------------------------------------------------------------------------


def mixed(nn):
    """Torch's layers inside containers of one library or the other, three levels deep."""
    torch.manual_seed(0)
    return nn.Sequential(
        torch.nn.Linear(3, 4),
        nn.ModuleList([torch.nn.Sequential(torch.nn.BatchNorm1d(4), torch.nn.Dropout()), torch.nn.ReLU()]),
        torch.nn.Linear(4, 2, bias=False),
    )


def test_torch_children_are_reached():
    def story(nn):
        model = mixed(nn)
        seen = []
        model.apply(lambda module: seen.append(type(module).__name__))
        model.eval().double().requires_grad_(False)
        return {
            "repr": repr(model),
            "keys": list(model.state_dict()),
            "metadata": dict(model.state_dict()._metadata),
            "names": [name for name, _ in model.named_modules()],
            "buffers": [name for name, _ in model.named_buffers()],
            "types": [(name, p.dtype, p.requires_grad) for name, p in model.named_parameters()],
            "modes": [module.training for module in model.modules()],
            "applied": seen,
            "values": [value.tolist() for value in copy.deepcopy(model).state_dict().values()],
            "submodule": type(model.get_submodule("1.0.0")).__name__,
            "wrong": outcome(lambda _: model.load_state_dict({"1.0.0.weight": torch.ones(3), "1.0.2.x": 1}), None),
        }

    same_story(story)


def test_state_moves_between_mixed_and_torch_models():
    ours, theirs = mixed(scratch), mixed(torch.nn)
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter += 1
    assert repr(ours.load_state_dict(theirs.state_dict())) == "<All keys matched successfully>"
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))
    theirs.load_state_dict(ours.state_dict())


@pytest.mark.parametrize("inner", [torch.nn, scratch])
def test_parameters_of_either_kind_register_in_modules_of_either_kind(inner):
    for outer in (torch.nn, scratch):
        module = outer.Module()
        module.weight = inner.Parameter(torch.ones(2))
        module.mean = inner.Buffer(torch.ones(2), persistent=False)
        assert [name for name, _ in module.named_parameters()] == ["weight"]
        assert [name for name, _ in module.named_buffers()] == ["mean"]
        assert list(module.state_dict()) == ["weight"]
        module.double()
        assert module.weight.dtype == torch.float64
        optimizer = torch.optim.SGD(module.parameters(), lr=0.5)
        module.weight.sum().backward()
        optimizer.step()
        assert module.weight.tolist() == [0.5, 0.5]


def test_gradients_of_the_model_equal_torchs():
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
    found = []
    for nn in (torch.nn, scratch):
        model = build(nn)[1]()
        (model(x) ** 2).sum().backward()
        found.append([parameter.grad for parameter in model.parameters()])
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))
