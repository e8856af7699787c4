"""The device and dtype arguments that every layer with parameters takes, as a case of library scope."""

from __future__ import annotations

from typing import Any

import torch

from nnbook.parity.recorder import Recorder
from nnbook.parity.spec import Scenario


def factory(*args: Any, **kwargs: Any) -> Scenario:
    """A scenario that builds the layer with `device` and `dtype` and records what its parameters became."""

    def play(candidate: Any, rec: Recorder) -> None:
        """A layer built with dtype=torch.float64, one with bfloat16, one with device="meta"."""
        for dtype in (torch.float64, torch.bfloat16):
            made = candidate(*args, **kwargs, device=rec.device, dtype=dtype)
            rec(f"dtypes when asked for {dtype}", {n: str(p.dtype) for n, p in made.named_parameters()})
            rec(f"devices when asked for {dtype}", sorted({p.device.type for p in made.parameters()}))
        made = candidate(*args, **kwargs, device="meta")
        rec("devices when asked for meta", sorted({p.device.type for p in made.parameters()}))
        rec("dtypes without a dtype", sorted({str(p.dtype) for p in made.parameters()}))

    return Scenario("takes a device and a dtype", play, scope="library")
