"""The from-scratch rule: every way around it that we know is seen; what honest answers need is let through."""

import pytest

from nnbook import bank
from nnbook.bank import Rule
from nnbook.judge import from_cells, judge_object, judge_source
from nnbook.judge.rule import check_rule

HEAD = "import math\nimport torch\nfrom torch import nn\n"


def breaches(source, name="Linear", rule=None):
    answer = from_cells([("a.py", source)], "a.py").answer(name)
    assert answer is not None
    return check_rule([p.node for p in answer.pieces], rule or Rule(), name)


def linear(forward, head="", base="nn.Module", init="pass"):
    return f"""{HEAD}{head}
class Linear({base}):
    def __init__(self, i, o, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(o, i))
        {init}

    def forward(self, x):
        {forward}
"""


CHEATS = {
    "functional": linear("return F.linear(x, self.weight)", "import torch.nn.functional as F"),
    "functional by from": linear("return functional.linear(x, self.weight)", "from torch.nn import functional"),
    "functional by dots": linear("return torch.nn.functional.linear(x, self.weight)"),
    "functional imported name": linear("return linear(x, self.weight)", "from torch.nn.functional import linear"),
    "functional imported under another name": linear(
        "return go(x, self.weight)", "from torch.nn.functional import linear as go"
    ),
    "subclass": linear("return super().forward(x)", base="nn.Linear"),
    "inner layer": linear("return self.inner(x)", init="self.inner = nn.Linear(i, o)"),
    "inner layer by dots": linear("return self.inner(x)", init="self.inner = torch.nn.modules.linear.Linear(i, o)"),
    "alias of the module": linear("return q.Linear(3, 4)(x)", "q = nn"),
    "alias of the function": linear("return f(x)", "f = torch.relu"),
    "alias in a container": linear("return things[0].Linear(3, 4)(x)", "things = [nn]"),
    "alias as a default": linear("return x", init="self.f = (lambda m=torch: m.relu)()"),
    "getattr": linear("return getattr(nn, 'Linear')(3, 4)(x)"),
    "getattr computed": linear("return getattr(nn, 'Lin' + 'ear')(3, 4)(x)"),
    "getattr on functional": linear("return getattr(torch.nn, 'functional').linear(x, self.weight)"),
    "eval": linear("return eval('nn.Linear')(3, 4)(x)"),
    "exec": linear("exec('import os'); return x"),
    "compile": linear("return compile('1', '', 'eval')"),
    "__import__": linear("return __import__('torch').nn.functional.linear(x, self.weight)"),
    "importlib": linear("return importlib.import_module('torch')", "import importlib"),
    "sys.modules": linear("return sys.modules['torch'].nn.functional.linear(x, self.weight)", "import sys"),
    "a module through another": linear("return warnings.sys.modules['torch']", "import warnings"),
    "dataclasses.sys": linear("return dataclasses.sys.modules", "import dataclasses"),
    "globals": linear("return globals()['torch']"),
    "vars": linear("return vars(torch)['relu'](x)"),
    "__dict__": linear("return torch.__dict__['relu'](x)"),
    "__builtins__": linear("return __builtins__['eval']"),
    "__globals__": linear("return self.forward.__globals__"),
    "pattern that names an attribute": linear(
        "match nn:\n            case object(functional=object(linear=f)):\n                return f(x, self.weight)"
    ),
    "script of TorchScript": linear(
        "return torch.jit.CompilationUnit('def f(x, w):\\n    return torch.linear(x, w)').f(x, self.weight)"
    ),
    "__subclasses__": linear("return nn.Module.__subclasses__()"),
    "__class__.__base__": linear("return self.__class__.__base__"),
    "__getattribute__": linear("return torch.__getattribute__('relu')(x)"),
    "_C": linear("return torch._C._nn.linear(x, self.weight)"),
    "_VF": linear("return torch._VF.relu(x)"),
    "ops": linear("return torch.ops.aten.linear(x, self.weight)"),
    "jit": linear("return torch.jit.script(x)"),
    "torch.compile": linear("return torch.compile(x)"),
    "func": linear("return torch.func.functional_call(self, {}, x)"),
    "overrides": linear("return torch.overrides.get_overridable_functions()"),
    "fused function": linear("return torch.relu(x)"),
    "fused by special": linear("return torch.special.expit(x)"),
    "method": linear("return x.relu()"),
    "method by class": linear("return torch.Tensor.relu(x)"),
    "method by type": linear("return type(x).relu(x)"),
    "method of a result": linear("return (x + 1).softmax(-1)"),
    "method in place": linear("return x.clone().relu_()"),
    "book": linear("return book.Linear(3, 4)(x)", "import nnbook.nn as book"),
    "book by from": linear("return Lin(3, 4)(x)", "from nnbook.nn import Linear as Lin"),
    "book's bank": linear("return x", "from nnbook import bank", init="bank.find('Linear')"),
    "numpy's files": linear("return np.load('x')", "import numpy as np"),
    "numpy's sys": linear("return np.lib.sys.modules", "import numpy as np"),
    "numpy's ctypes": linear("return np.ctypeslib.ctypes", "import numpy as np"),
    "os": linear("os._exit(0)", "import os"),
    "subprocess": linear("subprocess.run('true')", "import subprocess"),
    "inspect": linear("return inspect.stack()", "import inspect"),
    "gc": linear("return gc.get_objects()", "import gc"),
    "ctypes": linear("return ctypes.pythonapi", "import ctypes"),
    "open": linear("open('x', 'w'); return x"),
    "frames": linear("return (i for i in [1]).gi_frame.f_back"),
    "traceback": linear("try:\n            1 / 0\n        except Exception as e:\n            return e.__traceback__"),
    "patching torch": linear("torch.relu = None; return x"),
    "patching Module": linear("nn.Module.forward = None; return x"),
    "setattr on torch": linear("setattr(torch, 'relu', 1); return x"),
    "deleting": linear("del torch.relu; return x"),
    "star import": linear("return linear(x, self.weight)", "from torch.nn.functional import *"),
    "operator": linear("return operator.attrgetter('relu')(x)", "import operator"),
    "tensor subclass": linear("return T(x)", "class T(torch.Tensor):\n    pass"),
    "reseeding": linear("torch.manual_seed(0); return x"),
    "a helper that cheats": linear("return helper(x)", "def helper(x):\n    return torch.sigmoid(x)"),
    "a helper in a helper": linear(
        "return outer(x)", "def inner(x):\n    return nn.ReLU()(x)\ndef outer(x):\n    return inner(x)"
    ),
    "a lambda": linear("return g(x)", "g = lambda x: torch.sigmoid(x)"),
    "a later patch": linear("return x") + "\ndef cheat(self, x):\n    return torch.relu(x)\nLinear.forward = cheat\n",
    "optim": linear("return torch.optim.SGD([self.weight], lr=1)"),
    "a scheduler of torch's": linear("return torch.optim.lr_scheduler.StepLR(x, 3)"),
    "a scheduler of torch's by from": linear(
        "return Steps(x, 3)", "from torch.optim.lr_scheduler import StepLR as Steps"
    ),
    "a scheduler of torch's by its module": linear(
        "return s.StepLR(x, 3)", "from torch.optim import lr_scheduler as s"
    ),
    "a scheduler's base by its subclasses": linear("return torch.optim.lr_scheduler.LRScheduler.__subclasses__()"),
    "what a scheduler's module imports": linear("return torch.optim.lr_scheduler.Optimizer"),
    "utils": linear("return x", init="nn.utils.parametrizations.orthogonal(self)"),
    "load": linear("return torch.load('x')"),
    "get_type_hints": linear("return typing.get_type_hints(go)", "import typing\ndef go(x: 'torch.relu'): pass"),
    "Formatter": linear("return string.Formatter().get_field('0.forward', (self,), {})", "import string"),
    "format with a hidden name": linear("return '{0.__globals__}'.format(self.forward)"),
    "getattr in reduce": linear("return functools.reduce(getattr, ['a', 'b'], self)", "import functools"),
    "getattr under another name": linear("return g(x, 'relu')()", "g = getattr"),
    "private fused": linear("return torch._fused_adam_([])"),
    "print.__self__": linear("return print.__self__"),
    "homoglyph": linear("return \uff45val('1')"),
    "input as a default": linear("return x") + "\n    def go(self, x, input=input):\n        return input()\n",
    "input outside the function that has it": linear("return input()")
    + "\n    def go(self, input):\n        return input\n",
    "walrus": linear("return (f := torch.relu)(x)"),
    "decorator": linear("return x") + "\n    @torch.jit.script\n    def go(x):\n        return x\n",
    "random's os": linear("return random._os", "import random"),
    "functools.reduce over getattr": linear(
        "return go(x)", "import functools\ngo = functools.reduce(getattr, ['relu'], torch)"
    ),
    "a list index of modules": linear("return [F.pad, F.__dict__['linear']][1](x)", "import torch.nn.functional as F"),
    "the class of an inner layer": linear("return x", init="self.run = nn.TransformerDecoderLayer(4, 1).linear1"),
    "a layer's base by mro": linear("return x", "Base = type(nn.ReLU()).__mro__[1]\nclass M(Base): pass", init="M()"),
    "object.__getattribute__": linear("return object.__getattribute__(x, 'relu')()"),
    "convolution for a product": linear("return torch.conv1d(x[..., None], self.weight[..., None])[..., 0]"),
    "CompilationUnit": linear("return f(x)", "f = torch.jit.CompilationUnit('def f(x): return x').f"),
    "lstm_cell": linear("return torch.lstm_cell(x, (x, x), self.weight, self.weight)"),
    "attention for a softmax": linear("return nn.functional.scaled_dot_product_attention(x, x, x)"),
    "torch through functional": linear("return torch.functional.F.linear(x, self.weight)"),
}

