"""The way from a scratch module to code that insists on torch.nn.Module.

The other way needs nothing: a torch module may be assigned to a scratch module as it is.
"""

import weakref
from functools import cache
from typing import Any

from nnbook.nn.module import Module

__all__ = ["as_torch"]

# One view per module, for as long as somebody holds it: a module that is used twice must stay one module.
_VIEWS: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()


def as_torch(module: Any) -> Any:
    """Returns a `torch.nn.Module` that is a view of a scratch module: another face of it, not a copy.

    It has the same Parameter objects, the same buffers, hooks and state-dict keys, and whatever is done to the one is
    done to the other: train, eval, to, assigning a parameter, adding a layer. It goes into torch's containers,
    optimizers, `torch.compile` and `torch.func.functional_call`; it can be copied and pickled, together with its
    scratch module. Its children are views, too. A torch module is returned as it is.
    """
    import torch.nn

    if isinstance(module, torch.nn.Module):
        return module
    if not isinstance(module, Module):
        raise TypeError(f"as_torch takes a module, not {type(module).__name__}")
    view = _VIEWS.get(id(module))
    if view is None:
        _VIEWS[id(module)] = view = _view_class()(module)
    return view


@cache
def _view_class() -> Any:
    import torch.nn

    def from_scratch(name: str) -> Any:
        def write(self: Any, value: Any) -> None:
            # torch.nn.Module.__init__ sets its defaults before there is a scratch module: they are not ours.
            if "_scratch" in self.__dict__:
                setattr(self._scratch, name, value)

        return property(lambda self: getattr(self._scratch, name), write)

    def without_view(value: Any) -> Any:
        """A scratch module's children stay what they are, whichever face somebody assigns."""
        return value._scratch if isinstance(value, TorchView) else value

    class TorchView(torch.nn.Module):
        """A torch.nn.Module in form; everything that it holds or computes is the scratch module's."""

        def __init__(self, scratch: Module) -> None:
            super().__init__()
            self.__dict__["_scratch"] = scratch
            # The dictionaries (parameters, buffers, hooks) are the very same objects, so neither side can be stale.
            for name, value in vars(scratch).items():
                if name in self.__dict__ and name != "_modules":
                    self.__dict__[name] = value

        training = from_scratch("training")
        _is_full_backward_hook = from_scratch("_is_full_backward_hook")
        _version = from_scratch("_version")

        @property
        def _modules(self) -> Any:
            views = self.__dict__["_modules"]
            children = self._scratch._modules.items()
            current = {name: None if child is None else as_torch(child) for name, child in children}
            # Only after a change, because torch loops over this dictionary while it asks for it again.
            if list(views.items()) != list(current.items()):
                views.clear()
                views.update(current)
            return views

        @_modules.setter
        def _modules(self, modules: Any) -> None:
            self.__dict__["_modules"] = modules

        def forward(self, *args: Any, **kwargs: Any) -> Any:
            # Not scratch(...): the hooks are shared, and torch's __call__ runs them.
            return self._scratch.forward(*args, **kwargs)

        def __getattr__(self, name: str) -> Any:
            if "_scratch" not in self.__dict__:
                raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
            return self._modules[name] if name in self._modules else getattr(self._scratch, name)

        def __setattr__(self, name: str, value: Any) -> None:
            if "_scratch" not in self.__dict__ or hasattr(torch.nn.Module, name):
                object.__setattr__(self, name, value)
            else:
                setattr(self._scratch, name, without_view(value))

        def __delattr__(self, name: str) -> None:
            if name in self.__dict__:
                object.__delattr__(self, name)
            else:
                delattr(self._scratch, name)

        def add_module(self, name: str, module: Any) -> None:
            self._scratch.add_module(name, without_view(module))

        def train(self, mode: bool = True) -> Any:
            self._scratch.train(mode)
            return self

        def _apply(self, fn: Any, recurse: bool = True) -> Any:
            self._scratch._apply(fn, recurse)
            return self

        def _save_to_state_dict(self, *args: Any) -> None:
            self._scratch._save_to_state_dict(*args)

        def _load_from_state_dict(self, *args: Any) -> None:
            self._scratch._load_from_state_dict(*args)

        def extra_repr(self) -> str:
            return self._scratch.extra_repr()

        def __repr__(self) -> str:
            return repr(self._scratch)

        def _get_name(self) -> str:
            return self._scratch._get_name()

        def __dir__(self) -> list[str]:
            return sorted({*dir(torch.nn.Module), *dir(self._scratch)})

        def __reduce__(self) -> Any:
            return as_torch, (self._scratch,)

        def __reduce_ex__(self, protocol: Any) -> Any:
            return self.__reduce__()

    return TorchView
