"""nnbook.optim against torch.optim: trajectories, groups, saved states, errors."""

import copy
import inspect
import itertools
import pickle
import warnings

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from nnbook import optim
from nnbook.optim.optimizer import Optimizer, required

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)] if torch.cuda.is_available() else ["cpu"]
# SparseAdam, LBFGS and Muon take only some gradients, closures or shapes: they are in test_special.py.
NAMES = (
    *("SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Adadelta"),
    *("Adamax", "NAdam", "RAdam", "ASGD", "Rprop", "Adafactor"),
)


def product(**choices):
    """Every combination; a choice that is None leaves its option out, one that is a dict sets all its options."""
    rows = [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]
    return [{k: v for k, v in row.items() if v is not None and k != "some"} | row.get("some", {}) for row in rows]


CASES = [
    ("SGD", options)
    for options in product(
        momentum=(0, 0.9), dampening=(0, 0.3), weight_decay=(0, 0.1), nesterov=(False, True), maximize=(False, True)
    )
    if not (options["nesterov"] and (options["momentum"] == 0 or options["dampening"] != 0))
]
CASES += [
    ("RMSprop", options)
    for options in product(
        some=({"alpha": 0.99, "eps": 1e-8}, {"alpha": 0.5, "eps": 1e-3}),
        weight_decay=(0, 0.1),
        momentum=(0, 0.9),
        centered=(False, True),
        maximize=(False, True),
    )
]
CASES += [
    ("Adam", options)
    for options in product(
        some=({"betas": (0.9, 0.999)}, {"betas": (0.0, 0.5), "eps": 1e-3}),
        weight_decay=(0, 0.1),
        amsgrad=(False, True),
        maximize=(False, True),
        decoupled_weight_decay=(False, True),
    )
]
CASES += [
    ("AdamW", options)
    for options in product(weight_decay=(0, 0.01, 0.3), amsgrad=(False, True), maximize=(False, True))
]
CASES += [
    ("Adagrad", options)
    for options in product(
        lr_decay=(0, 0.2), weight_decay=(0, 0.1), initial_accumulator_value=(0, 0.5), maximize=(False, True)
    )
]
CASES += [
    ("Adadelta", options)
    for options in product(rho=(0.9, 0.5, 1.0), eps=(1e-6, 1e-2), weight_decay=(0, 0.1), maximize=(False, True))
]
CASES += [
    (name, options)
    for name in ("Adamax", "NAdam", "RAdam")
    for options in product(
        some=({"betas": (0.9, 0.999)}, {"betas": (0.5, 0.7), "eps": 1e-2}),
        weight_decay=(0, 0.1),
        maximize=(False, True),
        decoupled_weight_decay=(False, True) if name != "Adamax" else (None,),
        momentum_decay=(4e-3, 0.3) if name == "NAdam" else (None,),
    )
]
CASES += [
    ("ASGD", options) for options in product(lambd=(1e-4, 0.1), alpha=(0.75, 1.5), t0=(1e6, 3), weight_decay=(0, 0.1))
]
CASES += [
    ("Rprop", options)
    for options in product(
        etas=((0.5, 1.2), (0.1, 3.0)), step_sizes=((1e-6, 50), (0.005, 0.02)), maximize=(False, True)
    )
]
CASES += [
    ("Adafactor", options)
    for options in product(
        some=({"beta2_decay": -0.8}, {"beta2_decay": -0.3, "eps": (0.1, 2.0)}),
        d=(1.0, 2.5),
        weight_decay=(0, 0.1),
        maximize=(False, True),
    )
]
# One busy choice of options for each, where their product is not the point.
BUSY = {
    "AdamW": {"lr": 0.02, "amsgrad": True, "weight_decay": 0.1},
    "Adagrad": {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.2, "weight_decay": 0.01},
    "Adadelta": {"lr": 0.5, "rho": 0.8, "weight_decay": 0.01},
    "Adamax": {"lr": 0.02, "betas": (0.8, 0.9), "weight_decay": 0.01},
    "NAdam": {"lr": 0.02, "betas": (0.8, 0.9), "weight_decay": 0.01, "momentum_decay": 0.1},
    "RAdam": {"lr": 0.02, "betas": (0.8, 0.9), "weight_decay": 0.01},
    "ASGD": {"lr": 0.05, "lambd": 0.01, "t0": 3, "weight_decay": 0.01},
    "Rprop": {"lr": 0.02, "etas": (0.4, 1.3)},
    "Adafactor": {"lr": 0.1, "weight_decay": 0.01, "d": 1.5},
    "SGD": {"lr": 0.05, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01},
    "RMSprop": {"lr": 0.01, "momentum": 0.8, "centered": True, "weight_decay": 0.01},
    "Adam": {"lr": 0.02, "amsgrad": True, "weight_decay": 0.01},
}


