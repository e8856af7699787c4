"""Parameter and Buffer: tensors that a Module notices when they are assigned to it.

Neither adds arithmetic to a tensor. Each is a mark: "train me and save me" (Parameter), "save me" (Buffer).
"""

from typing import Any

import torch

__all__ = ["Buffer", "Parameter"]


class _Marked(type(torch.Tensor)):  # type: ignore[misc]
    """Makes `isinstance` ask for the mark, not the class, so that torch's own parameters and buffers count too."""

    def __instancecheck__(cls, instance: object) -> bool:
        if cls is Parameter and isinstance(instance, torch.Tensor):
            return getattr(instance, "_is_param", False) or _is_torchs_parameter(type(instance))
        if cls is Buffer:
            return isinstance(instance, torch.Tensor) and getattr(instance, "_is_buffer", False)
        return super().__instancecheck__(instance)


def _is_torchs_parameter(kind: type) -> bool:
    # By name: nothing here imports torch.nn.
    return any((base.__module__, base.__name__) == ("torch.nn.parameter", "Parameter") for base in kind.__mro__)


def _rebuild_parameter(data: torch.Tensor, requires_grad: bool, attributes: dict[str, Any]) -> "Parameter":
    """What a pickled Parameter turns back into."""
    parameter = Parameter(data, requires_grad)
    parameter.__dict__.update(attributes)
    return parameter


class Parameter(torch.Tensor, metaclass=_Marked):
    """A tensor that a Module registers, optimizers train and `state_dict` saves. Like `torch.nn.Parameter`.

    `Parameter(data)` shares the memory of `data` but starts a graph of its own: it is a leaf that requires a
    gradient (also under `torch.no_grad()`), unless `requires_grad=False`. Torch's modules take ours for one of theirs,
    and ours take theirs.

    Source: torch.nn.parameter.Parameter.
    """

    # torch.nn.Parameter asks for this mark in its own isinstance check.
    _is_param = True

    def __new__(cls, data: torch.Tensor | None = None, requires_grad: bool = True) -> "Parameter":
        if data is None:
            data = torch.empty(0)
        if type(data) is torch.Tensor or type(data).__torch_function__ is torch._C._disabled_torch_function_impl:
            return torch.Tensor._make_subclass(cls, data, requires_grad)  # type: ignore[return-value]

        # A tensor with behaviour of its own (a quantized or a distributed one) must keep its class: mark it instead.
        marked: Any = data.detach().requires_grad_(requires_grad)
        if type(marked) is not type(data):
            raise RuntimeError(
                f"Creating a Parameter from an instance of type {type(data).__name__} requires that detach() returns "
                f"an instance of the same type, but return type {type(marked).__name__} was found instead. To use the "
                "type as a Parameter, please correct the detach() semantics defined by its __torch_dispatch__() "
                "implementation."
            )
        marked._is_param = True
        return marked  # type: ignore[return-value]

    # The result of an operation on a Parameter is a plain tensor: torch skips its subclass handling altogether.
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    def __deepcopy__(self, memo: dict[int, Any]) -> "Parameter":
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(memory_format=torch.preserve_format), self.requires_grad)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _rebuild_parameter, (self.data, self.requires_grad, dict(self.__dict__))

    def __repr__(self) -> str:  # type: ignore[override]
        return f"Parameter containing:\n{self.detach().requires_grad_(self.requires_grad)!r}"


# torch.load(..., weights_only=True) unpickles nothing that it was not told about.
torch.serialization.add_safe_globals([_rebuild_parameter])


class Buffer(torch.Tensor, metaclass=_Marked):
    """A tensor that belongs to a Module's state but is not trained, such as a running mean. Like `torch.nn.Buffer`.

    Assigned to a Module it is registered as by `register_buffer`; `persistent=False` keeps it out of `state_dict`.

    Source: torch.nn.parameter.Buffer.
    """

    def __new__(cls, data: torch.Tensor | None = None, *, persistent: bool = True) -> "Buffer":
        if data is None:
            data = torch.empty(0)
        marked: Any = data.detach().requires_grad_(data.requires_grad)
        marked.persistent = persistent
        marked._is_buffer = True
        return marked

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]
