"""The from-scratch rule, read off an answer's syntax tree before any of it runs.

Names are followed to what they stand for (`import torch.nn.functional as F`, `from torch import nn as layers`,
`f = torch.relu`), so an alias changes nothing. The rule lists what an answer may reach: torch's elementary operations,
`nn.Module`, `nn.Parameter`, the base classes of optimizers and schedulers, the harmless parts of the standard library.
What reaches around it (`eval`, `getattr` on torch, `__globals__`, frames, other modules) is named as such. At run time
`nnbook.parity.OperatorWatch` looks again, at what was really called.
"""

from __future__ import annotations

import ast
import functools
import importlib
import types
from collections.abc import Iterable
from dataclasses import dataclass

from nnbook.bank import Rule
from nnbook.parity.operators import FUSED

# Module roots that an answer may import. No sys, os, inspect, gc, ctypes, operator, importlib: they reach around it.
_IMPORTS = """
    torch math cmath typing typing_extensions collections itertools functools dataclasses abc numbers copy enum warnings
    contextlib types __future__ random statistics fractions time numpy
"""
IMPORTS = frozenset(_IMPORTS.split())
# torch's namespaces and what may be used of each; "*" is everything that is neither fused, nor private, nor a module.
_NAMESPACES: dict[str, frozenset[str]] = {
    "torch": frozenset({"*"}),
    "torch.nn": frozenset({"Module", "Parameter", "Buffer", "init", "parameter", "modules"}),
    "torch.nn.parameter": frozenset({"Parameter", "Buffer"}),
    "torch.nn.modules": frozenset({"Module", "module"}),
    "torch.nn.modules.module": frozenset({"Module"}),
    "torch.nn.init": frozenset({"*"}),
    "torch.optim": frozenset({"Optimizer", "optimizer", "lr_scheduler"}),
    "torch.optim.optimizer": frozenset({"Optimizer", "required", "ParamsT"}),
    "torch.optim.lr_scheduler": frozenset({"LRScheduler"}),
    "torch.autograd": frozenset(
        {"Function", "function", "grad", "backward", "no_grad", "enable_grad", "set_grad_enabled"}
    ),
    "torch.autograd.function": frozenset({"Function", "FunctionCtx", "once_differentiable"}),
    "torch.linalg": frozenset({"*"}),
    "torch.special": frozenset({"*"}),
    "torch.fft": frozenset({"*"}),
    "torch.functional": frozenset({"*"}),
    "torch.types": frozenset({"*"}),
    "torch.Tensor": frozenset({"*"}),
}
_CLASSES = {
    "torch.nn.Module",
    "torch.nn.Parameter",
    "torch.nn.Buffer",
    "torch.optim.Optimizer",
    "torch.optim.lr_scheduler.LRScheduler",
    "torch.autograd.Function",
}
# Functions of torch that load, run or configure rather than compute.
_TOOLS = """
    compile load save set_default_dtype set_default_device set_default_tensor_type manual_seed seed set_rng_state
    use_deterministic_algorithms set_num_threads set_num_interop_threads set_printoptions import_ir_module get_file_path
    set_deterministic_debug_mode set_warn_always from_file
"""
_TORCH_TOOLS = frozenset(_TOOLS.split())
_BUILTINS = {
    "eval", "exec", "compile", "__import__", "globals", "locals", "vars", "open", "input", "breakpoint", "help", "exit",
    "quit", "__builtins__", "__loader__", "__spec__", "__file__", "get_ipython", "memoryview",
}  # fmt: skip
_OPERATORS = """
    __init__ __new__ __call__ __repr__ __str__ __len__ __getitem__ __setitem__ __delitem__ __iter__ __next__
    __reversed__ __contains__ __getattr__ __setattr__ __delattr__ __enter__ __exit__ __eq__ __ne__ __lt__
    __le__ __gt__ __ge__ __hash__ __bool__ __add__ __radd__ __iadd__ __sub__ __rsub__ __isub__ __mul__
    __rmul__ __imul__ __truediv__ __rtruediv__ __matmul__ __rmatmul__ __pow__ __rpow__ __neg__ __pos__ __abs__
    __class__ __name__ __qualname__ __doc__ __dir__ __init_subclass__ __post_init__ __all__ __version__
    __slots__ __annotations__ __constants__ __setstate__ __getstate__ __deepcopy__ __copy__ __format__ __int__
    __float__ __index__ __floordiv__ __mod__ __invert__ __and__ __or__ __xor__
"""
_DUNDERS = frozenset(_OPERATORS.split())
# What strings may not name: str.format and annotations look up attributes too.
_HIDDEN = (
    "__globals__",
    "__builtins__",
    "__subclasses__",
    "__import__",
    "__mro__",
    "__bases__",
    "__code__",
    "__closure__",
)
# Modules inside an allowed one that are allowed with it.
_PARTS = frozenset({"collections.abc", "numpy.random", "numpy.linalg", "numpy.typing"})
# What reads and writes files.
_FILES = "load save savez savez_compressed fromfile loadtxt savetxt genfromtxt memmap DataSource open_memmap"
_NUMPY_TOOLS = frozenset(f"numpy.{name}" for name in _FILES.split())
# Functions of the standard library that evaluate text or look names up.
_LOOKUPS = frozenset(
    {
        "typing.get_type_hints", "typing.ForwardRef", "typing_extensions.get_type_hints",
        "types.FunctionType", "types.LambdaType", "types.CodeType", "types.ModuleType",
    }
)  # fmt: skip
_FRAMES = {
    "tb_frame", "tb_next", "f_globals", "f_locals", "f_builtins", "f_back", "f_code", "gi_frame", "gi_code", "cr_frame",
    "ag_frame", "func_globals", "mro",
}  # fmt: skip
_ACCESSORS = ("getattr", "setattr", "delattr")
# Tensor methods of the same job as a fused function; `self.relu(...)` is the learner's own attribute and stays allowed.
_OWN = {"self", "cls"}