# fmt: off
HONEST = {
    "matmul": linear("return x @ self.weight.T"),
    "einsum": linear("return torch.einsum('...i,oi->...o', x, self.weight)"),
    "addmm": linear("return torch.addmm(torch.zeros(1), x, self.weight.t())"),
    "own attribute named like a fused method": linear("return self.relu(x)")
    + "\n    def relu(self, x):\n        return x\n",
    "init helpers": linear("return x", init="nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))"),
    "getattr on self": linear("return getattr(self, f'weight_{0}')"),
    "setattr on self": linear("return x", init="setattr(self, 'weight_' + str(i), nn.Parameter(torch.zeros(1)))"),
    "autograd.Function": linear(
        "return Go.apply(x)",
        "class Go(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        return x",
    ),
    "no_grad": linear("return x", init="with torch.no_grad(): self.weight.zero_()"),
    "typing and math": linear(
        "return x * math.sqrt(2)", "from typing import Optional\nfrom collections import OrderedDict"
    ),
    "super().__setattr__": linear("return x")
    + "\n    def __setattr__(self, k, v):\n        super().__setattr__(k, v)\n",
    "finfo": linear("return x.clamp(min=torch.finfo(x.dtype).eps)"),
    "dtype and device": linear("return torch.ones(3, dtype=x.dtype, device=x.device) + torch.tensor(float('inf'))"),
    "where and logsumexp": linear("return torch.where(x > 0, x, torch.logsumexp(x, -1, keepdim=True))"),
    "demo code beside it": linear("return x @ self.weight.T")
    + "\nimport torch.nn.functional as F\nimport os\nx = torch.relu(torch.ones(3))\nassert F.linear(x, x.T).shape\n",
    "an argument called input": linear("return x").replace("forward(self, x):", "forward(self, input):").replace(
        "return x", "return input @ self.weight.T"
    ),
    "numpy for a number": linear("return x * np.sqrt(2.0) * np.random.rand()", "import numpy as np"),
    "class name": linear("return x", init="self.label = self.__class__.__name__"),
    "Parameter by its own path": linear(
        "return x", "from torch.nn.parameter import Parameter", init="self.b = Parameter(torch.zeros(1))"
    ),
    "a scheduler of one's own": linear(
        "return x", "from torch.optim.lr_scheduler import LRScheduler", base="LRScheduler"
    ),
    "a scheduler of one's own by dots": linear("return x", base="torch.optim.lr_scheduler.LRScheduler")
    + "\n    def step(self):\n        torch.optim.lr_scheduler.LRScheduler.step(self)\n",
    "a scheduler of one's own by its module": linear(
        "return x", "from torch.optim import lr_scheduler", base="lr_scheduler.LRScheduler"
    ),
    "own function named like a fused one": linear("return softmax(x)", "def softmax(x):\n    return x.exp()"),
    "patching one's own class": linear("return x")
    + "\ndef forward(self, x):\n    return x + 1\nLinear.forward = forward\n",
}


