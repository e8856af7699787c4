"""What was seen of a candidate, and how it travels: tensors as safetensors, everything else as JSON, never pickle."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from safetensors.torch import load, save

KINDS = ("tensor", "json", "stat", "sample", "error")
_LENGTH_BYTES = 8


@dataclass
class Record:
    """One thing seen: `kind` says how it is compared, `label` what it is called in feedback.

    kind "tensor": `tensor`; compared by shape, dtype and value within a tolerance.
    kind "json":   `value`; compared for equality.
    kind "stat":   `value` (a float) with its standard error in `extra`; compared as two noisy measurements.
    kind "sample": `tensor`; two samples compared as distributions.
    kind "error":  `value` (the kind of exception), its message, and the line of the candidate's code it came from.
    """

    kind: str
    label: str
    value: Any = None
    tensor: torch.Tensor | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class CaseObservation:
    """Everything seen in one case, in the order in which it was seen."""

    name: str
    records: dict[str, Record] = field(default_factory=dict)


@dataclass
class Observations:
    """Everything seen of one candidate under one spec and seed."""

    spec: str
    seed: int
    cases: dict[str, CaseObservation] = field(default_factory=dict)
    forbidden: list[str] = field(default_factory=list)
    complete: bool = True

    def __iter__(self) -> Iterator[CaseObservation]:
        return iter(self.cases.values())

    def to_bytes(self) -> bytes:
        """Eight bytes of header length, the JSON header, the safetensors body."""
        tensors: dict[str, torch.Tensor] = {}
        cases = []
        for case in self:
            rows = []
            for key, r in case.records.items():
                row: dict[str, Any] = {"key": key, "kind": r.kind, "label": r.label, "value": r.value, "extra": r.extra}
                if r.tensor is not None:
                    row["tensor"] = str(len(tensors))
                    tensors[row["tensor"]] = r.tensor.detach().cpu().contiguous()
                rows.append(row)
            cases.append({"name": case.name, "records": rows})
        head = {
            "spec": self.spec,
            "seed": self.seed,
            "cases": cases,
            "forbidden": self.forbidden,
            "complete": self.complete,
        }
        header = json.dumps(head).encode()
        return len(header).to_bytes(_LENGTH_BYTES, "big") + header + save(tensors)

    @classmethod
    def from_bytes(cls, blob: bytes) -> Observations:
        """Rebuild from `to_bytes`; raises ValueError on anything malformed, since the sender is not trusted."""
        try:
            size = int.from_bytes(blob[:_LENGTH_BYTES], "big")
            head = json.loads(blob[_LENGTH_BYTES : _LENGTH_BYTES + size].decode())
            tensors = load(blob[_LENGTH_BYTES + size :])
            out = cls(str(head["spec"]), int(head["seed"]))
            out.forbidden = [str(name) for name in head["forbidden"]]
            out.complete = bool(head["complete"])
            for c in head["cases"]:
                case = out.cases[str(c["name"])] = CaseObservation(str(c["name"]))
                for row in c["records"]:
                    tensor = tensors[row["tensor"]] if "tensor" in row else None
                    kind, extra = str(row["kind"]), row["extra"]
                    if kind not in KINDS or not isinstance(extra, dict):
                        raise ValueError(f"unknown kind of record {kind!r}")
                    if (kind in ("tensor", "sample")) != (tensor is not None):
                        raise ValueError(f"a {kind} record with the wrong content")
                    case.records[str(row["key"])] = Record(kind, str(row["label"]), row["value"], tensor, extra)
        except Exception as err:
            raise ValueError(f"malformed observations: {err}") from None
        return out


def plain(value: Any) -> Any:
    """`value` as JSON can hold it, so that it reads the same on both sides of a pipe."""
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, (list, tuple, torch.Size)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(v) for v in value), key=repr)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, torch.Tensor):
        return {"shape": list(value.shape), "values": plain(value.detach().cpu().tolist())}
    if isinstance(value, (torch.dtype, torch.device)):
        return str(value)
    return f"<{type(value).__name__}>"