@dataclass(frozen=True)
class Violation:
    """One breach: where, and one sentence about it."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


def check_rule(nodes: Iterable[ast.stmt], rule: Rule, name: str) -> list[str]:
    """Every breach of the rule in the statements of an answer, each once, in the order of the lines."""
    visitor = _Reader(rule, name)
    body = list(nodes)
    for node in body:
        visitor.collect(node)
    for node in body:
        visitor.visit(node)
    return [str(v) for v in dict.fromkeys(visitor.found)]


class _Reader(ast.NodeVisitor):
    def __init__(self, rule: Rule, name: str):
        self.rule = rule
        self.name = name
        self.imported: dict[str, str] = {}
        self.found: list[Violation] = []
        self.called: set[int] = set()  # expressions seen as the function of a call
        self.bound: list[set[str]] = []  # the arguments of the functions around the node that is read

    # -- what names stand for ------------------------------------------------------------------------------------------
    def collect(self, tree: ast.AST) -> None:
        """Imports, at any depth, and plain aliases of what they brought."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for a in node.names:
                    self.imported[a.asname or a.name.split(".")[0]] = a.name if a.asname else a.name.split(".")[0]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for a in node.names:
                    self.imported[a.asname or a.name] = f"{node.module}.{a.name}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                path = self.path(node.value)
                if path and isinstance(node.value, (ast.Name, ast.Attribute)):
                    self.imported.setdefault(node.targets[0].id, path)

    def path(self, node: ast.AST) -> str | None:
        """The dotted name that an expression stands for, if it starts at an import."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self.path(node.value)
            return f"{base}.{node.attr}" if base else None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            base, name = self.path(node.args[0]) if node.args else None, _text(node.args[1:2])
            return f"{base}.{name}" if base and name else None
        return None

    def breach(self, node: ast.AST, text: str) -> None:
        self.found.append(Violation(getattr(node, "lineno", 0), text))

    # -- imports -------------------------------------------------------------------------------------------------------
    def visit_Import(self, node: ast.Import) -> None:
        for a in node.names:
            self.root(node, a.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        if self.root(node, module):
            for a in node.names:
                if a.name == "*":
                    self.breach(node, f"`from {module} import *` hides what is used; import the names you need")
                elif not _is_module(f"{module}.{a.name}"):  # of a module, its uses are judged where they stand
                    self.judge(node, f"{module}.{a.name}")

    def root(self, node: ast.AST, module: str) -> bool:
        root = module.split(".")[0]
        if root in IMPORTS or root in self.rule.imports or module in self.rule.imports:
            return True
        if root == "nnbook":
            self.breach(node, "imports nnbook: the answer is to be yours, without the book's own version of it")
        else:
            self.breach(node, f"imports {module or '.'}: torch, math and numpy are all that this needs")
        return False

    # -- names and attributes ------------------------------------------------------------------------------------------
    def visit_Name(self, node: ast.Name) -> None:
        # `input` is a builtin, and torch's own name for what a forward is given: an argument hides the builtin
        own = node.id in self.imported or any(node.id in names for names in self.bound)
        if node.id in _BUILTINS and not own and node.id not in self.rule.allow:
            self.breach(node, f"uses {node.id}, which reaches around the rule")
        if node.id in _ACCESSORS and node.id not in self.imported and id(node) not in self.called:
            self.breach(node, f"hands {node.id} on as a value; what it then looks up cannot be read here")
        path = self.imported.get(node.id)
        if path and isinstance(node.ctx, ast.Load):
            self.value(node, path)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        args = node.args
        names = [*args.posonlyargs, *args.args, *args.kwonlyargs, *(a for a in (args.vararg, args.kwarg) if a)]
        for field, value in ast.iter_fields(node):
            # only the body sees the arguments; defaults, annotations and decorators are read outside
            inside = field == "body"
            if inside:
                self.bound.append({a.arg for a in names})
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    self.visit(child)
            if inside:
                self.bound.pop()

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_Lambda = visit_FunctionDef

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self.visit(target)
        # `t = torch` is an alias, which `collect` follows; any other way of handing a module on is not followed
        if not (isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Name) and self.path(node.value)):
            self.visit(node.value)

    def value(self, node: ast.AST, path: str) -> None:
        """A dotted name used as a value: a module among values could be anything afterwards."""
        if _is_module(path) and not self.allowed(path):
            self.breach(node, f"hands the module {path} on as a value; use its functions by name")
        else:
            self.judge(node, path)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        path = self.path(node)
        if path:
            if isinstance(node.ctx, (ast.Store, ast.Del)) and not self.own_class(node.value):
                self.breach(node, f"changes {path}, which belongs to everybody")
            else:
                self.value(node, path)
            return
        if node.attr.startswith("__") and node.attr.endswith("__"):
            own_dict = node.attr == "__dict__" and isinstance(node.value, ast.Name) and node.value.id in _OWN
            own_dict = own_dict or (node.attr == "__dict__" and "vars" in self.rule.allow)  # one by another name
            if node.attr not in _DUNDERS and not own_dict and node.attr not in self.rule.allow:
                self.breach(node, f"uses {node.attr}, which reaches around the rule")
        elif node.attr in _FRAMES:
            self.breach(node, f"uses {node.attr}, which reaches around the rule")
        elif self.rule.from_scratch and node.attr in FUSED and node.attr in _tensor_methods():
            owner = node.value
            own = isinstance(owner, ast.Name) and owner.id in _OWN
            own = own or (isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "super")
            if not own and not self.allowed(node.attr):
                self.breach(node, f"calls .{node.attr}(), which does the whole job; build it from simpler operations")
        elif f".{node.attr}" in self.rule.forbid and not (isinstance(node.value, ast.Name) and node.value.id in _OWN):
            self.breach(node, f"uses .{node.attr}, which this exercise leaves to you")
        self.generic_visit(node)

    def own_class(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id == self.name

    def visit_Call(self, node: ast.Call) -> None:
        self.called.add(id(node.func))
        if isinstance(node.func, ast.Name) and node.func.id in _ACCESSORS and node.args:
            target, literal = node.args[0], _text(node.args[1:2])
            path = self.path(target)
            if path:
                if node.func.id != "getattr":
                    self.breach(node, f"changes {path}, which belongs to everybody")
                elif literal is None:
                    self.breach(node, f"looks up a name on {path} that cannot be read here; write {path}.name")
                else:
                    self.judge(node, f"{path}.{literal}")
                for arg in node.args[1:]:
                    self.visit(arg)
                return
            if literal is not None:
                self.visit_Attribute(ast.copy_location(ast.Attribute(target, literal, ast.Load()), node))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and (found := next((h for h in _HIDDEN if h in node.value), None)):
            self.breach(node, f"names {found}, which reaches around the rule")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            if self.path(base) == "torch.Tensor" and "torch.Tensor" not in self.rule.allow:
                self.breach(base, "subclasses torch.Tensor; plain tensors are all that this needs")
        self.generic_visit(node)

    # -- the judgement on a dotted name --------------------------------------------------------------------------------
    def allowed(self, path: str) -> bool:
        leaf = path.rsplit(".", 1)[-1]
        return any(path == a or path.startswith(a + ".") or leaf == a for a in self.rule.allow)

    def judge(self, node: ast.AST, path: str) -> None:
        leaf = path.rsplit(".", 1)[-1]
        if path in self.rule.forbid or leaf in self.rule.forbid:
            self.breach(node, f"uses {path}, which this exercise leaves to you")
            return
        if self.allowed(path):
            return
        parts = path.split(".")
        if any(p.startswith("__") and p not in _DUNDERS for p in parts[1:]):
            self.breach(node, f"uses {path}, which reaches around the rule")
            return
        if parts[0] != "torch":
            if path in _LOOKUPS or path in _NUMPY_TOOLS:
                self.breach(node, f"uses {path}, which reaches around the rule")
            elif parts[0] in IMPORTS and _is_foreign_module(path):
                self.breach(node, f"reaches {path}, a module of its own, through another one")
            return
        text = _torch_breach(path, self.rule.from_scratch)
        if text:
            self.breach(node, text)


def _text(nodes: list[ast.expr]) -> str | None:
    """The string that the first of the nodes is, if it is one."""
    key = nodes[0] if nodes else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


@functools.cache
def _tensor_methods() -> frozenset[str]:
    import torch

    return frozenset(dir(torch.Tensor)) & FUSED


@functools.cache
def _resolve(path: str) -> object | None:
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value: object = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            if not hasattr(value, part):
                return None
            value = getattr(value, part)
        return value
    return None


def _is_module(path: str) -> bool:
    return isinstance(_resolve(path), types.ModuleType)


def _is_foreign_module(path: str) -> bool:
    parts = path.split(".")
    prefixes = [".".join(parts[:n]) for n in range(2, len(parts) + 1)]
    return any(p not in _PARTS and _is_module(p) for p in prefixes)


@functools.cache
def _torch_breach(path: str, from_scratch: bool) -> str | None:
    """Why a dotted name of torch may not be used; None if it may."""
    parts = path.split(".")
    space = "torch"
    for depth, part in enumerate(parts[1:], 1):
        here = ".".join(parts[: depth + 1])
        if not from_scratch and here.startswith(("torch.nn", "torch.optim")) and part[0] != "_":
            if part in ("torch", "sys", "os", "warnings", "importlib"):
                return f"reaches {here} the long way round"
            space = here
            if here == "torch.nn" or here == "torch.optim" or here in ("torch.nn.functional", "torch.nn.utils"):
                continue
            return None
        if any(here.startswith(c + ".") for c in _CLASSES):
            return f"uses {here}, which is private" if part.startswith("_") and part not in _DUNDERS else None
        if part.startswith("_") and not part.startswith("_foreach_") and part not in _DUNDERS:
            return f"uses {path}, which is private to torch"
        names = _NAMESPACES.get(space)
        if names is None:
            # an attribute of a value (torch.finfo(...), torch.float32.itemsize): nothing more to judge
            return None
        if from_scratch and part in FUSED:
            return f"uses {path}, which does the whole job; build it from simpler operations"
        if "*" not in names and part not in names:
            return f"uses {path}; of torch.nn and torch.optim only the base classes are at hand here"
        if space == "torch" and part in _TORCH_TOOLS:
            return f"uses {here}, which is no computation"
        if here not in _NAMESPACES and isinstance(_resolve(here), types.ModuleType):
            return f"uses {here}, which is out of bounds here"
        space = here
    return None