def case_id(case):
    name, options = case
    return name + ",".join(f"{k}={v}" for k, v in options.items() if v)


def make_params(dtype=torch.float64, device="cpu"):
    generator = torch.Generator().manual_seed(0)
    shapes = [(3, 4), (5,), (), (2, 3, 2), (4,)]
    return [
        torch.randn(shape, generator=generator, dtype=torch.float64).to(device, dtype).requires_grad_()
        for shape in shapes
    ]


def set_grads(params, t):
    """Gradients of step t: usual ones, tiny ones, zeros, and none at all now and then; the last never has one."""
    generator = torch.Generator().manual_seed(100 + t)
    for i, p in enumerate(params):
        dtype = torch.complex128 if p.is_complex() else torch.float64
        grad = torch.randn(p.shape, generator=generator, dtype=dtype).to(p.device, p.dtype)
        if i == 1:
            grad = grad * 1e-12
        if i == 2 and t % 3 == 0:
            grad = grad * 0
        p.grad = None if i == 4 or (i == 3 and t % 4 == 1) else grad


def in_groups(params, name="SGD"):
    third = {"step_sizes": (0.01, 0.5)} if name == "Rprop" else {"weight_decay": 0.05}
    return [{"params": params[:2]}, {"params": params[2:3], "lr": 0.3}, {"params": params[3:], **third}]


def assert_equal(ours, theirs, dtype):
    # Ours multiplies in another order here and there; what is rounded is rounded elsewhere then.
    rtol = {torch.float16: 4e-3, torch.bfloat16: 4e-2, torch.float32: 1e-5, torch.complex64: 1e-5}.get(dtype, 1e-11)
    tolerance = {"rtol": rtol, "atol": rtol / 1000}
    if ours.is_cuda:  # there torch updates all tensors in one kernel, which rounds differently
        tolerance = {"rtol": 1e-10, "atol": 1e-13} if dtype == torch.float64 else {"rtol": 1e-4, "atol": 1e-6}
    torch.testing.assert_close(ours, theirs, **tolerance, equal_nan=True)


def assert_same_state(ours, theirs):
    """The two state dicts hold the same: structure, kinds, dtypes, devices and numbers."""
    a, b = ours.state_dict(), theirs.state_dict()
    assert a["param_groups"] == b["param_groups"]
    assert list(a["state"]) == list(b["state"])
    for number in a["state"]:
        assert list(a["state"][number]) == list(b["state"][number])
        for name, value in a["state"][number].items():
            expected = b["state"][number][name]
            assert value.dtype == expected.dtype and value.device == expected.device
            assert_equal(value, expected, value.dtype)


def walk(ours, theirs, my_params, their_params, start, steps):
    for t in range(start, start + steps):
        for optimizer, params in ((ours, my_params), (theirs, their_params)):
            set_grads(params, t)
            optimizer.step()
        mine, reference = (torch.cat([p.detach().flatten() for p in ps]) for ps in (my_params, their_params))
        assert_equal(mine, reference, mine.dtype)


