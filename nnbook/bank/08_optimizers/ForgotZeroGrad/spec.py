import torch
from torch import nn

from nnbook.parity import Scenario, ScenarioSpec, Tolerance, normal

NEAR = Tolerance(1e-4, 2e-5)


class Counted(nn.Module):
    """Two linear layers that count their calls; the first parameter may be frozen."""

    def __init__(self, rec, frozen=False):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        self.calls = 0
        with torch.no_grad():
            for i, p in enumerate(self.net.parameters()):
                p.copy_(torch.randn(p.shape, generator=rec.generator("fill", i)) * 0.7)
        self.net[0].weight.requires_grad_(not frozen)
        self.to(rec.device)

    def forward(self, x):
        self.calls += 1
        return self.net(x)

    def all(self):
        return torch.cat([p.detach().reshape(-1) for p in self.net.parameters()])


def _data(rec, *sizes):
    return [
        (rec.tensor(normal(n, 3).no_grad(), "x", i), rec.tensor(normal(n, 2).no_grad(), "y", i))
        for i, n in enumerate(sizes)
    ]


def _one(candidate, rec):
    """one step"""
    model = Counted(rec)
    error = candidate(model, lr=0.3).step(*_data(rec, 5)[0])
    rec("kind of what is returned", type(error).__name__)
    rec("the error", float(error), NEAR)
    rec("parameters", model.all())
    rec("calls of the model", model.calls)


def _several(candidate, rec):
    """five steps on different batches"""
    model = Counted(rec)
    loop = candidate(model, lr=0.3)
    for n, (x, y) in enumerate(_data(rec, 5, 5, 3, 8, 1)):
        rec(f"error of step {n + 1}", float(loop.step(x, y)), NEAR)
        rec(f"parameters after step {n + 1}", model.all())
        rec(
            f"gradients after step {n + 1}",
            torch.cat([p.grad.reshape(-1) for p in model.parameters() if p.grad is not None]),
        )


def _run(candidate, rec):
    """forty steps on one batch"""
    model = Counted(rec)
    errors = candidate(model, lr=0.2).run(_data(rec, 6) * 40)
    rec("how many errors", len(errors))
    rec("kinds of errors", sorted({type(e).__name__ for e in errors}))
    rec("errors", torch.tensor([float(e) for e in errors]), NEAR)
    rec("calls of the model", model.calls)
    again = candidate(Counted(rec), lr=0.2)
    rec("errors over a generator", torch.tensor([float(e) for e in again.run(pair for pair in _data(rec, 4, 4))]), NEAR)


def _dirty(candidate, rec):
    """gradients of others on the parameters: before the loop is built, after it, between two steps"""
    model = Counted(rec)
    train = _data(rec, 5, 5)
    for p in model.parameters():
        p.grad = torch.full_like(p, 5.0)
    loop = candidate(model, lr=0.3)
    loop.step(*train[0])
    rec("parameters after a step", model.all())
    for p in model.parameters():
        p.grad = torch.full_like(p, -5.0)
    loop.step(*train[1])
    rec("parameters after another", model.all())
    fresh = Counted(rec)
    loop = candidate(fresh, lr=0.3)
    for p in fresh.parameters():
        p.grad = torch.full_like(p, 5.0)
    loop.run(train)
    rec("parameters after a run", fresh.all())


def _frozen(candidate, rec):
    """a frozen weight"""
    model = Counted(rec, frozen=True)
    loop = candidate(model, lr=0.3)
    loop.run(_data(rec, 5, 5, 5))
    rec("parameters", model.all())
    rec("the frozen one has a gradient", model.net[0].weight.grad is not None)


def _names(candidate, rec):
    """a loop built from its model alone; two side by side"""
    one, two = Counted(rec), Counted(rec)
    first, second = candidate(one), candidate(two, lr=0.2)
    group = first.optimizer.param_groups[0]
    rec("what it holds", [first.model is one, type(first.optimizer).__name__, group["lr"], group["momentum"]])
    train = _data(rec, 5, 5)
    first.step(*train[0])
    second.step(*train[1])
    first.step(*train[1])
    rec("parameters of the first", one.all())
    rec("parameters of the second", two.all())


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("takes the first step as before", _one),
        Scenario(
            "goes along the gradient of each batch alone", _several, why="backward() adds to what stands in .grad."
        ),
        Scenario("comes to rest", _run),
        Scenario("does not use gradients that it finds", _dirty),
        Scenario("leaves what is frozen", _frozen),
        Scenario("keeps its names and its optimizer", _names),
        twin="the solution",
    )
