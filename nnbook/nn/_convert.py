"""Moving and casting: every tensor of a module's tree to another device or another dtype."""

import warnings
from collections.abc import Callable
from typing import Any, Self

import torch

from nnbook.nn.parameter import Parameter


class ConvertMixin:
    """The part of Module that moves and casts. Everything here is `_apply` with another function."""

    children: Callable[..., Any]
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, torch.Tensor | None]

    def _apply(self, fn: Callable[[torch.Tensor], torch.Tensor], recurse: bool = True) -> Self:
        """Replaces the data of every parameter, gradient and buffer by `fn` of it."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for name, parameter in self._parameters.items():
            if parameter is None:
                continue
            gradient = parameter.grad
            with torch.no_grad():
                moved = fn(parameter)
                moved_gradient = None if gradient is None else fn(gradient)
            # The Parameter object stays the same where possible, so that an optimizer made earlier still trains it.
            if _can_hold(parameter, moved):
                parameter.data = moved
            else:
                self._parameters[name] = parameter = Parameter(moved, parameter.requires_grad)
            if gradient is not None and moved_gradient is not None:
                if parameter.grad is gradient and _can_hold(gradient, moved_gradient):
                    gradient.data = moved_gradient
                else:
                    parameter.grad = moved_gradient.requires_grad_(gradient.requires_grad)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Moves to a device, a floating point dtype or both: `to(device, dtype)`, `to(dtype)`, `to(tensor)`.

        `non_blocking` and `memory_format` (for 4-D and 5-D tensors) as in `Tensor.to`. Integers keep their dtype.
        """
        device, dtype, non_blocking, memory_format = _parse_to(*args, **kwargs)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
            )
        if dtype is not None and dtype.is_complex:
            warnings.warn("Complex modules are a new feature: some may not work as expected.", stacklevel=2)

        def move(tensor: torch.Tensor) -> torch.Tensor:
            wanted = dtype if tensor.is_floating_point() or tensor.is_complex() else None
            options = {"memory_format": memory_format} if memory_format is not None and tensor.dim() in (4, 5) else {}
            try:
                return tensor.to(device, wanted, non_blocking, **options)
            except NotImplementedError as error:
                if str(error) != "Cannot copy out of meta tensor; no data!":
                    raise
                raise NotImplementedError(
                    f"{error} Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() "
                    "when moving module from meta to a different device."
                ) from None

        return self._apply(move)

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Moves to a device without copying: the values are whatever memory holds."""
        return self._apply(lambda tensor: torch.empty_like(tensor, device=device), recurse=recurse)

    def cuda(self, device: Any = None) -> Self:
        """Moves to a CUDA device."""
        return self._apply(lambda tensor: tensor.cuda(device))

    def cpu(self) -> Self:
        """Moves to the CPU."""
        return self._apply(lambda tensor: tensor.cpu())

    def type(self, dst_type: Any) -> Self:
        """Casts every tensor, integers included."""
        return self._apply(lambda tensor: tensor.type(dst_type))

    def float(self) -> Self:
        """Casts floating point tensors to float32."""
        return self._apply(lambda tensor: tensor.float() if tensor.is_floating_point() else tensor)

    def double(self) -> Self:
        """Casts floating point tensors to float64."""
        return self._apply(lambda tensor: tensor.double() if tensor.is_floating_point() else tensor)

    def half(self) -> Self:
        """Casts floating point tensors to float16."""
        return self._apply(lambda tensor: tensor.half() if tensor.is_floating_point() else tensor)

    def bfloat16(self) -> Self:
        """Casts floating point tensors to bfloat16."""
        return self._apply(lambda tensor: tensor.bfloat16() if tensor.is_floating_point() else tensor)


def _can_hold(tensor: torch.Tensor, data: torch.Tensor) -> bool:
    """Whether `tensor.data = data` is possible: it is not between a real device and "meta", for one."""
    overwrite = torch.__future__.get_overwrite_module_params_on_conversion()
    return not overwrite and torch._has_compatible_shallow_copy_type(tensor, data)


def _parse_to(*args: Any, **kwargs: Any) -> tuple[torch.device | None, torch.dtype | None, bool, Any]:
    """Sorts out the three ways to call `to`."""

    def with_device(device=None, dtype=None, non_blocking=False, *, memory_format=None):
        return device, dtype, non_blocking, memory_format

    def with_dtype(dtype, non_blocking=False, *, memory_format=None):
        return None, dtype, non_blocking, memory_format

    def with_tensor(tensor, non_blocking=False, *, memory_format=None):
        return tensor.device, tensor.dtype, non_blocking, memory_format

    if "tensor" in kwargs or (args and isinstance(args[0], torch.Tensor)):
        form: Callable[..., tuple[Any, Any, Any, Any]] = with_tensor
    elif args and isinstance(args[0], torch.dtype):
        form = with_dtype
    else:
        form = with_device
    try:
        device, dtype, non_blocking, memory_format = form(*args, **kwargs)
    except TypeError:
        raise TypeError("to() received an invalid combination of arguments") from None
    if not (dtype is None or isinstance(dtype, torch.dtype)):
        raise TypeError(f"to() received an invalid combination of arguments: {dtype!r} is no dtype")
    return None if device is None else torch.device(device), dtype, non_blocking, memory_format