def pair(name, dtype=torch.float64, device="cpu", **options):
    mine, theirs = make_params(dtype, device), make_params(dtype, device)
    return (
        getattr(optim, name)(in_groups(mine, name), **options),
        getattr(torch.optim, name)(in_groups(theirs, name), **options),
        mine,
        theirs,
    )


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_trajectories(case, device):
    name, options = case
    ours, theirs, p, q = pair(name, device=device, **options)
    start = [t.detach().clone() for t in p]
    walk(ours, theirs, p, q, 0, 8)
    assert_same_state(ours, theirs)
    assert (p[4] in ours.state) is (name == "Adagrad")  # it never had a gradient
    moved = [not torch.equal(a, b) for a, b in zip(start, p, strict=True)]
    assert moved[0] and moved[2] and moved[3] and not moved[4]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", NAMES)
def test_many_steps_in_float32(name, device):
    ours, theirs, p, q = pair(name, torch.float32, device, **BUSY[name])
    walk(ours, theirs, p, q, 0, 40)
    assert_same_state(ours, theirs)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.complex64, torch.complex128], ids=str)
def test_other_dtypes(name, dtype):
    if name == "Adafactor" and dtype.is_complex:
        for module in (optim, torch.optim):
            p = torch.ones(2, dtype=dtype, requires_grad=True)
            p.grad = torch.ones_like(p)
            with pytest.raises(RuntimeError, match="does not support complex"):
                module.Adafactor([p]).step()
        return
    mine, theirs = [
        [torch.linspace(0.5, 2, 5).to(dtype).requires_grad_(), torch.ones(2, 2, dtype=dtype).requires_grad_()]
        for _ in range(2)
    ]
    ours, reference = (getattr(m, name)(p, **BUSY[name]) for m, p in ((optim, mine), (torch.optim, theirs)))
    walk(ours, reference, mine, theirs, 0, 10)
    assert_same_state(ours, reference)


class Count(TorchDispatchMode):
    """How many operators on lists of tensors reach the dispatcher."""

    seen = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.seen += "_foreach_" in func.overloadpacket.__name__
        return func(*args, **(kwargs or {}))


