"""Optimizer: what every optimizer shares. The maths of each one is in its own file."""

import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from itertools import chain
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.utils.hooks import RemovableHandle

__all__ = ["Optimizer"]


class _Required:
    """The type of `required`, the default of an option that has none: each group must bring its own value."""

    def __repr__(self) -> str:
        return "<required parameter>"

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Required":
        return self  # there is one of it: it is recognised by `is`

    def __reduce__(self) -> str:
        return "required"


required = _Required()


def _with_step_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """`step`, with the registered hooks called before and after it."""

    @functools.wraps(step)
    def hooked(self: "Optimizer", *args: Any, **kwargs: Any) -> Any:
        if self._in_step:  # a subclass's step that calls super().step(): one step, so the hooks run once
            return step(self, *args, **kwargs)

        for hook in self._optimizer_step_pre_hooks.values():
            changed = hook(self, (self, *args), kwargs)
            if changed is not None:
                if not (isinstance(changed, tuple) and len(changed) == 2):
                    raise RuntimeError(f"a step pre hook must return None or (new_args, new_kwargs), but got {changed}")
                (_, *args), kwargs = changed  # type: ignore[assignment]

        self._in_step = True
        try:
            result = step(self, *args, **kwargs)
        finally:
            self._in_step = False

        for hook in self._optimizer_step_post_hooks.values():
            hook(self, (self, *args), kwargs)
        return result

    return hooked


