"""Optimizers."""

import copy
from collections.abc import Callable
from typing import Any

import torch

from nnbook.parity import Error, OptimizerSpec, Recorder, Scenario, Steps, normal
from nnbook.parity.spec import AnyCase

# Most options are looked at in float64 alone, where a wrong term shows best: half the time of a check.
_FINE = ("float64",)


def _parameters(rec: Recorder, *key: object, dtype: torch.dtype = torch.float64) -> list[torch.nn.Parameter]:
    """A matrix, a vector and a scalar."""
    shapes = ((3, 4), (4,), ())
    return [torch.nn.Parameter(rec.tensor(normal(*s).no_grad(), *key, i, dtype=dtype)) for i, s in enumerate(shapes)]


def _give_gradients(rec: Recorder, params: list[torch.nn.Parameter], *key: object) -> None:
    for i, p in enumerate(params):
        p.grad = rec.tensor(normal(*p.shape).no_grad(), "gradient", *key, i, dtype=p.dtype)


def _flat(params: list[torch.nn.Parameter]) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in params])


def _real_loss(options: dict[str, Any]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """a line fitted to points: gradients of autograd, zeroed in place between the steps"""
        x = rec.tensor(normal(20, 3).no_grad(), "x", dtype=torch.float64)
        y = rec.tensor(normal(20).no_grad(), "y", dtype=torch.float64)
        weight = torch.nn.Parameter(rec.tensor(normal(3).no_grad(), "weight", dtype=torch.float64))
        bias = torch.nn.Parameter(torch.zeros((), dtype=torch.float64))
        optimizer = candidate([weight, bias], **options)
        for n in range(6):
            optimizer.zero_grad(set_to_none=False)
            loss = (x @ weight + bias - y).square().mean()
            loss.backward()
            rec(f"the loss before step {n + 1}", loss)
            result = optimizer.step()
            if n == 0:
                rec("what step() returns", result)
        rec("the parameters after 6 steps", _flat([weight, bias]))

    return play


def _resumed(options: dict[str, Any], others: dict[str, Any]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """three steps, then a state_dict loaded by a fresh optimizer over copies of the parameters"""
        params = _parameters(rec)
        optimizer = candidate(params, **options)
        for n in range(3):
            _give_gradients(rec, params, n)
            optimizer.step()
        copies = [torch.nn.Parameter(p.detach().clone()) for p in params]
        resumed = candidate(copies, **others)
        # A copy, as one read from a file would be: torch's load_state_dict may keep the very tensors it is given.
        resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        for who, mine in (("the old", (optimizer, params)), ("the resumed", (resumed, copies))):
            for n in range(3, 6):
                _give_gradients(rec, mine[1], n)
                mine[0].step()
            rec(f"the parameters of {who} optimizer after three steps more", _flat(mine[1]))

    return play


def _later_group(options: dict[str, Any], later: dict[str, Any]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """a group added with add_param_group after two steps"""
        first, second = _parameters(rec, "first"), _parameters(rec, "second")
        optimizer = candidate(first, **options)
        for n in range(5):
            if n == 2:
                optimizer.add_param_group({"params": second, **later})
            _give_gradients(rec, first + second, n)
            optimizer.step()
            rec(f"the first group after step {n + 1}", _flat(first))
            rec(f"the second group after step {n + 1}", _flat(second))

    return play


def _changed(options: dict[str, Any], changes: tuple[dict[str, Any], ...]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """options changed in the group between the steps"""
        params = _parameters(rec)
        optimizer = candidate(params, **options)
        for n, change in enumerate(({}, *changes, {})):
            optimizer.param_groups[0].update(change)
            _give_gradients(rec, params, n)
            optimizer.step()
            rec(f"the parameters after step {n + 1}", _flat(params))

    return play


def _state_format(options: dict[str, Any]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """state_dict() after two steps, one parameter without a gradient"""
        params = _parameters(rec, dtype=torch.float32)
        optimizer = candidate(params, **options)
        rec("the state before any step", list(optimizer.state_dict()["state"]))
        for n in range(2):
            _give_gradients(rec, params, n)
            params[1].grad = None
            optimizer.step()
        saved = optimizer.state_dict()
        rec("options", {k: v for k, v in saved["param_groups"][0].items() if k != "params"})
        rec("numbers of the parameters", saved["param_groups"][0]["params"])
        for number, state in saved["state"].items():
            rec(f"state of parameter {number}", {k: None if v is None else str(type(v)) for k, v in state.items()})
            for key, value in state.items():
                rec(f"{key} of parameter {number}", value)

    return play


def _complex(options: dict[str, Any]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """three steps of a complex parameter"""
        draw = [rec.tensor(normal(4, 2).no_grad(), n, dtype=torch.float64) for n in range(4)]
        p = torch.nn.Parameter(torch.view_as_complex(draw[0]))
        optimizer = candidate([p], **options)
        for n in range(1, 4):
            p.grad = torch.view_as_complex(draw[n])
            optimizer.step()
            rec(f"the parameter after step {n}", torch.view_as_real(p.detach()))

    return play


def _sparse(options: dict[str, Any]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """an embedding of six rows, of which a sparse gradient names three, one of them twice"""
        p = torch.nn.Parameter(rec.tensor(normal(6, 2).no_grad(), "start", dtype=torch.float64))
        optimizer = candidate([p], **options)
        for n in range(4):
            rows = torch.tensor([[n, 1, 4, 1]])
            values = rec.tensor(normal(4, 2).no_grad(), n, dtype=torch.float64)
            p.grad = torch.sparse_coo_tensor(rows, values, (6, 2), check_invariants=True)
            optimizer.step()
            rec(f"the parameter after step {n + 1}", p)

    return play


def _printed(options: dict[str, Any]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """repr(optimizer)"""
        rec("repr", repr(candidate([torch.nn.Parameter(torch.ones(2))], **options)))

    return play


def _shared(remembering: dict[str, Any], other: dict[str, Any], changes: tuple[dict[str, Any], ...]) -> list[AnyCase]:
    """What is asked of every optimizer, with options that make it remember something."""
    slow = {**remembering, "lr": remembering["lr"] / 10}
    return [
        Steps("has the defaults of torch", steps=3),
        Steps(
            "steps alike in float32 and float64",
            kwargs=remembering,
            shapes=((3, 4), (4,), (), (2, 3, 2)),
            steps=4,
            strided=True,
        ),
        Steps(
            "leaves parameters without a gradient alone",
            kwargs={**remembering, "weight_decay": 0.1},
            holes=True,
            steps=5,
            dtypes=_FINE,
            why="Some have none at some steps, one never has any: nothing moves then, and nothing is remembered.",
        ),
        Steps("gives each group its own options", kwargs=slow, groups=({}, other), steps=4, dtypes=_FINE),
        Steps("reads lr from the group at each step", kwargs=remembering, change_lr=0.3, steps=5, dtypes=_FINE),
        Scenario("reads the other options there too", _changed(remembering, changes)),
        Scenario("remembers while lr is 0", _changed({**remembering, "lr": 0.0}, ({}, {"lr": 0.1}))),
        Steps("meets gradients of zero", kwargs=remembering, zeros=True, steps=4, dtypes=_FINE),
        Steps("meets gradients as small as 1e-8", kwargs=remembering, scale=1e-8, steps=3),
        Steps("meets gradients as large as 1e4", kwargs=slow, scale=1e4, steps=4, dtypes=_FINE),
        Steps("resumes from a state dict", kwargs=remembering, reload_at=2, steps=4, dtypes=_FINE),
        Scenario("resumes over copies of the parameters", _resumed(remembering, other)),
        Steps(
            "shares nothing with another optimizer",
            kwargs=remembering,
            beside=True,
            steps=3,
            dtypes=_FINE,
            why="Two walk side by side, and a fresh one follows: each remembers its own gradients only.",
        ),
        Steps("takes a generator of parameters", kwargs=remembering, as_generator=True, steps=3, dtypes=_FINE),
        Steps("returns the closure's loss", kwargs=remembering, closure=True, steps=3, dtypes=_FINE),
        Steps("goes on for 30 steps", kwargs=slow, shapes=((3,),), steps=30, dtypes=_FINE),
        Scenario("takes a group later", _later_group(remembering, other)),
        Scenario("follows the gradients of a real loss, zeroed in place", _real_loss(remembering)),
    ]


def _library(everything: dict[str, Any]) -> list[AnyCase]:
    """What is asked of nnbook.optim beyond the prompts."""
    plain = {k: v for k, v in everything.items() if k == "lr"}
    return [
        Scenario("saves torch's options and state", _state_format(everything), scope="library"),
        Scenario("saves them with the defaults too", _state_format({}), scope="library"),
        Scenario("prints like torch's", _printed(everything), scope="library"),
        Scenario("moves complex parameters", _complex(everything), scope="library"),
        Steps("takes lr as a tensor", kwargs={**everything, "lr": torch.tensor(0.05)}, steps=3, scope="library"),
        Steps("takes foreach", kwargs={**everything, "foreach": True}, holes=True, steps=3, scope="library"),
        Steps("takes foreach=False", kwargs={**plain, "foreach": False}, steps=3, scope="library"),
        Steps(
            "maximizes, with everything else",
            kwargs={**everything, "maximize": True},
            steps=4,
            holes=True,
            scope="library",
        ),
        Error("rejects no parameters", args=([],)),
        Error("rejects a lone tensor", args=(torch.ones(2),), kind=TypeError),
        Error("rejects what is no tensor", args=(["a"],), kind=TypeError),
        Error("rejects a negative lr", kwargs={"lr": -0.1}),
        Error("rejects a negative weight_decay", kwargs={"weight_decay": -0.1}),
        Error("rejects an option it does not have", kwargs={"rate": 0.1}, kind=TypeError),
    ]


SGD = OptimizerSpec(
    torch.optim.SGD,
    *_shared(
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.3, "momentum": 0.5, "dampening": 0.2, "weight_decay": 0.1, "maximize": True},
        (
            {"momentum": 0.5},
            {"weight_decay": 0.1, "dampening": 0.3},
            {"maximize": True},
            {"momentum": 0.0},
            {"momentum": 0.6},
        ),
    ),
    Steps("steps by lr times the gradient", kwargs={"lr": 0.1}, steps=2),
    Steps("decays the weights", kwargs={"lr": 0.1, "weight_decay": 0.2}, steps=3, dtypes=_FINE),
    Steps(
        "dampens every gradient but a parameter's first",
        kwargs={"lr": 0.1, "momentum": 0.8, "dampening": 0.4},
        steps=5,
        holes=True,
        dtypes=_FINE,
    ),
    Steps("looks ahead with nesterov", kwargs={"lr": 0.1, "momentum": 0.9, "nesterov": True}, steps=4, dtypes=_FINE),
    Steps("climbs with maximize", kwargs={"lr": 0.1, "maximize": True}, steps=3, dtypes=_FINE),
    Steps(
        "decays, with momentum, dampening and maximize",
        kwargs={"lr": 0.1, "momentum": 0.7, "dampening": 0.2, "weight_decay": 0.3, "maximize": True},
        steps=4,
        dtypes=_FINE,
        why="maximize turns the gradient round before the decay is added, so that weights still shrink.",
    ),
    Steps(
        "decays, with nesterov and maximize",
        kwargs={"lr": 0.1, "momentum": 0.7, "weight_decay": 0.3, "nesterov": True, "maximize": True},
        steps=4,
        dtypes=_FINE,
    ),
    Steps(
        "takes the options by position", kwargs={"lr": 0.1, "momentum": 0.0, "dampening": 0.5}, steps=3, dtypes=_FINE
    ),
    *_library({"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.2}),
    Steps("takes fused", kwargs={"lr": 0.1, "momentum": 0.9, "fused": True}, steps=3, scope="library"),
    Error("rejects a negative momentum", kwargs={"momentum": -0.1}),
    Error("rejects nesterov without momentum", kwargs={"nesterov": True}),
    Error("rejects nesterov with dampening", kwargs={"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
    Error("rejects foreach together with fused", kwargs={"foreach": True, "fused": True}, kind=RuntimeError),
)

RMSPROP = OptimizerSpec(
    torch.optim.RMSprop,
    *_shared(
        {"lr": 0.02, "alpha": 0.8, "momentum": 0.9},
        {"lr": 0.05, "alpha": 0.5, "eps": 0.1, "weight_decay": 0.1, "momentum": 0.0, "centered": True},
        ({"alpha": 0.5}, {"weight_decay": 0.1, "eps": 0.1}, {"momentum": 0.3}),
    ),
    Steps("divides by the root of the average square", kwargs={"lr": 0.1, "alpha": 0.9}, steps=4, dtypes=_FINE),
    Steps("adds eps after the root", kwargs={"lr": 0.1, "alpha": 0.9, "eps": 0.5}, steps=3, dtypes=_FINE),
    Steps("adds 1e-8 by default", scale=1e-8, steps=4, dtypes=_FINE),
    Steps("decays the weights", kwargs={"lr": 0.1, "weight_decay": 0.3}, steps=4, dtypes=_FINE),
    Steps("averages the steps with momentum", kwargs={"lr": 0.05, "momentum": 0.6, "eps": 0.3}, steps=5, dtypes=_FINE),
    Steps(
        "subtracts the mean when centered", kwargs={"lr": 0.05, "alpha": 0.7, "centered": True}, steps=5, dtypes=_FINE
    ),
    Steps(
        "takes all options together",
        kwargs={"lr": 0.05, "alpha": 0.7, "eps": 0.2, "weight_decay": 0.2, "momentum": 0.5, "centered": True},
        steps=5,
        holes=True,
        dtypes=_FINE,
    ),
    *_library({"lr": 0.05, "alpha": 0.7, "eps": 0.2, "weight_decay": 0.2, "momentum": 0.5, "centered": True}),
    Error("rejects a negative alpha", kwargs={"alpha": -0.1}),
    Error("rejects a negative eps", kwargs={"eps": -0.1}),
    Error("rejects a negative momentum", kwargs={"momentum": -0.1}),
)

ADAM = OptimizerSpec(
    torch.optim.Adam,
    *_shared(
        {"lr": 0.02, "betas": (0.8, 0.9)},
        {"lr": 0.05, "betas": (0.5, 0.6), "eps": 0.1, "weight_decay": 0.1, "amsgrad": True},
        ({"betas": (0.6, 0.7)}, {"weight_decay": 0.1}, {"eps": 0.1}),
    ),
    Steps(
        "corrects both averages for their start at zero",
        kwargs={"lr": 0.1, "betas": (0.9, 0.99)},
        steps=5,
        dtypes=_FINE,
    ),
    Steps("adds eps after the root and after the correction", kwargs={"lr": 0.1, "eps": 0.5}, steps=3, dtypes=_FINE),
    Steps("adds 1e-8 by default", scale=1e-8, steps=4, dtypes=_FINE),
    Steps(
        "decays the weights through the averages",
        kwargs={"lr": 0.1, "weight_decay": 0.3},
        steps=4,
        dtypes=_FINE,
        why="The decay is added to the gradient; AdamW is the one that keeps it apart.",
    ),
    Steps("can average nothing", kwargs={"lr": 0.1, "betas": (0.0, 0.0), "eps": 0.1}, steps=3, dtypes=_FINE),
    Steps(
        "divides by the largest average so far with amsgrad",
        kwargs={"lr": 0.1, "betas": (0.6, 0.4), "amsgrad": True},
        steps=8,
        zeros=True,
        dtypes=_FINE,
        why="The largest is taken among the averages as they are, before their correction.",
    ),
    Steps(
        "takes all options together",
        kwargs={"lr": 0.1, "betas": (0.6, 0.4), "eps": 0.2, "weight_decay": 0.2, "amsgrad": True},
        steps=7,
        holes=True,
        dtypes=_FINE,
    ),
    *_library({"lr": 0.1, "betas": (0.6, 0.4), "eps": 0.2, "weight_decay": 0.2, "amsgrad": True}),
    Steps("takes fused", kwargs={"lr": 0.1, "fused": True}, steps=3, scope="library"),
    Error("rejects a beta of one", kwargs={"betas": (0.9, 1.0)}),
    Error("rejects a negative beta", kwargs={"betas": (-0.1, 0.9)}),
    Error("rejects a negative eps", kwargs={"eps": -0.1}),
    Error("rejects foreach together with fused", kwargs={"foreach": True, "fused": True}, kind=RuntimeError),
)

ADAGRAD = OptimizerSpec(
    torch.optim.Adagrad,
    *_shared(
        {"lr": 0.1, "lr_decay": 0.05},
        {"lr": 0.3, "lr_decay": 0.4, "weight_decay": 0.1, "eps": 0.1, "maximize": True},
        ({"lr_decay": 0.5}, {"weight_decay": 0.1}, {"eps": 0.1}, {"maximize": True}),
    ),
    Steps("divides by the root of the sum of squares", kwargs={"lr": 0.1}, steps=5, dtypes=_FINE),
    Steps("adds eps after the root", kwargs={"lr": 0.1, "eps": 0.5}, steps=4, dtypes=_FINE),
    Steps("adds 1e-10 by default", scale=1e-10, steps=4, dtypes=_FINE),
    Steps(
        "starts the sum where it is told to",
        kwargs={"lr": 0.1, "initial_accumulator_value": 0.7},
        steps=4,
        holes=True,
        dtypes=_FINE,
        why="The starting value is a sum of squares already: it is not squared, and stands under the root.",
    ),
    Steps(
        "lowers the rate with the steps of each parameter",
        kwargs={"lr": 0.1, "lr_decay": 0.5},
        steps=6,
        holes=True,
        dtypes=_FINE,
        why="The first step has the whole rate; a step without a gradient is none.",
    ),
    Steps(
        "decays the weights through the sum",
        kwargs={"lr": 0.1, "weight_decay": 0.3},
        steps=4,
        dtypes=_FINE,
        why="The decay is added to the gradient before it is squared.",
    ),
    Steps("climbs with maximize", kwargs={"lr": 0.1, "weight_decay": 0.3, "maximize": True}, steps=4, dtypes=_FINE),
    Steps(
        "takes all options together",
        kwargs={"lr": 0.1, "lr_decay": 0.2, "weight_decay": 0.2, "initial_accumulator_value": 0.3, "eps": 0.1},
        steps=6,
        holes=True,
        dtypes=_FINE,
    ),
    *_library({"lr": 0.1, "lr_decay": 0.2, "weight_decay": 0.2, "initial_accumulator_value": 0.3, "eps": 0.1}),
    Steps("takes fused", kwargs={"lr": 0.1, "fused": True}, steps=3, scope="library"),
    Scenario("moves the rows of a sparse gradient", _sparse({"lr": 0.1, "lr_decay": 0.2}), scope="library"),
    Error("rejects a negative lr_decay", kwargs={"lr_decay": -0.1}),
    Error("rejects a negative start", kwargs={"initial_accumulator_value": -0.1}),
    Error("rejects a negative eps", kwargs={"eps": -0.1}),
    Error("rejects foreach together with fused", kwargs={"foreach": True, "fused": True}, kind=RuntimeError),
)

ADAMW = OptimizerSpec(
    torch.optim.AdamW,
    *_shared(
        {"lr": 0.02, "betas": (0.8, 0.9), "weight_decay": 0.2},
        {"lr": 0.05, "betas": (0.5, 0.6), "eps": 0.1, "weight_decay": 0.5, "amsgrad": True, "maximize": True},
        ({"betas": (0.6, 0.7)}, {"weight_decay": 0.6}, {"eps": 0.1}, {"maximize": True}, {"weight_decay": 0.0}),
    ),
    Steps("decays the weights by 0.01 by default", kwargs={"lr": 0.5}, steps=4, dtypes=_FINE),
    Steps(
        "shrinks each weight by lr times weight_decay",
        kwargs={"lr": 0.1, "weight_decay": 0.6},
        steps=5,
        dtypes=_FINE,
        why="The decay goes to the weight itself, and to neither average.",
    ),
    Steps(
        "shrinks before it steps",
        kwargs={"lr": 0.5, "weight_decay": 1.5, "betas": (0.0, 0.5), "eps": 0.3},
        steps=3,
        dtypes=_FINE,
        why="The step of this gradient is not shrunk with the weight.",
    ),
    Steps(
        "shrinks where the gradient is zero, and not where there is none",
        kwargs={"lr": 0.1, "weight_decay": 0.5},
        steps=6,
        zeros=True,
        holes=True,
        dtypes=_FINE,
    ),
    Steps("is Adam without decay", kwargs={"lr": 0.1, "weight_decay": 0.0}, steps=4, dtypes=_FINE),
    Steps(
        "shrinks while it climbs with maximize",
        kwargs={"lr": 0.1, "weight_decay": 0.5, "maximize": True},
        steps=4,
        dtypes=_FINE,
    ),
    Steps("adds eps after the root and after the correction", kwargs={"lr": 0.1, "eps": 0.5}, steps=3, dtypes=_FINE),
    Steps("adds 1e-8 by default", scale=1e-8, steps=4, dtypes=_FINE),
    Steps(
        "divides by the largest average so far with amsgrad",
        kwargs={"lr": 0.1, "betas": (0.6, 0.4), "amsgrad": True},
        steps=8,
        zeros=True,
        dtypes=_FINE,
        why="The largest is taken among the averages as they are, before their correction.",
    ),
    Steps(
        "takes all options together",
        kwargs={"lr": 0.1, "betas": (0.6, 0.4), "eps": 0.2, "weight_decay": 0.2, "amsgrad": True, "maximize": True},
        steps=7,
        holes=True,
        dtypes=_FINE,
    ),
    *_library({"lr": 0.1, "betas": (0.6, 0.4), "eps": 0.2, "weight_decay": 0.2, "amsgrad": True}),
    Steps("takes fused", kwargs={"lr": 0.1, "fused": True}, steps=3, scope="library"),
    Error("rejects a beta of one", kwargs={"betas": (0.9, 1.0)}),
    Error("rejects a negative beta", kwargs={"betas": (-0.1, 0.9)}),
    Error("rejects a negative eps", kwargs={"eps": -0.1}),
    Error("rejects foreach together with fused", kwargs={"foreach": True, "fused": True}, kind=RuntimeError),
)