BUNDLING = ("Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "RAdam")


@pytest.mark.parametrize("name", BUNDLING)
@pytest.mark.parametrize(
    "some", [{}, {"maximize": True}, {"centered": True, "amsgrad": True, "decoupled_weight_decay": True}]
)
def test_all_parameters_at_once(name, some):
    """foreach=True: in one operator for all of one dtype and one step count, with the same numbers."""
    some = {k: v for k, v in some.items() if k in inspect.signature(getattr(optim, name)).parameters}
    params = [
        [torch.ones(3, dtype=dtype, requires_grad=True) for dtype in (*[torch.float64] * 5, *[torch.complex128] * 5)]
        for _ in range(3)
    ]
    classes = (getattr(torch.optim, name), getattr(optim, name), getattr(optim, name))
    foreach = (False, False, True)
    optimizers = [cls(p, **BUSY[name] | some, foreach=f) for cls, p, f in zip(classes, params, foreach, strict=True)]
    for t in range(6):
        for optimizer, ps in zip(optimizers, params, strict=True):
            set_grads(ps, t)
            ps[7].grad = None if t < 2 else ps[7].grad
            before = [None if p.grad is None else p.grad.clone() for p in ps]
            optimizer.step()
            assert all(g is None or torch.equal(p.grad, g) for p, g in zip(ps, before, strict=True))
        for ours, p, theirs in zip(params[1], params[2], params[0], strict=True):
            assert torch.equal(ours, p)
            assert_equal(ours.detach(), theirs.detach(), ours.dtype)
    optimizers[0].param_groups[0]["foreach"] = True
    assert_same_state(optimizers[2], optimizers[0])


@pytest.mark.parametrize("name", BUNDLING)
def test_as_many_operators_for_many_parameters_as_for_few(name):
    counts = []
    for many, foreach in ((3, True), (30, True), (3, False), (3, None)):
        params = [torch.ones(2, requires_grad=True) for _ in range(many)]
        optimizer = getattr(optim, name)(params, **BUSY[name], foreach=foreach)
        for p in params:
            p.grad = torch.ones(2)
        optimizer.step()
        with Count() as count:
            optimizer.step()
        counts.append(count.seen)
    assert counts[0] == counts[1] > 0
    assert counts[2:] == [0, 0]  # on a CPU they gain nothing


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_left_alone(name):
    for maximize in (False, True):
        optimizer, _, params, _ = pair(name, **BUSY[name], maximize=maximize)
        for t in range(3):
            set_grads(params, t)
            before = [None if p.grad is None else p.grad.clone() for p in params]
            optimizer.step()
            for p, grad in zip(params, before, strict=True):
                assert (p.grad is None and grad is None) or torch.equal(p.grad, grad)


def test_momentum_does_not_alias_the_gradient():
    p = torch.ones(2, requires_grad=True)
    optimizer = optim.SGD([p], lr=0.1, momentum=0.9)
    p.grad = torch.ones(2)
    optimizer.step()
    p.grad.zero_()
    assert torch.equal(optimizer.state[p]["momentum_buffer"], torch.ones(2))


def test_sgd_without_momentum_keeps_no_state():
    p = torch.ones(2, requires_grad=True)
    optimizer = optim.SGD([p], lr=0.1, weight_decay=0.1)
    p.grad = torch.ones(2)
    optimizer.step()
    assert not optimizer.state


# --------------------------------------------------------------------------------------------------------- saved states


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("source, target", [(optim, torch.optim), (torch.optim, optim), (optim, optim)])
def test_a_state_dict_loads_in_the_middle(name, source, target):
    p, q, r = make_params(), make_params(), make_params()
    whole = getattr(torch.optim, name)(in_groups(p, name), **BUSY[name])
    first = getattr(source, name)(in_groups(q, name), **BUSY[name])
    walk(first, whole, q, p, 0, 10)
    # A loaded state has the dtype of its parameter, numbers like NAdam's mu_product too.
    whole.load_state_dict(copy.deepcopy(whole.state_dict()))

    second = getattr(target, name)(in_groups(r, name), lr=123.0)
    with torch.no_grad():
        for a, b in zip(r, q, strict=True):
            a.copy_(b)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    walk(second, whole, r, p, 10, 10)
    assert_same_state(second, whole)


@pytest.mark.parametrize("name", NAMES)
def test_a_loaded_state_is_cast_and_is_a_copy(name):
    first, _, p, _ = pair(name, torch.float64, **BUSY[name])
    set_grads(p, 0)
    first.step()
    second, theirs, q, r = pair(name, torch.float32)
    saved = first.state_dict()
    frozen = copy.deepcopy(saved)
    second.load_state_dict(saved)
    theirs.load_state_dict(copy.deepcopy(saved))
    assert_same_state(second, theirs)
    assert all(v.dtype == torch.float32 for k, v in second.state[q[0]].items() if k != "step")

    walk(second, theirs, q, r, 1, 3)
    for number, state in frozen["state"].items():
        assert all(torch.equal(v, saved["state"][number][k]) for k, v in state.items())
    assert saved["param_groups"] == frozen["param_groups"]


@pytest.mark.parametrize("name, flag", [("RMSprop", "capturable"), ("Adam", "capturable"), ("Adam", "fused")])
def test_where_the_step_count_goes(name, flag):
    ours, theirs, p, q = pair(name, **BUSY[name])
    walk(ours, theirs, p, q, 0, 2)
    saved = theirs.state_dict()
    saved["state"][0]["step"] = saved["state"][0]["step"].double()
    for group in saved["param_groups"]:
        group[flag] = True
    ours.load_state_dict(copy.deepcopy(saved))
    theirs.load_state_dict(copy.deepcopy(saved))
    assert_same_state(ours, theirs)
    assert ours.state[p[0]]["step"].dtype == torch.float32


@pytest.mark.parametrize("name", NAMES)
def test_old_saved_states_load(name):
    """Older torch counted steps in plain numbers and had fewer options."""
    ours, theirs, p, q = pair(name, **BUSY[name])
    walk(ours, theirs, p, q, 0, 2)
    saved = copy.deepcopy(theirs.state_dict())
    for state in saved["state"].values():
        for number in ("step", "mu_product", "eta", "mu"):
            if number in state:
                state[number] = state[number].item()
    for group in saved["param_groups"]:
        # torch's own Adafactor cannot do without its option
        for option in ("maximize", "foreach", "capturable", "differentiable", "fused", "decoupled_weight_decay"):
            if (name, option) != ("Adafactor", "maximize"):
                group.pop(option, None)
    ours.load_state_dict(copy.deepcopy(saved))
    theirs.load_state_dict(copy.deepcopy(saved))
    assert_same_state(ours, theirs)
    walk(ours, theirs, p, q, 2, 5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))], ids=["copy", "pickle"])
