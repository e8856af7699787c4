import torch

from nnbook.parity import Scenario, ScenarioSpec, empty, normal


class Affine(torch.nn.Module):
    """x W + b, with numbers of the case's own."""

    def __init__(self, rec, name, size_in, size_out):
        super().__init__()
        self.weight = torch.nn.Parameter(rec.tensor(normal(size_in, size_out).no_grad(), name, "weight"))
        self.bias = torch.nn.Parameter(rec.tensor(normal(size_out).no_grad(), name, "bias"))

    def forward(self, x):
        return x @ self.weight + self.bias


class Loud(torch.nn.Module):
    """Ten times its input in training: it shows the mode that it is in."""

    def forward(self, x):
        return 10 * x if self.training else x


class Counted(torch.nn.Module):
    """Counts its calls."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return x * 1.5


def _sum(candidate, rec, block, x, what=""):
    before = x.detach().clone()
    y = block(x)
    rec(f"output{what}", y)
    rec(f"the input after the call{what}", x)
    rec(f"change of the input{what}", float((x.detach() - before).abs().max()) if x.numel() else 0.0)
    return y


def _identity(candidate, rec):
    """Residual(body) with a body from 4 to 4 features"""
    body = Affine(rec, "body", 4, 4)
    block = candidate(body)
    x = rec.tensor(normal(5, 4))
    y = _sum(candidate, rec, block, x)
    grads = torch.autograd.grad(y.pow(2).sum(), [x, *body.parameters()])
    for name, grad in zip(("the input", "body.weight", "body.bias"), grads):
        rec(f"gradient of {name}", grad)
    rec("keys of the state_dict", sorted(block.state_dict()))
    rec("output for another input", block(rec.tensor(normal(5, 4), "another")))


def _shortcut(candidate, rec):
    """Residual(body, shortcut), both from 3 to 5 features"""
    body, shortcut = Affine(rec, "body", 3, 5), Affine(rec, "shortcut", 3, 5)
    block = candidate(body, shortcut)
    x = rec.tensor(normal(6, 3))
    y = _sum(candidate, rec, block, x)
    params = [*body.parameters(), *shortcut.parameters()]
    for i, grad in enumerate(torch.autograd.grad(y.pow(2).sum(), [x, *params])):
        rec(f"gradient {i + 1}", grad)
    rec("keys of the state_dict", sorted(block.state_dict()))
    rec("output with shortcut by name", candidate(body=body, shortcut=shortcut)(x))


def _same_sizes(candidate, rec):
    """a shortcut between equal sizes, and one that is the identity"""
    body, shortcut = Affine(rec, "body", 4, 4), Affine(rec, "shortcut", 4, 4)
    x = rec.tensor(normal(4, 4))
    rec("output", candidate(body, shortcut)(x))
    rec("output with nn.Identity", candidate(body, torch.nn.Identity())(x))


def _nothing(candidate, rec):
    """a body that gives zeros"""

    class Zero(torch.nn.Module):
        def forward(self, x):
            return x * 0

    x = rec.tensor(normal(3, 4))
    y = candidate(Zero())(x)
    rec("output", y)
    rec("gradient of the input", torch.autograd.grad(y.sum(), x)[0])


def _returned(candidate, rec):
    """a body that is nn.Tanh, which needs its output for the gradient, and one that returns its input"""
    x = rec.tensor(normal(3, 4))
    y = candidate(torch.nn.Tanh())(x)
    rec("output with Tanh", y)
    rec("gradient with Tanh", torch.autograd.grad(y.pow(2).sum(), x)[0])
    plain = rec.tensor(normal(3, 4).no_grad(), "plain")
    block = candidate(torch.nn.Identity())
    rec("output with Identity", block(plain))
    rec("output of a second call with Identity", block(plain))
    rec("the input afterwards", plain)
    # the shortcut's output is somebody's, too
    y = candidate(torch.nn.Identity(), torch.nn.Tanh())(x)
    rec("gradient with Tanh as the shortcut", torch.autograd.grad(y.pow(2).sum(), x)[0])


def _modes(candidate, rec):
    """bodies and shortcuts that show their mode, and hooks on both"""
    body, shortcut = Loud(), Loud()
    block = candidate(body, shortcut)
    x = rec.tensor(normal(3, 4).no_grad())
    rec("output in training", block(x))
    rec("output in evaluation", block.eval()(x))
    rec("output in training again", block.train()(x))
    body.register_forward_hook(lambda module, given, result: result + 1)
    shortcut.register_forward_hook(lambda module, given, result: result - 3)
    rec("output with hooks", block(x))


def _calls(candidate, rec):
    """a body and a shortcut that count their calls"""
    body, shortcut = Counted(), Counted()
    block = candidate(body, shortcut)
    block(rec.tensor(normal(2, 3)))
    rec("calls of the body and of the shortcut", [body.calls, shortcut.calls])
    block(rec.tensor(normal(2, 3)))
    rec("calls after a second call", [body.calls, shortcut.calls])


def _nested(candidate, rec):
    """three blocks in a row, one inside another, images, an empty batch, float64"""
    blocks = [candidate(Affine(rec, i, 4, 4)) for i in range(3)]
    x = rec.tensor(normal(5, 4)) * 0.3
    rec("output of three in a row", torch.nn.Sequential(*blocks)(x))
    rec("output of one inside another", candidate(blocks[0])(x))
    image = rec.tensor(normal(2, 3, 4, 5))
    rec("output for images", candidate(torch.nn.Tanh())(image))
    rec("output for an empty batch", blocks[0](rec.tensor(empty(0, 4))))
    rec("output in float64", candidate(torch.nn.Tanh())(image.detach().double()))


def _saved(candidate, rec):
    """a state_dict loaded into another block"""
    one = candidate(Affine(rec, "a", 3, 5), Affine(rec, "b", 3, 5))
    two = candidate(Affine(rec, "c", 3, 5), Affine(rec, "d", 3, 5))
    two.load_state_dict(one.state_dict())
    rec("output of the one that loaded", two(rec.tensor(normal(4, 3).no_grad())))
    rec("number of parameters", len(list(two.parameters())))
    rec("dtypes after double()", [p.dtype for p in two.double().parameters()])


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("adds its input", _identity),
        Scenario("adds the shortcut of its input", _shortcut),
        Scenario("uses a shortcut between equal sizes, too", _same_sizes),
        Scenario("is the identity around a body of zeros", _nothing),
        Scenario("leaves what it was given as it was", _returned),
        Scenario("passes on the mode, and runs the hooks", _modes),
        Scenario("calls each once", _calls),
        Scenario("works in a row, nested, and for any shape", _nested),
        Scenario("saves and loads both ways", _saved),
        twin="the solution",
    )
