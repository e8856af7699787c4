"""torch.nn.utils: clipping, vectors of parameters, weight and spectral normalisation, fusion, beside their twins."""

import copy
import importlib
import inspect
import math
import pickle
import warnings
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import utils
from nnbook.parity import FUSED, compare, observe, specs

pytestmark = pytest.mark.filterwarnings("ignore:.*weight_norm.* is deprecated:FutureWarning")


def pairs(make, *args, **kwargs):
    """A layer of ours and its twin, with equal weights."""
    ours, theirs = getattr(scratch, make)(*args, **kwargs), getattr(nn, make)(*args, **kwargs)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def assert_alike(ours, theirs, x):
    """Equal outputs, gradients and states."""
    results = []
    for layer in (ours, theirs):
        layer.zero_grad()
        y = layer(x)
        y.sin().sum().backward()
        grads = {name: p.grad for name, p in layer.named_parameters()}
        results.append(({"y": y}, grads, dict(layer.state_dict())))
    for mine, twin in zip(*results, strict=True):
        assert list(mine) == list(twin)
        for name in mine:
            torch.testing.assert_close(mine[name], twin[name], msg=lambda m, n=name: f"{n}: {m}")


def test_names_are_torchs():
    left_out = {
        "clip_grad_norm",
        "convert_conv2d_weight_memory_format",
        "convert_conv3d_weight_memory_format",
        "parametrizations",
        "parametrize",
        "stateless",
    }
    assert set(nn.utils.__all__) - set(utils.__all__) == left_out
    for name in utils.__all__:
        twin = getattr(nn.utils, name)
        if inspect.isfunction(twin):
            mine, its = (inspect.signature(f).parameters.values() for f in (getattr(utils, name), twin))
            assert [(p.name, p.default, p.kind) for p in mine] == [(p.name, p.default, p.kind) for p in its]


# Clipping -------------------------------------------------------------------------------------------------------------


def with_gradients(shapes=((3, 4), (5,), ()), seed=0):
    gen = torch.Generator().manual_seed(seed)
    params = [nn.Parameter(torch.randn(s, generator=gen)) for s in shapes]
    for p in params:
        p.grad = torch.randn(p.shape, generator=gen) * 3
    return params


@pytest.mark.parametrize("norm_type", [1, 2.0, 3, 0, math.inf, -math.inf, "inf"])
def test_total_norm(norm_type):
    grads = [p.grad for p in with_gradients()]
    torch.testing.assert_close(utils.get_total_norm(grads, norm_type), nn.utils.get_total_norm(grads, norm_type))
    torch.testing.assert_close(utils.get_total_norm(grads[0], norm_type), nn.utils.get_total_norm(grads[0], norm_type))
    assert utils.get_total_norm([]) == 0
    with pytest.raises(RuntimeError):
        utils.get_total_norm([torch.tensor([math.nan])], error_if_nonfinite=True)


def test_clipping_to_a_norm_that_is_known():
    for total in (0.5, 2.0, 100.0):
        results = []
        for library in (utils, nn.utils):
            params = with_gradients()
            assert library.clip_grads_with_norm_(iter(params), 2.0, torch.tensor(total)) is None
            results.append([p.grad for p in params])
        torch.testing.assert_close(*results)


@pytest.mark.parametrize("value", [0.5, 2, 100.0])
def test_clipping_values(value):
    results = []
    for library in (utils, nn.utils):
        params = with_gradients()
        params[1].grad = None
        before = params[0].grad
        assert library.clip_grad_value_((p for p in params), value) is None
        library.clip_grad_value_(params[2], value / 2)
        assert params[0].grad is before and params[1].grad is None
        results.append([params[0].grad, params[2].grad])
    torch.testing.assert_close(*results)


def test_clipping_by_its_spec():
    spec = specs.find("clip_grad_norm_")
    mine = observe(spec, utils.clip_grad_norm_, seed=3, scope="library", forbidden=FUSED)
    theirs = observe(spec, spec.reference, seed=3, scope="library")
    assert [f"{r.name}: {r.message}" for r in compare(spec, mine, theirs, "library") if not r.passed] == []
    assert mine.forbidden == []