def test_copies_go_on_by_themselves(name, duplicate):
    ours, theirs, p, q = pair(name, **BUSY[name])
    ours.register_step_post_hook(lambda *_: None)  # a hook that cannot be pickled is left behind
    walk(ours, theirs, p, q, 0, 5)
    twin = duplicate(ours)
    its_params = [t for group in twin.param_groups for t in group["params"]]
    assert not set(its_params) & set(p)
    walk(twin, theirs, its_params, q, 5, 5)
    assert_same_state(twin, theirs)
    assert all(state["step"] == 5 for state in (ours.state[p[0]],) if "step" in state)


def test_step_counts_follow_the_default_dtype():
    torch.set_default_dtype(torch.float64)
    try:
        ours, theirs, p, q = pair("Adam")
        walk(ours, theirs, p, q, 0, 1)
        assert_same_state(ours, theirs)
        assert ours.state[p[0]]["step"].dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_state_dict_of_a_parameter_that_appears_twice():
    p, q = torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)
    dicts = []
    for module in (optim, torch.optim):
        with pytest.warns(UserWarning, match="duplicate parameters"):
            dicts.append(module.SGD([p, p, q], lr=0.1).state_dict())
    assert dicts[0] == dicts[1]


# --------------------------------------------------------------------------------------------------------------- groups


@pytest.mark.parametrize("name", NAMES)
def test_every_way_to_hand_over_parameters(name):
    def ways(module):
        p = make_params()
        cls = getattr(module, name)
        yield cls(p)
        yield cls(t for t in p)
        yield cls(iter([{"params": p[0]}, {"params": (t for t in p[1:]), "lr": 0.5}]))
        yield cls([("a", p[0]), ("b", p[1])])
        yield cls([{"params": [("a", p[0])]}, {"params": [("b", p[1])], "lr": 0.2}])
        yield cls(torch.nn.Linear(2, 3).named_parameters())
        yield cls({"a": p[0], "b": p[1]}.values())
        grown = cls(p[:1])
        grown.add_param_group({"params": p[1], "lr": 0.7})
        grown.add_param_group({"params": p[2:], "note": "kept"})
        yield grown

    for ours, theirs in zip(ways(optim), ways(torch.optim), strict=True):
        assert repr(ours) == repr(theirs)
        assert_same_state(ours, theirs)
        assert ours.defaults == theirs.defaults


@pytest.mark.parametrize("name", NAMES)
def test_signature(name):
    ours, theirs = (inspect.signature(getattr(m, name).__init__).parameters for m in (optim, torch.optim))
    assert list(ours) == list(theirs)
    for option in ours:
        assert (ours[option].default, ours[option].kind) == (theirs[option].default, theirs[option].kind)


@pytest.mark.parametrize("name", NAMES)
def test_the_caller_sees_options_change(name):
    """`param_groups` is live: what a scheduler writes there counts in the next step."""
    ours, theirs, p, q = pair(name, **BUSY[name])
    for t in range(6):
        for optimizer in (ours, theirs):
            optimizer.param_groups[0]["lr"] = 0.1 / (t + 1)
        walk(ours, theirs, p, q, t, 1)


def error_of(call):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except Exception as error:
        return error
    return None


def tensor():
    return torch.ones(2, requires_grad=True)


def same_twice():
    p = tensor()
    return [{"params": [p]}, {"params": [p]}]


