"""Layers that find the size of their input in the first batch, and then become the ordinary layer."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from nnbook.nn.conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from nnbook.nn.linear import Linear
from nnbook.nn.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)
from nnbook.nn.parameter import UninitializedBuffer, UninitializedParameter, is_lazy

__all__ = [
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
    "LazyLinear",
]

_Int = int | Sequence[int]


class LazyModuleMixin:
    """Turns a module into one that learns its sizes from its first batch. Like `torch.nn.modules.lazy.LazyModuleMixin`.

    Stands before the module's class: `class LazyLinear(LazyModuleMixin, Linear)`. Its parameters start as
    UninitializedParameter; before the first `forward`, `initialize_parameters(*the same arguments)` gives them shapes,
    and then the object's class turns into `cls_to_become`. An optimizer is to be made after that first batch.

    A state dict of a module that has its shapes gives them to a lazy one.
    """

    cls_to_become: type | None = None
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._initialize_hook = self.register_forward_pre_hook(self._infer_parameters, with_kwargs=True)  # type: ignore[attr-defined]

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Gives every uninitialized tensor its shape, from the first call's arguments. For subclasses to define."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or buffer still has no shape."""
        return any(is_lazy(tensor) for tensor in (*self._parameters.values(), *self._buffers.values()))

    def _infer_parameters(self, module: Any, args: Any, kwargs: Any = None) -> None:
        # self, not module: seen through as_torch they are two objects.
        self.initialize_parameters(*args, **(kwargs or {}))
        if self.has_uninitialized_params():
            raise RuntimeError(f"module {type(self).__name__} has not been fully initialized")
        self._initialize_hook.remove()
        del self._initialize_hook
        if self.cls_to_become is not None:
            self.__class__ = self.cls_to_become  # type: ignore[assignment]

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for name, tensor in self._own_state().items():  # type: ignore[attr-defined]
            destination[prefix + name] = tensor if keep_vars or is_lazy(tensor) else tensor.detach()

    def _load_tensor(self, name: str, tensor: Any, key: str, value: Any, assign: bool) -> str | None:
        if is_lazy(tensor):
            if is_lazy(value):
                return None
            tensor.materialize(value.shape)
        return super()._load_tensor(name, tensor, key, value, assign)  # type: ignore[misc]


class _Lazy(LazyModuleMixin):
    """What the layers below share: one number is missing, named `_missing`; with it all shapes are known."""

    _missing: str

    def _find(self, input: Tensor) -> int:
        """The missing number, as the first input shows it."""
        raise NotImplementedError

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each parameter and buffer."""
        raise NotImplementedError

    def _forget_shapes(self) -> None:
        for tensors, kind in ((self._parameters, UninitializedParameter), (self._buffers, UninitializedBuffer)):
            for name, tensor in tensors.items():
                if tensor is not None and tensor.dim() > 0:  # a counter has no shape to forget
                    tensors[name] = kind(device=tensor.device, dtype=tensor.dtype)

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        """Gives all tensors their shapes and first values. After loading a state dict only the number is missing."""
        found, unknown = self._find(input), self.has_uninitialized_params()
        if unknown or getattr(self, self._missing) == 0:
            setattr(self, self._missing, found)
        if unknown:
            for name, shape in self._shapes().items():
                if getattr(self, name) is not None:
                    getattr(self, name).materialize(shape)
            self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws the first values, as soon as there is something to draw."""
        if not self.has_uninitialized_params() and getattr(self, self._missing) != 0:
            super().reset_parameters()  # type: ignore[misc]


class LazyLinear(_Lazy, Linear):
    """A Linear that takes `in_features` from its first input, and becomes a Linear then. Like `torch.nn.LazyLinear`.

    input (*, in_features) -> (*, out_features). Source: torch.nn.LazyLinear.
    """

    cls_to_become = Linear
    _missing = "in_features"

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(0, out_features, bias, device, dtype)
        self._forget_shapes()

    def _find(self, input: Tensor) -> int:
        return input.shape[-1]

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return {"weight": (self.out_features, self.in_features), "bias": (self.out_features,)}