def test_an_empty_generator_is_worth_a_warning():
    with pytest.warns(UserWarning, match="empty generator"):
        utils.clip_grad_norm_((p for p in ()), 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        utils.clip_grad_norm_([], 1.0)


# Vectors --------------------------------------------------------------------------------------------------------------


def test_parameters_as_a_vector_and_back():
    ours, theirs = scratch.Sequential(scratch.Linear(3, 4), scratch.Linear(4, 2)), nn.Linear(26, 1)
    vector = utils.parameters_to_vector(ours.parameters())
    assert torch.equal(vector, torch.cat([p.flatten() for p in ours.parameters()]))
    vector.sum().backward()
    assert all((p.grad == 1).all() for p in ours.parameters())
    new = torch.arange(26.0)
    parameters = list(ours.parameters())
    utils.vector_to_parameters(new, ours.parameters())
    assert torch.equal(utils.parameters_to_vector(ours.parameters()), new)
    assert all(p is q for p, q in zip(ours.parameters(), parameters, strict=True))
    utils.vector_to_parameters(new, [theirs.weight])
    assert torch.equal(theirs.weight, new[None])


def test_vectors_refuse_what_torch_refuses():
    for library in (utils, nn.utils):
        with pytest.raises(TypeError):
            library.vector_to_parameters([1.0], [torch.zeros(1)])
        with pytest.raises(RuntimeError):
            library.vector_to_parameters(torch.zeros(3), [torch.zeros(4)])
        with pytest.raises(RuntimeError):
            library.parameters_to_vector([torch.zeros(3, 4).t()])


# Weight normalisation -------------------------------------------------------------------------------------------------

LAYERS = [
    ("Linear", (3, 4), (5, 3)),
    ("Conv1d", (2, 4, 3), (3, 2, 6)),
    ("Conv2d", (2, 4, (3, 2)), (3, 2, 6, 5)),
    ("ConvTranspose2d", (2, 4, 3), (3, 2, 4, 4)),
]


@pytest.mark.parametrize(("name", "args", "shape"), LAYERS)
@pytest.mark.parametrize("dim", [0, 1, None])
def test_weight_norm(name, args, shape, dim):
    ours, theirs = pairs(name, *args)
    assert utils.weight_norm(ours, dim=dim) is ours
    nn.utils.weight_norm(theirs, dim=dim)
    assert repr(ours) == repr(theirs)
    x = torch.randn(shape)
    assert_alike(ours, theirs, x)
    with torch.no_grad():
        for layer in (ours, theirs):
            layer.weight_g.mul_(2)
            layer.weight_v.add_(0.1)
    assert_alike(ours, theirs, x)
    y = ours(x)
    assert utils.remove_weight_norm(ours) is ours
    nn.utils.remove_weight_norm(theirs)
    assert_alike(ours, theirs, x)
    torch.testing.assert_close(ours(x), y)
    assert isinstance(ours.weight, scratch.Parameter) and not ours._forward_pre_hooks


@pytest.mark.parametrize(
    ("shape", "dim"),
    [((4,), 0), ((4,), None), ((3, 4), 0), ((3, 4), 1), ((3, 4), None), ((2, 3, 2), 1), ((2, 3, 2), -2)],
)
def test_the_derivatives_of_weight_norm(shape, dim):
    torch.manual_seed(0)
    v = torch.randn(shape, dtype=torch.float64)
    hook = importlib.import_module("nnbook.nn.utils.weight_norm").WeightNorm("weight", dim)
    torch.testing.assert_close(hook.norm(v), torch.norm_except_dim(v, 2, hook.dim))

    def weight(v, g):
        return hook.compute_weight(SimpleNamespace(weight_v=v, weight_g=g))

    g = torch.rand_like(hook.norm(v))
    torch.testing.assert_close(weight(v, g), torch._weight_norm(v, g, hook.dim))
    assert torch.autograd.gradcheck(weight, (v.requires_grad_(), g.requires_grad_()))
    assert torch.autograd.gradgradcheck(weight, (v, g))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_weight_norm_in_half_precision(dtype):
    torch.manual_seed(0)
    ours, theirs = pairs("Linear", 300, 4, dtype=dtype)
    with torch.no_grad():
        for layer in (ours, theirs):
            layer.weight.copy_(torch.linspace(-300, 300, 1200).view(4, 300))  # whose squares do not fit into float16
    for library, layer in ((utils, ours), (nn.utils, theirs)):
        library.weight_norm(layer)
        layer.weight.float().square().sum().backward()
    assert ours.weight.dtype == ours.weight_g.dtype == dtype and bool(ours.weight_g.isfinite().all())
    for name in ("weight", "weight_g", "weight_v"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), rtol=1e-2, atol=1e-2)
    torch.testing.assert_close(ours.weight_g.grad, theirs.weight_g.grad, rtol=1e-2, atol=1e-2)