BAD_PARAMS = {
    "none": list,
    "a tensor": tensor,
    "an empty generator": lambda: iter(()),
    "a non-leaf": lambda: [tensor() * 2],
    "a number": lambda: [1.0],
    "strings": lambda: {"a": tensor()},
    "a set in a group": lambda: [{"params": {tensor()}}],
    "in two groups": same_twice,
    "some names": lambda: [("a", tensor()), tensor()],
    "some groups with names": lambda: [{"params": [("a", tensor())]}, {"params": [tensor()]}],
    "no params in a group": lambda: [{"lr": 1.0}],
    "a dict, then a tensor": lambda: [{"params": tensor()}, tensor()],
}


@pytest.mark.parametrize("bad", BAD_PARAMS.values(), ids=BAD_PARAMS)
def test_bad_parameters(bad):
    ours, theirs = (error_of(lambda m=m: m.SGD(bad(), lr=0.1)) for m in (optim, torch.optim))
    assert theirs is not None
    assert type(ours) is type(theirs)
    assert str(ours)[:30] == str(theirs)[:30]


NAN = float("nan")
BAD_OPTIONS = [
    *[
        (name, bad)
        for name in NAMES
        for bad in (
            {"lr": -1.0},
            {"lr": torch.tensor([0.1, 0.2])},
            {"lr": torch.tensor(-0.1)},
            {"weight_decay": -0.1},
        )
        if not (name == "Rprop" and "weight_decay" in bad)
    ],
    *[
        (name, bad)
        for name in NAMES
        for bad in ({"eps": -1e-8}, {"lr": NAN}, {"weight_decay": NAN})
        if name not in ("SGD", "ASGD", "Rprop", "Adafactor")
    ],
    *[(name, {"betas": bad}) for name in ("AdamW", "Adamax", "NAdam", "RAdam") for bad in ((1.0, 0.9), (0.9, -0.1))],
    ("ASGD", {"lr": NAN}),
    ("Rprop", {"lr": NAN}),
    ("Rprop", {"etas": (0.5, 0.9)}),
    ("Rprop", {"etas": (0.0, 1.9)}),
    ("NAdam", {"momentum_decay": -0.1}),
    ("Adadelta", {"rho": 1.1}),
    ("Adadelta", {"rho": -0.1}),
    ("Adagrad", {"lr_decay": -0.1}),
    ("Adagrad", {"initial_accumulator_value": -0.1}),
    ("Adagrad", {"fused": True, "foreach": True}),
    ("Adafactor", {"lr": NAN}),
    ("Adafactor", {"beta2_decay": 0.1}),
    ("Adafactor", {"eps": (-0.1, 1e-3)}),
    ("Adafactor", {"eps": (None, -0.1)}),
    ("Adafactor", {"d": 0.5}),
    ("SGD", {"momentum": -0.1}),
    ("SGD", {"nesterov": True}),
    ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
    ("SGD", {"fused": True, "foreach": True}),
    ("RMSprop", {"momentum": -0.1}),
    ("RMSprop", {"alpha": -0.1}),
    ("Adam", {"betas": (1.0, 0.999)}),
    ("Adam", {"betas": (-0.1, 0.999)}),
    ("Adam", {"betas": (0.9, 1.0)}),
    ("Adam", {"betas": (0, 0.9)}),
    ("Adam", {"betas": (0.9, torch.tensor(0.9))}),
    ("Adam", {"lr": torch.tensor(0.1), "foreach": True}),
    ("Adam", {"betas": (torch.tensor(0.9), torch.tensor(0.9)), "foreach": True}),
    ("Adam", {"fused": True, "foreach": True}),
]


@pytest.mark.parametrize("name, bad", BAD_OPTIONS, ids=str)
def test_bad_options(name, bad):
    ours, theirs = (error_of(lambda m=m: getattr(m, name)([tensor()], **bad)) for m in (optim, torch.optim))
    assert theirs is not None
    assert type(ours) is type(theirs)
    assert str(ours)[:12] == str(theirs)[:12]