# Convolutions ---------------------------------------------------------------------------------------------------------


class _LazyAnyConv(_Lazy):
    _missing = "in_channels"
    _dims: int
    in_channels: int
    out_channels: int
    kernel_size: tuple[int, ...]
    groups: int
    transposed: bool

    def _build(self, in_channels: int, out_channels: int, *rest: Any) -> None:
        # No channels now; whether they make groups shows when they are known.
        super()._build(in_channels, 0, *rest)  # type: ignore[misc]
        self.out_channels = out_channels
        self._forget_shapes()

    def _find(self, input: Tensor) -> int:
        if input.dim() not in (self._dims + 1, self._dims + 2):
            expected = f"{self._dims + 1}D (unbatched) or {self._dims + 2}D (batched) input to {type(self).__name__}"
            raise RuntimeError(f"Expected {expected}, but got input of size: {[*input.shape]}")
        channels = input.size(-self._dims - 1)
        if channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        return channels

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        out, into = (self.in_channels, self.out_channels) if self.transposed else (self.out_channels, self.in_channels)
        return {"weight": (out, into // self.groups, *self.kernel_size), "bias": (self.out_channels,)}


class _LazyConv(_LazyAnyConv):
    def __init__(
        self,
        out_channels: int,
        kernel_size: _Int,
        stride: _Int = 1,
        padding: _Int | str = 0,
        dilation: _Int = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = kernel_size, stride, padding, dilation
        super().__init__(0, out_channels, *sizes, groups, bias, padding_mode, device, dtype)


class _LazyConvTranspose(_LazyAnyConv):
    def __init__(
        self,
        out_channels: int,
        kernel_size: _Int,
        stride: _Int = 1,
        padding: _Int = 0,
        output_padding: _Int = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: _Int = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = kernel_size, stride, padding, output_padding
        super().__init__(0, out_channels, *sizes, groups, bias, dilation, padding_mode, device, dtype)


class LazyConv1d(_LazyConv, Conv1d):
    """A Conv1d that takes `in_channels` from its first input, (N, C, L) or (C, L). Like `torch.nn.LazyConv1d`."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A Conv2d that takes `in_channels` from its first input, (N, C, H, W) or (C, H, W). Like `torch.nn.LazyConv2d`."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A Conv3d that takes `in_channels` from its first input, (N, C, D, H, W) or less N. Like `torch.nn.LazyConv3d`."""

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A ConvTranspose1d that takes `in_channels` from its first input. Like `torch.nn.LazyConvTranspose1d`."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A ConvTranspose2d that takes `in_channels` from its first input. Like `torch.nn.LazyConvTranspose2d`."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A ConvTranspose3d that takes `in_channels` from its first input. Like `torch.nn.LazyConvTranspose3d`."""

    cls_to_become = ConvTranspose3d


# Normalization --------------------------------------------------------------------------------------------------------


class _LazyNorm(_Lazy):
    _missing = "num_features"
    num_features: int

    def __init__(
        self,
        eps: float = 1e-05,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self._forget_shapes()

    def _find(self, input: Tensor) -> int:
        return input.shape[1]

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (self.num_features,))


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    """A BatchNorm1d that takes `num_features` from its first input. Like `torch.nn.LazyBatchNorm1d`."""

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    """A BatchNorm2d that takes `num_features` from its first input. Like `torch.nn.LazyBatchNorm2d`."""

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    """A BatchNorm3d that takes `num_features` from its first input. Like `torch.nn.LazyBatchNorm3d`."""

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    """An InstanceNorm1d that takes `num_features` from its first input. Like `torch.nn.LazyInstanceNorm1d`."""

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    """An InstanceNorm2d that takes `num_features` from its first input. Like `torch.nn.LazyInstanceNorm2d`."""

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    """An InstanceNorm3d that takes `num_features` from its first input. Like `torch.nn.LazyInstanceNorm3d`."""

    cls_to_become = InstanceNorm3d