def test_weight_norm_of_a_bias():
    ours, theirs = pairs("Linear", 3, 4)
    utils.weight_norm(utils.weight_norm(ours), "bias")
    nn.utils.weight_norm(nn.utils.weight_norm(theirs), "bias")
    assert_alike(ours, theirs, torch.randn(5, 3))
    utils.remove_weight_norm(ours, "bias")
    assert sorted(ours.state_dict()) == ["bias", "weight_g", "weight_v"]


def test_weight_norm_refuses_what_torch_refuses():
    for library, layers in ((utils, scratch), (nn.utils, nn)):
        layer = library.weight_norm(layers.Linear(2, 2))
        with pytest.raises(RuntimeError):
            library.weight_norm(layer)
        with pytest.raises(ValueError, match="not found"):
            library.remove_weight_norm(layers.Linear(2, 2))
        with pytest.warns(FutureWarning):
            library.weight_norm(layers.Linear(2, 2))


# Spectral normalisation -----------------------------------------------------------------------------------------------


def spectral_pair(name, args, **options):
    ours, theirs = pairs(name, *args)
    assert utils.spectral_norm(ours, **options) is ours
    nn.utils.spectral_norm(theirs, **options)
    # Fresh vectors are random: from here on they are the same.
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


@pytest.mark.parametrize(("name", "args", "shape"), LAYERS)
@pytest.mark.parametrize("options", [{}, {"n_power_iterations": 3, "eps": 1e-3}, {"dim": 1}])
def test_spectral_norm(name, args, shape, options):
    ours, theirs = spectral_pair(name, args, **options)
    x = torch.randn(shape)
    for training in (True, True, False, False, True):
        assert_alike(ours.train(training), theirs.train(training), x)
    theirs.load_state_dict(ours.state_dict())
    assert utils.remove_spectral_norm(ours) is ours
    nn.utils.remove_spectral_norm(theirs)
    assert_alike(ours, theirs, x)
    assert sorted(ours.state_dict()) == ["bias", "weight"] and not ours._forward_pre_hooks


def test_spectral_norm_finds_the_largest_singular_value():
    torch.manual_seed(0)
    layer = utils.spectral_norm(scratch.Linear(6, 5), n_power_iterations=200)
    torch.testing.assert_close(layer.weight_u.norm(), torch.tensor(1.0))
    layer(torch.randn(1, 6))
    torch.testing.assert_close(torch.linalg.matrix_norm(layer.weight, 2), torch.tensor(1.0))
    torch.testing.assert_close(layer.weight * torch.linalg.matrix_norm(layer.weight_orig, 2), layer.weight_orig)


def test_spectral_norm_may_be_called_twice_before_the_backward_pass():
    ours, theirs = spectral_pair("Linear", (3, 4))
    a, b = torch.randn(5, 3), torch.randn(5, 3)
    for layer in (ours, theirs):
        (layer(a) - layer(b)).square().sum().backward()
    torch.testing.assert_close(ours.weight_orig.grad, theirs.weight_orig.grad)


def test_spectral_norm_refuses_what_torch_refuses():
    for library, layers in ((utils, scratch), (nn.utils, nn)):
        layer = library.spectral_norm(layers.Linear(2, 2))
        with pytest.raises(RuntimeError):
            library.spectral_norm(layer)
        with pytest.raises(ValueError, match="n_power_iterations"):
            library.spectral_norm(layers.Linear(2, 2), n_power_iterations=0)
        with pytest.raises(ValueError, match="None"):
            library.spectral_norm(layers.Linear(2, 2, bias=False), "bias")
        with pytest.raises(ValueError, match="not found"):
            library.remove_spectral_norm(layers.Linear(2, 2))