class Optimizer:
    """Base class of all optimizers. Like `torch.optim.Optimizer`.

    `params` is an iterable of tensors, of `(name, tensor)` pairs, or of dicts: one dict per group, with `"params"` and
    the options in which this group differs from `defaults`. Three attributes hold everything:

    - `defaults`: option -> value, for groups that do not say otherwise;
    - `param_groups`: a list of dicts, each with `"params"` (a list of tensors) and a value for every option;
    - `state`: tensor -> what the algorithm remembers about it (nothing before the first step with a gradient).

    A new optimizer writes one method, `_update(group, params)`: the rule that moves the tensors of one group. It may
    also override `step` as a whole, as optimizers written for torch do.

    Differences from torch: `load_state_dict` copies tensors where torch may share them with the loaded dict, so that
    two optimizers never train on one buffer. `differentiable=True` is refused: a step here is not part of a graph.
    The options `fused` and `capturable` choose between implementations in torch; here they are kept in the groups, so
    that state dicts can be exchanged, and change nothing. `foreach` does all parameters at once, as in torch, in the
    optimizers that use `_each`; the numbers are the same.

    Source: torch.optim.Optimizer.
    """

    # Options that older saved states may lack, each with the value that means "as it was then".
    _added_later: ClassVar[dict[str, Any]] = {
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "fused": None,
        "momentum": 0,
        "nesterov": False,
        "centered": False,
        "amsgrad": False,
        "decoupled_weight_decay": False,
    }

    # State that is one number for a parameter: kept in tensors, plain numbers in older saved states.
    _numbers: ClassVar[tuple[str, ...]] = ("step",)

    # True while `step` runs; never saved.
    _in_step = False

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: defaultdict[Any, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._make_hook_tables()

        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, "
                f"but got {torch.typename(params)}"
            )
        if defaults.get("fused") and defaults.get("foreach"):
            raise RuntimeError("`fused` and `foreach` cannot be `True` together.")
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = _with_step_hooks(cls.__dict__["step"])  # type: ignore[method-assign]

    # ------------------------------------------------------------------------------------------------ the two verbs

    @_with_step_hooks
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Moves every parameter that has a gradient; one with `grad is None` is left alone and gets no state.

        `closure` computes the loss anew, with its gradients, and returns it: so does `step` then.
        """
        if type(self)._update is Optimizer._update:
            raise NotImplementedError

        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()

        # The step is not part of the model: no graph is recorded for it.
        with torch.no_grad():
            for group in self.param_groups:
                self._update(group, [p for p in group["params"] if p.grad is not None])
        return loss

    def _update(self, group: dict[str, Any], params: list[Tensor]) -> None:
        """Moves `params`, the tensors of `group` that have a gradient: the algorithm itself."""
        raise NotImplementedError

    def _each(self, group: dict[str, Any], params: list[Tensor], *names: str) -> Iterator[tuple[Any, ...]]:
        """t, θ, g and the state of each name, for one parameter after the other, or for many at once.

        t counts the steps of the parameter, this one included; g is ∇f(θ), or −∇f(θ) with maximize. It may be
        `param.grad` itself, which belongs to the caller: change it out of place only. Where a GPU would wait for Python
        between small parameters, θ, g and the state are `Bundle`s: the lines that work on one tensor then work on many.
        """
        bundles: defaultdict[Any, list[tuple[Tensor, ...]]] = defaultdict(list)
        bundled = group["foreach"] or (group["foreach"] is None and params and all(p.is_cuda for p in params))
        for param in params:
            state = self._recall(param, *names)
            state["step"] += 1
            t = state["step"].item()
            tensors = as_real(param, param.grad, *[state[name] for name in names])  # type: ignore[arg-type]
            if bundled:
                bundles[t, param.device, param.dtype].append(tensors)
            else:
                theta, grad, *rest = tensors
                yield (t, theta, -grad if group["maximize"] else grad, *rest)
        for (t, *_), rows in bundles.items():
            theta, grad, *rest = (Bundle(column) for column in zip(*rows, strict=True))  # type: ignore[assignment]
            yield (t, theta, -grad if group["maximize"] else grad, *rest)

    def _recall(self, param: Tensor, *names: str) -> dict[str, Any]:
        """What is remembered about `param`: `step`, and a tensor for each name; all start at 0 with the first call."""
        state = self.state[param]
        if not state:
            state["step"] = step_counter()
            for name in names:
                state[name] = torch.zeros_like(param)
        return state

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets the gradients: `.grad` becomes None, or zeros with `set_to_none=False`."""
        for param in chain.from_iterable(group["params"] for group in self.param_groups):
            if param.grad is None:
                continue
            if set_to_none:
                param.grad = None
            elif param.grad.grad_fn is not None:
                # A gradient made with create_graph=True has a graph of its own: cut it off first.
                param.grad.detach_().zero_()
            else:
                param.grad.requires_grad_(False).zero_()

    # ------------------------------------------------------------------------------------------------------- groups

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Takes one more group of parameters, for example layers that are unfrozen during training."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        self._take_tensors(param_group)

        for param in param_group["params"]:
            if not isinstance(param, Tensor):
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one of the params is {torch.typename(param)}"
                )
            if not (param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")

        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        if param_group.get("differentiable"):
            raise ValueError("differentiable=True is not supported: a step of this optimizer is not part of a graph")

        # Tensors compare element by element, sets of them by identity: that is what is meant here.
        new = set(param_group["params"])
        if len(new) != len(param_group["params"]):
            warnings.warn("optimizer contains a parameter group with duplicate parameters", stacklevel=3)
        for group in self.param_groups:
            if ("param_names" in param_group) != ("param_names" in group):
                with_or_without = "with" if "param_names" in param_group else "without"
                raise ValueError(
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {with_or_without} names to the optimizer"
                )
        if not new.isdisjoint(chain.from_iterable(group["params"] for group in self.param_groups)):
            raise ValueError("some parameters appear in more than one parameter group")

        self.param_groups.append(param_group)

    @staticmethod
    def _take_tensors(param_group: dict[str, Any]) -> None:
        """Makes `param_group["params"]` a list of tensors; names that came with them go to `"param_names"`."""
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        entries = [given] if isinstance(given, Tensor) else list(given)
        names = [entry[0] for entry in entries if isinstance(entry, tuple)]
        if names and len(names) < len(entries):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")

        param_group["params"] = [entry[1] if isinstance(entry, tuple) else entry for entry in entries]
        if names:
            param_group["param_names"] = names

    # -------------------------------------------------------------------------------------------- saving and loading

    def state_dict(self) -> dict[str, Any]:
        """`{"state": ..., "param_groups": ...}`, where a number stands for each parameter; torch's loads it too.

        Parameters are numbered in the order of the groups. The tensors in it are the optimizer's own, not copies.
        """
        for pre_hook in self._optimizer_state_dict_pre_hooks.values():
            pre_hook(self)

        # The key is id(): a tensor used as a dict key works too, but `==` between tensors is not a yes or a no.
        number: dict[int, int] = {}
        groups, start = [], 0
        for group in self.param_groups:
            number.update({id(param): i for i, param in enumerate(group["params"], start)})
            start += len(group["params"])
            packed = {name: value for name, value in group.items() if name != "params"}
            groups.append(packed | {"params": [number[id(param)] for param in group["params"]]})
        state = {number[id(k)] if isinstance(k, Tensor) else k: remembered for k, remembered in self.state.items()}

        result: dict[str, Any] = {"state": state, "param_groups": groups}
        for post_hook in self._optimizer_state_dict_post_hooks.values():
            changed = post_hook(self, result)
            result = result if changed is None else changed
        return result

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a saved state, ours or torch's: parameters are matched by their order.

        What is remembered about a parameter is moved to that parameter's device and dtype.
        """
        state_dict = state_dict.copy()  # shallow: the hooks may replace entries without touching the caller's dict
        for pre_hook in self._optimizer_load_state_dict_pre_hooks.values():
            changed = pre_hook(self, state_dict)
            state_dict = state_dict if changed is None else changed

        saved_groups = deepcopy(state_dict["param_groups"])
        if len(saved_groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        pairs = list(zip(self.param_groups, saved_groups, strict=True))
        if any(len(group["params"]) != len(saved["params"]) for group, saved in pairs):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )

        state: defaultdict[Any, Any] = defaultdict(dict)
        state.update(state_dict["state"])
        for group, saved in pairs:
            for param, number in zip(group["params"], saved["params"], strict=True):
                if number in state_dict["state"]:
                    state.pop(number, None)
                    state[param] = _copy_for(param, state_dict["state"][number], saved)
            saved["params"] = group["params"]
            if "param_names" in group:
                saved.setdefault("param_names", group["param_names"])

        self.__setstate__({"state": state, "param_groups": saved_groups})
        for post_hook in self._optimizer_load_state_dict_post_hooks.values():
            post_hook(self)

    def __getstate__(self) -> dict[str, Any]:
        # Hooks are functions of the running program; like torch's, a pickled optimizer goes without them.
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if "_optimizer_step_pre_hooks" not in self.__dict__:
            self._make_hook_tables()
        for group in self.param_groups:
            for name in self.defaults:
                if name in self._added_later:
                    group.setdefault(name, self._added_later[name])
            for param in group["params"]:
                remembered = self.state.get(param, {})
                for name in self._numbers:
                    if name in remembered and not isinstance(remembered[name], Tensor):
                        remembered[name] = step_counter(remembered[name])

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for i, group in enumerate(self.param_groups):
            text += f"\nParameter Group {i}\n"
            text += "".join(f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params")
        return text + ")"

    # -------------------------------------------------------------------------------------------------------- hooks

    def _make_hook_tables(self) -> None:
        self._optimizer_step_pre_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_step_post_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_state_dict_pre_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_state_dict_post_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_load_state_dict_pre_hooks: OrderedDict[int, Any] = OrderedDict()
        self._optimizer_load_state_dict_post_hooks: OrderedDict[int, Any] = OrderedDict()

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` before each step; it may return new `(args, kwargs)`."""
        return _register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable[..., None]) -> RemovableHandle:
        """Calls `hook(optimizer, args, kwargs)` after each step."""
        return _register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., None], prepend: bool = False) -> RemovableHandle:
        """Calls `hook(optimizer)` before `state_dict`."""
        return _register(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Calls `hook(optimizer, state_dict)` after `state_dict`; it may return another dict."""
        return _register(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Calls `hook(optimizer, state_dict)` before `load_state_dict`; it may return another dict to load."""
        return _register(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., None], prepend: bool = False) -> RemovableHandle:
        """Calls `hook(optimizer)` after `load_state_dict`."""
        return _register(self._optimizer_load_state_dict_post_hooks, hook, prepend)