def test_sgd_takes_nan_as_torch_does():
    for bad in ({"lr": NAN}, {"momentum": NAN}, {"weight_decay": NAN}):
        assert error_of(lambda bad=bad: torch.optim.SGD([tensor()], **bad)) is None
        assert error_of(lambda bad=bad: optim.SGD([tensor()], **bad)) is None


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Adafactor"])
def test_differentiable_is_refused(name):
    with pytest.raises(ValueError, match="differentiable=True is not supported"):
        getattr(optim, name)([tensor()], differentiable=True)


def test_required_option():
    class Plain(Optimizer):
        def __init__(self, params, lr=required):
            super().__init__(params, {"lr": lr})

    with pytest.raises(ValueError, match="didn't specify a value of required optimization parameter lr"):
        Plain([tensor()])
    assert Plain([{"params": tensor(), "lr": 0.1}]).param_groups[0]["lr"] == 0.1
    assert repr(required) == "<required parameter>"
    assert copy.deepcopy(required) is required and pickle.loads(pickle.dumps(required)) is required


@pytest.mark.parametrize("change", ["groups", "sizes"])
def test_a_state_dict_that_does_not_fit(change):
    messages = []
    for module in (optim, torch.optim):
        p = make_params()
        small = module.SGD(p[:1] if change == "sizes" else p, lr=0.1)
        big = module.SGD([{"params": p[:2]}] + ([{"params": p[2:]}] if change == "groups" else []), lr=0.1)
        error = error_of(lambda small=small, big=big: small.load_state_dict(big.state_dict()))
        assert type(error) is ValueError
        messages.append(str(error))
    assert messages[0] == messages[1]


# ----------------------------------------------------------------------------------------------------- step and hooks


@pytest.mark.parametrize("name", NAMES)
def test_sparse_gradients(name):
    def attempt(module):
        dense, embedding = torch.ones(2, requires_grad=True), torch.ones(4, 2, requires_grad=True)
        optimizer = getattr(module, name)([dense, embedding], lr=0.1)
        for _ in range(3):
            dense.grad = torch.ones(2)
            embedding.grad = torch.sparse_coo_tensor([[0, 2, 2]], torch.ones(3, 2), (4, 2), check_invariants=True)
            error = error_of(optimizer.step)
        return type(error), str(error), dense.detach(), embedding.detach()

    (kind, text, *params), (their_kind, their_text, *their_params) = attempt(optim), attempt(torch.optim)
    assert (kind, text) == (their_kind, their_text)
    assert kind is (type(None) if name in ("SGD", "Adagrad") else RuntimeError)
    for p, q in zip(params, their_params, strict=True):
        assert torch.equal(p, q)


@pytest.mark.parametrize("lr", [torch.tensor(0.05), torch.tensor([0.05]), torch.tensor(0.05, requires_grad=True)])
@pytest.mark.parametrize("name", NAMES)
def test_tensor_lr(name, lr):
    options = BUSY[name] | {"lr": lr.detach()}
    theirs_p, mine = make_params()[:2], make_params()[:2]
    theirs = getattr(torch.optim, name)(theirs_p, **options)
    ours = getattr(optim, name)(mine, **options | {"lr": lr})
    for t in range(10):
        for optimizer, params in ((ours, mine), (theirs, theirs_p)):
            set_grads(params, t)
            optimizer.step()
        for p, q in zip(mine, theirs_p, strict=True):
            torch.testing.assert_close(p, q, rtol=1e-7, atol=1e-9)  # lr itself is a float32
    assert ours.param_groups[0]["lr"] is lr