@pytest.mark.parametrize("normalise", [utils.weight_norm, utils.spectral_norm])
def test_normalised_layers_can_be_copied_and_pickled(normalise):
    layer, x = normalise(scratch.Linear(3, 4)).eval(), torch.randn(2, 3)
    with torch.no_grad():
        y = layer(x)
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert torch.equal(twin(x), y)
        # its hook computes its own weight
        with torch.no_grad():
            for p in twin.parameters():
                p.add_(1.0)
        assert not torch.equal(twin(x), y) and torch.equal(layer(x), y)
        assert list(twin.state_dict()) == list(layer.state_dict())


@pytest.mark.parametrize("normalise", [utils.weight_norm, utils.spectral_norm])
def test_torchs_layers_can_be_normalised(normalise):
    torch.manual_seed(0)
    theirs = normalise(nn.Linear(3, 4))
    torch.manual_seed(0)
    ours = normalise(scratch.Linear(3, 4))
    assert_alike(ours, theirs, torch.randn(2, 3))


# Others ---------------------------------------------------------------------------------------------------------------


def test_skip_init():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    layer = utils.skip_init(scratch.Linear, 5, 2, dtype=torch.float64)
    assert torch.equal(torch.get_rng_state(), before)
    assert layer.weight.shape == (2, 5) and layer.weight.dtype == torch.float64 and layer.weight.device.type == "cpu"
    for library, linear, relu in ((utils, scratch.Linear, scratch.ReLU), (nn.utils, nn.Linear, nn.ReLU)):
        assert library.skip_init(linear, in_features=6, out_features=1, device="cpu").weight.shape == (1, 6)
        with pytest.raises(RuntimeError):
            library.skip_init(relu)
        with pytest.raises(RuntimeError):
            library.skip_init(torch.Tensor, 5)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("name", "affine"),
    [("Conv1d", True), ("Conv2d", True), ("Conv2d", False), ("ConvTranspose2d", True), ("Linear", True)],
)
def test_fusion(name, bias, affine):
    layer = getattr(scratch, name)(*((2, 4) if name == "Linear" else (2, 4, 3)), bias=bias)
    norm = (scratch.BatchNorm2d if name.endswith("2d") else scratch.BatchNorm1d)(4, affine=affine)
    x = torch.randn(6, 2, *[5] * {"Linear": 0, "Conv1d": 1}.get(name, 2))
    norm(layer(x) * 3 + 1)  # statistics that are worth something
    if affine:
        scratch.init.normal_(norm.weight)
        scratch.init.normal_(norm.bias)
    layer.eval(), norm.eval()
    fuse = utils.fuse_linear_bn_eval if name == "Linear" else utils.fuse_conv_bn_eval
    fused = fuse(layer, norm, *([True] if "Transpose" in name else []))
    assert fused is not layer and type(fused) is type(layer)
    torch.testing.assert_close(fused(x), norm(layer(x)))


def test_fusion_weights_are_torchs():
    w, b, mean, var, gamma, beta = torch.randn(4, 2, 3), *torch.rand(5, 4).unbind()
    for args in ((w, b, mean, var, 1e-3, gamma, beta), (w, None, mean, var, 1e-3, None, None)):
        for mine, its in zip(utils.fuse_conv_bn_weights(*args), nn.utils.fuse_conv_bn_weights(*args), strict=True):
            torch.testing.assert_close(mine.detach(), its.detach())
            assert mine.requires_grad == its.requires_grad
    args = (w[..., 0], b, mean, var, 1e-3, gamma, beta)
    for mine, its in zip(utils.fuse_linear_bn_weights(*args), nn.utils.fuse_linear_bn_weights(*args), strict=True):
        torch.testing.assert_close(mine.detach(), its.detach())


def test_fusion_is_for_evaluation():
    for library, layers in ((utils, scratch), (nn.utils, nn)):
        with pytest.raises(AssertionError):
            library.fuse_conv_bn_eval(layers.Conv2d(2, 2, 1), layers.BatchNorm2d(2))
        with pytest.raises(AssertionError):
            library.fuse_linear_bn_eval(layers.Linear(2, 3).eval(), layers.BatchNorm1d(2).eval())