@pytest.mark.parametrize("name", CHEATS)
def test_a_way_around_is_seen(name):
    assert breaches(CHEATS[name])


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_answer_is_let_through(name):
    assert breaches(HONEST[name]) == []


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_never_passes(name):
    report = judge_source(bank.find("Linear"), CHEATS[name])
    assert report.status == "rule"
    assert report.points == 0
    assert report.violations


def test_exercises_may_allow_and_forbid():
    source = linear("return torch.tanh(x) + torch.sigmoid(x)")
    assert len(breaches(source)) == 1
    assert breaches(source, rule=Rule(allow=frozenset({"torch.sigmoid"}))) == []
    assert len(breaches(source, rule=Rule(forbid=frozenset({"torch.tanh"})))) == 2


def test_where_vars_is_allowed_so_is_the_dict_of_another_object_but_not_of_torch():
    rule = Rule(allow=frozenset({"vars"}))
    assert breaches(linear("return [m.__dict__ for m in self.children()]")) != []
    assert breaches(linear("return [m.__dict__ for m in self.children()]"), rule=rule) == []
    assert breaches(linear("return torch.__dict__['relu'](x)"), rule=rule) != []
    assert breaches(linear("return vars(torch)['relu'](x)"), rule=rule) != []


def test_a_fused_operator_is_seen_at_run_time_too():
    # Built so that the syntax tree shows nothing: the run shows it.
    from torch import nn

    class Linear(nn.Module):
        def __init__(self, i, o, bias=True):
            super().__init__()
            self.weight = nn.Linear(i, o).weight
            self.bias = None

        def forward(self, x):
            return nn.functional.linear(x, self.weight)

    report = judge_object(bank.find("Linear"), Linear)
    assert report.status == "rule"
    assert "linear" in report.violations[0]
