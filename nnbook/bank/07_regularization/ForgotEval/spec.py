import torch
from torch import nn

from nnbook.parity import Scenario, ScenarioSpec, Tolerance, integers, normal

NEAR = Tolerance(1e-4, 2e-5)


class Noted(nn.Module):
    """A network with BatchNorm and Dropout that notes the mode of its layers and whether a graph is recorded."""

    def __init__(self, rec, drop=0.5):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Dropout(drop), nn.Linear(6, 3))
        self.calls = []
        with torch.no_grad():
            for i, p in enumerate(self.net.parameters()):
                p.copy_(torch.randn(p.shape, generator=rec.generator("fill", i)) * 0.7)
            self.net[1].running_mean.copy_(torch.randn(6, generator=rec.generator("mean")) * 0.2)
        self.to(rec.device)

    def forward(self, x):
        out = self.net(x)
        modes = sorted({"training" if m.training else "evaluation" for m in self.modules()})
        self.calls.append(f"{' and '.join(modes)}, {'a graph' if out.requires_grad else 'no graph'}")
        return out


def _data(rec, *sizes, key="test"):
    return [
        (rec.tensor(normal(n, 4).no_grad(), key, i), rec.tensor(integers(n, high=3), key, i))
        for i, n in enumerate(sizes)
    ]


def _twice(candidate, rec):
    """the same batches twice, backwards, one by one"""
    model = Noted(rec)
    loop = candidate(model)
    batches = _data(rec, 12, 12, 7)
    one_by_one = [(x[i : i + 1], y[i : i + 1]) for x, y in batches for i in range(len(y))]
    for what, given in (
        ("first", batches),
        ("second", batches),
        ("backwards", batches[::-1]),
        ("one by one", one_by_one),
    ):
        share = loop.accuracy(given)
        rec(f"kind of what is returned, {what}", type(share).__name__)
        rec(f"accuracy, {what}", float(share), NEAR)
    rec("the calls", sorted(set(model.calls)))
    rec("accuracy over a generator", float(loop.accuracy(pair for pair in batches)), NEAR)


def _untouched(candidate, rec):
    """an accuracy between a step and what is looked at"""
    model = Noted(rec, drop=0.0)
    loop = candidate(model)
    loop.step(*_data(rec, 8, key="train")[0])
    before = {k: v.clone() for k, v in model.state_dict().items()}
    grads = [p.grad.clone() for p in model.parameters()]
    loop.accuracy(_data(rec, 9, 5))
    rec(
        "entries of the state that changed", [k for k, v in model.state_dict().items() if not torch.equal(v, before[k])]
    )
    rec(
        "gradients that changed",
        sum(p.grad is None or not torch.equal(p.grad, g) for p, g in zip(model.parameters(), grads)),
    )
    rec("those that require a gradient", all(p.requires_grad for p in model.parameters()))
    rec("gradients are recorded afterwards", torch.is_grad_enabled())


def _modes(candidate, rec):
    """accuracy of a model in training, of one in evaluation"""
    for mode in (True, False):
        model = Noted(rec)
        loop = candidate(model)
        model.train(mode)
        loop.accuracy(_data(rec, 6))
        rec(
            f"modes afterwards, {'training' if mode else 'evaluation'} before",
            sorted({m.training for m in model.modules()}),
        )


def _steps(candidate, rec):
    """steps after an accuracy, and after model.eval()"""
    model = Noted(rec, drop=0.0)
    loop = candidate(model, lr=0.2)
    train = _data(rec, 8, 8, 8, key="train")
    rec("loss of the first step", float(loop.step(*train[0])), NEAR)
    loop.accuracy(_data(rec, 6))
    rec("loss after an accuracy", float(loop.step(*train[1])), NEAR)
    model.eval()
    rec("loss after eval()", float(loop.step(*train[2])), NEAR)
    rec("the calls", model.calls)
    for name, value in model.state_dict().items():
        rec(f"{name} afterwards", value)
    rec("kind of a loss", type(loop.step(*train[0])).__name__)


def _clears(candidate, rec):
    """a step with gradients of others on the parameters"""
    model = Noted(rec, drop=0.0)
    loop = candidate(model)
    for p in model.parameters():
        p.grad = torch.full_like(p, 7.0)
    loop.step(*_data(rec, 6, key="train")[0])
    rec("the first weight", model.net[0].weight)
    rec("its names", [loop.model is model, type(loop.optimizer).__name__, loop.optimizer.param_groups[0]["lr"]])


def _two(candidate, rec):
    """two of them side by side"""
    one, two = Noted(rec, drop=0.0), Noted(rec, drop=0.0)
    first, second = candidate(one), candidate(two, lr=0.3)
    first.step(*_data(rec, 6, key="train")[0])
    two.eval()
    rec("accuracy of the second", float(second.accuracy(_data(rec, 9))), NEAR)
    rec("modes of the first", sorted({m.training for m in one.modules()}))
    rec("accuracy of the first", float(first.accuracy(_data(rec, 9))), NEAR)


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario(
            "gives the same accuracy twice",
            _twice,
            why="In training mode Dropout draws anew and BatchNorm asks the batch.",
        ),
        Scenario("changes nothing by measuring", _untouched),
        Scenario("leaves the model in the mode that it was in", _modes),
        Scenario("trains in training mode, whatever came before", _steps),
        Scenario("steps along the gradient of its batch", _clears),
        Scenario("shares nothing with another", _two),
        twin="the solution",
    )