def _register(table: OrderedDict[int, Any], hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
    handle = RemovableHandle(table)
    table[handle.id] = hook
    if prepend:
        table.move_to_end(handle.id, last=False)
    return handle


def _copy_for(param: Tensor, value: Any, group: dict[str, Any], key: Any = None) -> Any:
    """A copy of `value`, saved state of `param`, with its tensors on the device and in the dtype of `param`."""
    if isinstance(value, dict):
        return {k: _copy_for(param, v, group, k) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return type(value)(_copy_for(param, v, group) for v in value)
    if not isinstance(value, Tensor):
        return value
    if key == "step":
        # A count keeps its own dtype: float16 could not tell step 2049 from 2048. It stays where it was saved from,
        # unless torch's fused or capturable code will look for it beside the parameter.
        if group.get("capturable") or group.get("fused"):
            return value.to(device=param.device, dtype=torch.float32, copy=True)
        return value.clone()
    return value.to(device=param.device, dtype=param.dtype if param.is_floating_point() else None, copy=True)


# --------------------------------------------------------------------------------- what the algorithms have in common


def check_options(**options: Any) -> None:
    """Raises ValueError for an option below 0 or NaN, a beta outside [0, 1), an lr of several elements."""
    for name, value in options.items():
        if name == "betas":
            for i in (0, 1):
                if not 0.0 <= value[i] < 1.0:
                    raise ValueError(f"Invalid beta parameter at index {i}: {value[i]}")
            continue
        if isinstance(value, Tensor) and value.numel() != 1:
            raise ValueError(f"Tensor {name} must be 1-element")
        if not value >= 0.0:  # `value < 0` would let NaN pass
            what = {"lr": "learning rate", "eps": "epsilon value"}.get(name, f"{name} value")
            raise ValueError(f"Invalid {what}: {value}")


class Bundle:
    """Several tensors under one name: `bundle.mul_(2)` doubles all of them, on a GPU in one launch.

    A step over 100 small parameters is 100 times as many launches without it, and each takes longer than its work.
    """

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        self.tensors = list(tensors)

    def __getattr__(self, name: str) -> Callable[..., "Bundle"]:
        operation = getattr(torch, f"_foreach_{name}")

        def run(*args: Any, **kwargs: Any) -> Bundle:
            lists = [arg.tensors if isinstance(arg, Bundle) else arg for arg in args]
            numbers = {k: v.item() if isinstance(v, Tensor) else v for k, v in kwargs.items()}
            result = operation(self.tensors, *lists, **numbers)
            return self if name.endswith("_") else Bundle(result)

        return run

    def __neg__(self) -> "Bundle":
        return self.neg()


def step_counter(steps: float = 0.0) -> Tensor:
    """How often a parameter was moved: a tensor on the CPU, as torch saves it; reading it must not wait for a GPU."""
    return torch.tensor(float(steps), dtype=torch.float64 if torch.get_default_dtype() == torch.float64 else None)


def scalar(option: Any) -> Any:
    """An option given as a tensor of one element, as a 0-d tensor without a graph; a number as it is."""
    return option.detach().squeeze() if isinstance(option, Tensor) else option


def as_real(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Complex tensors as pairs of real numbers in the same memory: squares and roots are then taken of each part."""
    return tuple(torch.view_as_real(t) if t.is_complex() else t for t in tensors)


def refuse_sparse(params: Iterable[Tensor], message: str) -> None:
    """Raises before anything is changed; averages over time are dense, so a sparse gradient has no advantage."""
    if any(param.grad is not None and param.grad.is_sparse for param in params):
        raise RuntimeError(message)
