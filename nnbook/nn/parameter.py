"""Parameter and Buffer: tensors that a Module notices when they are assigned to it.

Neither adds arithmetic to a tensor. Each is a mark: "train me and save me" (Parameter), "save me" (Buffer).
UninitializedParameter and UninitializedBuffer hold the place of one whose shape is not known yet: see `lazy.py`.
"""

from typing import Any

import torch

__all__ = ["Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter"]


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


class UninitializedTensorMixin:
    """A tensor without a shape, which can be moved, cast and given a shape by `materialize`, but not computed with."""

    cls_to_become: Any
    requires_grad: bool
    data: torch.Tensor

    _allowed = (
        *(torch.Tensor.__hash__, torch.Tensor.size, torch.Tensor.copy_, torch.Tensor.get_device),
        *(torch.Tensor.is_complex, torch.Tensor.is_floating_point, torch._has_compatible_shallow_copy_type),
        *(torch.Tensor.to, torch.Tensor.cpu, torch.Tensor.cuda, torch.Tensor.half, torch.Tensor.float),
        *(torch.Tensor.double, torch.Tensor.char, torch.Tensor.short, torch.Tensor.int, torch.Tensor.long),
    )

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Turns this very object into a Parameter (or plain tensor) of that shape, its values not yet set."""
        self.data = torch.empty(shape, device=device or self.data.device, dtype=dtype or self.data.dtype)
        self.__class__ = self.cls_to_become

    @property
    def shape(self) -> Any:
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer: call the module on a first batch before. "
            "In load_state_dict this means that an uninitialized tensor was to be loaded into an initialized module."
        )

    def share_memory_(self) -> Any:
        raise RuntimeError("Can't share memory on an uninitialized parameter or buffer: it has none yet.")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, self.data.device, self.data.dtype)  # type: ignore[call-arg]
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.requires_grad, self.data.device, self.data.dtype)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # Properties such as .data or .grad arrive as method-wrappers.
        if func in cls._allowed or type(func).__name__ == "method-wrapper":
            return super().__torch_function__(func, types, args, kwargs or {})  # type: ignore[misc]
        raise ValueError(
            f"Attempted to use an uninitialized parameter in {func}: call its module on a first batch before, "
            "which gives it a shape."
        )


class UninitializedParameter(UninitializedTensorMixin, Parameter):  # type: ignore[misc, override, metaclass]
    """A Parameter whose shape is not known yet. Like `torch.nn.UninitializedParameter`."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> Any:
        return torch.Tensor._make_subclass(cls, torch.empty(0, device=device, dtype=dtype), requires_grad)


class UninitializedBuffer(UninitializedTensorMixin, torch.Tensor):  # type: ignore[misc, override]
    """A buffer whose shape is not known yet. Like `torch.nn.UninitializedBuffer`."""

    cls_to_become = torch.Tensor

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> Any:
        made: Any = torch.Tensor._make_subclass(cls, torch.empty(0, device=device, dtype=dtype), requires_grad)
        made.persistent, made._is_buffer = persistent, True
        return made


torch.serialization.add_safe_globals([UninitializedParameter, UninitializedBuffer])


def is_lazy(tensor: Any) -> bool:
    """Whether it is one of these two, or of torch's."""
    return isinstance(tensor, UninitializedTensorMixin) or hasattr(tensor, "materialize")