def test_tensor_betas():
    betas = torch.tensor(0.9), torch.tensor([0.99])
    mine, theirs = make_params(torch.float32), make_params(torch.float32)
    ours, reference = optim.Adam(mine, betas=betas), torch.optim.Adam(theirs, betas=betas)
    for t in range(10):
        for optimizer, params in ((ours, mine), (reference, theirs)):
            set_grads(params, t)
            optimizer.step()
        for p, q in zip(mine, theirs, strict=True):
            torch.testing.assert_close(p, q, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_closure(name):
    def run(module):
        p = torch.ones(3, requires_grad=True)
        optimizer = getattr(module, name)([p], lr=0.1)
        losses = []

        def closure():
            assert torch.is_grad_enabled()
            optimizer.zero_grad()
            loss = (p * p).sum()
            loss.backward()
            return loss

        with torch.no_grad():
            losses += [optimizer.step(closure), optimizer.step(closure=closure)]
        assert optimizer.step() is None
        return [loss.item() for loss in losses] + p.tolist()

    assert run(optim) == run(torch.optim)


def test_step_records_no_graph_and_keeps_the_grad_mode():
    p = tensor()
    optimizer = optim.Adam([p])
    p.grad = torch.ones(2)
    optimizer.step()
    assert torch.is_grad_enabled() and p.is_leaf and p.grad_fn is None and p.requires_grad


def test_the_base_class_cannot_step():
    with pytest.raises(NotImplementedError):
        Optimizer([tensor()], {}).step()


def test_zero_grad():
    p, q, untouched = tensor(), tensor(), tensor()
    optimizer = optim.SGD([p, q, untouched], lr=0.1)
    (p * p).sum().backward()
    q.grad = torch.autograd.grad((q**3).sum(), q, create_graph=True)[0]
    kept = p.grad
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is kept and not p.grad.any()
    assert q.grad.grad_fn is None and not q.grad.requires_grad and not q.grad.any()
    assert untouched.grad is None
    optimizer.zero_grad()
    assert p.grad is None and q.grad is None


def test_hooks_run_in_order_and_can_be_removed():
    def run(module):
        seen = []
        p = tensor()
        optimizer = module.SGD([p], lr=0.1)
        handles = [
            optimizer.register_step_pre_hook(lambda o, a, k: seen.append(("pre", o is optimizer, len(a), dict(k)))),
            optimizer.register_step_post_hook(lambda o, a, k: seen.append(("post", o is optimizer, len(a), dict(k)))),
            optimizer.register_state_dict_pre_hook(lambda o: seen.append("saving")),
            optimizer.register_state_dict_post_hook(lambda o, d: d | {"more": 1}),
            optimizer.register_load_state_dict_pre_hook(lambda o, d: seen.append(sorted(d))),
            optimizer.register_load_state_dict_pre_hook(lambda o, d: seen.append("first"), prepend=True),
            optimizer.register_load_state_dict_post_hook(lambda o: seen.append("loaded")),
        ]
        optimizer.step()
        optimizer.step(closure=None)
        optimizer.load_state_dict(optimizer.state_dict())
        for handle in handles:
            handle.remove()
        optimizer.step()
        optimizer.load_state_dict(optimizer.state_dict())
        return seen

    assert run(optim) == run(torch.optim)


def test_a_pre_hook_may_change_the_arguments():
    for module in (optim, torch.optim):
        optimizer = module.SGD([tensor()], lr=0.1)
        handle = optimizer.register_step_pre_hook(lambda o, args, kwargs: (args[:1], {"closure": lambda: 5}))
        assert optimizer.step() == 5
        handle.remove()
        optimizer.register_step_pre_hook(lambda o, args, kwargs: "nonsense")
        with pytest.raises(RuntimeError):
            optimizer.step()


def test_optimizers_written_for_torch_work_on_our_base():
    class Halve(Optimizer):
        def __init__(self, params):
            super().__init__(params, {})

        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    p.mul_(0.5)

    class Twice(optim.SGD):
        def step(self, closure=None):
            super().step(closure)
            return super().step(closure)

    seen = []
    halve, twice = Halve([p := tensor()]), Twice([q := tensor()], lr=0.5)
    for optimizer in (halve, twice):
        optimizer.register_step_pre_hook(lambda *_: seen.append("pre"))
        optimizer.register_step_post_hook(lambda *_: seen.append("post"))
    q.grad = torch.ones(2)
    halve.step()
    twice.step()
    assert p.tolist() == [0.5, 0.5] and q.tolist() == [0.0, 0.0]
    assert seen == ["pre", "post"] * 2  # once for each step that the user asked for
