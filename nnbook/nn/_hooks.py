"""Hooks: functions of the user that run around a module's `forward` and around its part of the backward pass."""

import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch
from torch.utils.hooks import RemovableHandle

# Every hook of a module lives in one of these dictionaries, under a number that its handle knows.
_HOOK_DICTIONARIES = (
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_backward_pre_hooks",
    "_backward_hooks",
    "_state_dict_pre_hooks",
    "_state_dict_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)


def add_hook(hooks: Any, hook: Callable[..., Any], prepend: bool = False, marks: list[Any] | None = None) -> Any:
    """Puts a hook into its dictionary and returns the handle that takes it out (and its marks) again."""
    handle = RemovableHandle(hooks, extra_dict=marks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


class HooksMixin:
    """The part of Module that registers and runs the hooks of a call."""

    forward: Callable[..., Any]
    _forward_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _forward_pre_hooks_with_kwargs: OrderedDict[int, bool]
    _forward_hooks: OrderedDict[int, Callable[..., Any]]
    _forward_hooks_with_kwargs: OrderedDict[int, bool]
    _forward_hooks_always_called: OrderedDict[int, bool]
    _backward_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _backward_hooks: OrderedDict[int, Callable[..., Any]]

    def _init_hooks(self) -> None:
        self.__dict__.update({name: OrderedDict() for name in _HOOK_DICTIONARIES})
        # Torch tells two kinds of backward hooks apart by this; ours are always of the full kind.
        self.__dict__["_is_full_backward_hook"] = None

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Any:
        """Runs `hook(module, args)` before `forward`; what it returns, if anything, replaces the arguments.

        With `with_kwargs`: `hook(module, args, kwargs)`, which returns None or a pair (args, kwargs).
        """
        handle = add_hook(self._forward_pre_hooks, hook, prepend, [self._forward_pre_hooks_with_kwargs])
        if with_kwargs:
            self._forward_pre_hooks_with_kwargs[handle.id] = True
        return handle

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> Any:
        """Runs `hook(module, args, output)` after `forward`; what it returns, if anything, replaces the output.

        With `with_kwargs`: `hook(module, args, kwargs, output)`. With `always_call` the hook runs even if `forward`
        or another hook raises.
        """
        hooks = self._forward_hooks
        handle = add_hook(hooks, hook, prepend, [self._forward_hooks_with_kwargs, self._forward_hooks_always_called])
        if with_kwargs:
            self._forward_hooks_with_kwargs[handle.id] = True
        if always_call:
            self._forward_hooks_always_called[handle.id] = True
        return handle

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Any:
        """Runs `hook(module, grad_output)` when the gradient arrives; a returned tuple replaces it."""
        return add_hook(self._backward_pre_hooks, hook, prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Any:
        """Runs `hook(module, grad_input, grad_output)` when the gradient leaves; a returned tuple replaces grad_input.

        Entries are None for arguments that are no tensors.
        """
        self._is_full_backward_hook = True
        return add_hook(self._backward_hooks, hook, prepend)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """pre-hooks -> (watch the inputs) -> forward -> hooks -> (watch the output)"""
        result = None
        always_called = set()
        try:
            args, kwargs = self._run_forward_pre_hooks(args, kwargs)
            gradients = None
            if self._backward_hooks or self._backward_pre_hooks:
                gradients = _GradientWatch(self)
                args = gradients.watch_inputs(args)

            result = self.forward(*args, **kwargs)

            for number, hook in tuple(self._forward_hooks.items()):
                if number in self._forward_hooks_always_called:
                    always_called.add(number)
                changed = self._run_forward_hook(number, hook, args, kwargs, result)
                if changed is not None:
                    result = changed
            if gradients is not None:
                result = gradients.watch_output(result)
            return result
        except Exception:
            for number, hook in tuple(self._forward_hooks.items()):
                if number not in self._forward_hooks_always_called or number in always_called:
                    continue
                try:
                    changed = self._run_forward_hook(number, hook, args, kwargs, result)
                    if changed is not None:
                        result = changed
                except Exception as error:
                    warnings.warn(
                        "module forward hook with ``always_call=True`` raised an exception "
                        f"that was silenced as another error was raised in forward: {error!s}",
                        stacklevel=3,
                    )
            raise

    def _run_forward_pre_hooks(self, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        for number, hook in tuple(self._forward_pre_hooks.items()):
            if number in self._forward_pre_hooks_with_kwargs:
                changed = hook(self, args, kwargs)
                if changed is not None:
                    if not (isinstance(changed, tuple) and len(changed) == 2):
                        raise RuntimeError(
                            "forward pre-hook must return None or a tuple of (new_args, new_kwargs), "
                            f"but got {changed}."
                        )
                    args, kwargs = changed
            else:
                changed = hook(self, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        return args, kwargs

    def _run_forward_hook(self, number: int, hook: Callable[..., Any], args: Any, kwargs: Any, result: Any) -> Any:
        if number in self._forward_hooks_with_kwargs:
            return hook(self, args, kwargs, result)
        return hook(self, args, result)


class _Gate(torch.autograd.Function):
    """The identity. Its only use is its node in the graph: one place where the gradients of several tensors meet."""

    @staticmethod
    def forward(ctx: Any, *tensors: torch.Tensor) -> Any:
        ctx.mark_non_differentiable(*(tensor for tensor in tensors if not tensor.requires_grad))
        return tensors

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients


class _GradientWatch:
    """Calls a module's backward hooks for one forward call.

    The inputs pass through one gate, the output through another. In the backward pass the gradient reaches the output
    gate first (it is remembered, and the pre-hooks run) and the input gate last (the hooks run, with both).
    """

    def __init__(self, module: Any) -> None:
        self.module = module
        self.hooks = tuple(module._backward_hooks.values())
        self.pre_hooks = tuple(module._backward_pre_hooks.values())
        self.grad_output: Any = None

    def watch_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        self.size = len(args)
        args, self.input_places = self._through_gate(args, self._at_inputs)
        return args

    def watch_output(self, result: Any) -> Any:
        if not isinstance(result, (torch.Tensor, tuple)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors "
                f"but received {type(result)}",
                stacklevel=4,
            )
        outputs = result if isinstance(result, tuple) else (result,)
        self.output_size = len(outputs)
        outputs, self.output_places = self._through_gate(outputs, self._at_output)
        return outputs if isinstance(result, tuple) else outputs[0]

    def _through_gate(self, values: Any, on_backward: Callable[..., Any]) -> tuple[Any, list[int] | None]:
        places = [i for i, value in enumerate(values) if isinstance(value, torch.Tensor)]
        tensors = [values[i] for i in places]
        if not (torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)):
            return values, None
        passed = _Gate.apply(*tensors)
        next(tensor.grad_fn for tensor in passed if tensor.requires_grad).register_hook(on_backward)
        values_after = list(values)
        for place, tensor in zip(places, passed, strict=True):
            values_after[place] = tensor
        # A named tuple takes its fields one by one.
        return (tuple(values_after) if type(values) is tuple else type(values)(*values_after)), places

    def _at_output(self, _: Any, gradients: Any) -> Any:
        assert self.output_places is not None
        grad_output: Any = _spread(gradients, self.output_places, self.output_size)
        for hook in self.pre_hooks:
            changed = hook(self.module, grad_output)
            if changed is None:
                continue
            if len(changed) != len(grad_output):
                raise RuntimeError(
                    "Backward pre hook returned an invalid number of grad_output, "
                    f"got {len(changed)}, but expected {len(grad_output)}"
                )
            grad_output = changed

        if self.input_places is None:
            # No input requires a gradient, so the other gate will never be reached: the hooks run here.
            warnings.warn(
                "Full backward hook is firing when gradients are computed with respect to module outputs "
                "since no inputs require gradients.",
                stacklevel=5,
            )
            for hook in self.hooks:
                changed = hook(self.module, (None,) * self.size, grad_output)
                if changed is not None and not (isinstance(changed, tuple) and all(one is None for one in changed)):
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient "
                        "should always return None or None for all gradients."
                    )
        else:
            self.grad_output = grad_output
        return tuple(grad_output[i] for i in self.output_places)

    def _at_inputs(self, gradients: Any, _: Any) -> Any:
        if self.grad_output is None:
            # The gradient came around the output gate, as it may in a second backward pass.
            return None
        assert self.input_places is not None
        grad_input: Any = _spread(gradients, self.input_places, self.size)
        for hook in self.hooks:
            changed = hook(self.module, grad_input, self.grad_output)
            if changed is None:
                continue
            if len(changed) != len(grad_input):
                raise RuntimeError(
                    "Backward hook returned an invalid number of grad_input, "
                    f"got {len(changed)}, but expected {len(grad_input)}"
                )
            grad_input = changed
        self.grad_output = None
        return tuple(grad_input[i] for i in self.input_places)


def _spread(values: Any, places: list[int], size: int) -> tuple[Any, ...]:
    """Puts the values at their places among `size`, with None everywhere else."""
    spread = [None] * size
    for place, value in zip(places, values, strict=True):
        spread[place] = value
    return tuple(spread)
