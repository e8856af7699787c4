"""Parity: what "behaves like torch's" means, written once, observed of anybody's class, and compared."""

from nnbook.parity.compare import CaseResult, agree, compare
from nnbook.parity.inputs import (
    constant,
    empty,
    extremes,
    indices,
    integers,
    kinks,
    log_probabilities,
    normal,
    probabilities,
    uniform,
    values,
)
from nnbook.parity.observation import Observations
from nnbook.parity.observe import observe
from nnbook.parity.operators import FUSED, OperatorWatch
from nnbook.parity.recorder import Recorder
from nnbook.parity.spec import (
    Case,
    Error,
    FunctionSpec,
    Init,
    ModuleSpec,
    OptimizerSpec,
    Scenario,
    ScenarioSpec,
    Spec,
    Steps,
    Tolerance,
)

__all__ = [
    "FUSED", "Case", "CaseResult", "Error", "FunctionSpec", "Init", "ModuleSpec", "Observations", "OperatorWatch",
    "OptimizerSpec", "Recorder", "Scenario", "ScenarioSpec", "Spec", "Steps", "Tolerance", "agree", "compare",
    "constant", "empty", "extremes", "indices", "integers", "kinks", "log_probabilities", "normal", "observe",
    "probabilities", "uniform", "values",
]  # fmt: skip
