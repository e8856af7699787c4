"""Parameter and Buffer: tensors that a Module notices when they are assigned to it.

Neither adds arithmetic to a tensor. Each is a mark: "train me and save me" (Parameter), "save me" (Buffer).
"""

from typing import Any

import torch

__all__ = ["Buffer", "Parameter"]


class _TensorMark(type(torch.Tensor)):  # type: ignore[misc]
    """Lets `isinstance` ask for the mark instead of the class, so that torch's own parameters and buffers count too."""

    def __instancecheck__(cls, instance: object) -> bool:
        mark = {"Parameter": "_is_param", "Buffer": "_is_buffer"}.get(cls.__name__)
        if mark is not None and cls.__module__ == __name__ and isinstance(instance, torch.Tensor):
            # The mark of torch.nn.Parameter is its class: its instances carry `_is_param` only for exotic tensors.
            own_mark = getattr(instance, mark, False)
            return bool(own_mark) or (mark == "_is_param" and _comes_from_torchs_parameter(type(instance)))
        return super().__instancecheck__(instance)


def _comes_from_torchs_parameter(kind: type) -> bool:
    return any(base.__name__ == "Parameter" and base.__module__ == "torch.nn.parameter" for base in kind.__mro__)


def _rebuild_parameter(data: torch.Tensor, requires_grad: bool, attributes: dict[str, Any]) -> "Parameter":
    """What a pickled Parameter turns back into."""
    parameter = Parameter(data, requires_grad)
    for name, value in attributes.items():
        setattr(parameter, name, value)
    return parameter


class Parameter(torch.Tensor, metaclass=_TensorMark):
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
            return torch.Tensor._make_subclass(cls, data, requires_grad)

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
        return marked

    # The result of an operation on a Parameter is a plain tensor: torch skips its subclass handling altogether.
    __torch_function__ = torch._C._disabled_torch_function_impl

    def __deepcopy__(self, memo: dict[int, Any]) -> "Parameter":
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(memory_format=torch.preserve_format), self.requires_grad)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _rebuild_parameter, (self.data, self.requires_grad, dict(self.__dict__))

    def __repr__(self, **kwargs: Any) -> str:
        return "Parameter containing:\n" + super().__repr__(**kwargs)


# torch.load(..., weights_only=True) unpickles nothing that it was not told about.
torch.serialization.add_safe_globals([_rebuild_parameter])


class Buffer(torch.Tensor, metaclass=_TensorMark):
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

    __torch_function__ = torch._C._disabled_torch_function_impl
