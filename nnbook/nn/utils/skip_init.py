"""Making a module without drawing its first weights."""

import inspect
from typing import Any


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """module_cls(*args, **kwargs) with memory in place of initial values. Like `torch.nn.utils.skip_init`.

    The module is built on the device "meta", where drawing costs nothing, then given memory on the device asked for.
    """
    if not any(base.__name__ == "Module" for base in module_cls.__mro__):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    device = kwargs.pop("device", "cpu")
    return module_cls(*args, **kwargs, device="meta").to_empty(device=device)
