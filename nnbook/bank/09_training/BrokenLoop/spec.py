import torch
from torch import nn

from nnbook.parity import Scenario, ScenarioSpec, Tolerance, integers, normal

NEAR = Tolerance(1e-4, 2e-5)


class Watched(nn.Module):
    """A network with BatchNorm that notes how it is called."""

    def __init__(self, rec, norm=True, classes=3):
        super().__init__()
        middle = [nn.BatchNorm1d(6)] if norm else []
        self.net = nn.Sequential(nn.Linear(4, 6), *middle, nn.Tanh(), nn.Linear(6, classes))
        self.calls, self.ask = [], None
        with torch.no_grad():
            for i, p in enumerate(self.net.parameters()):
                p.copy_(torch.randn(p.shape, generator=rec.generator("fill", i, tuple(p.shape))) * 0.7)
        self.to(rec.device)

    def forward(self, x):
        out = self.net(x)
        modes = sorted({"training" if m.training else "evaluation" for m in self.modules()})
        graph = torch.is_grad_enabled() or out.requires_grad
        rate = self.ask() if self.ask is not None else None
        self.calls.append((f"{' and '.join(modes)}{' with' if graph else ' without'} gradients", graph, rate))
        return out

    def all(self):
        return torch.cat([p.detach().reshape(-1) for p in self.net.parameters()])


def _data(rec, *sizes, key="train", classes=3):
    return [
        (rec.tensor(normal(n, 4).no_grad(), key, i), rec.tensor(integers(n, high=classes), key, i))
        for i, n in enumerate(sizes)
    ]


def _scores(candidate, rec):
    """one step on one batch"""
    for classes in (3, 10):
        model = Watched(rec, norm=False, classes=classes)
        loss = candidate(model, lr=0.2).train_epoch(_data(rec, 5, classes=classes))
        rec("the kind of what is returned", type(loss).__name__)
        rec(f"the loss of {classes} classes", float(loss), NEAR)
        rec(f"the parameters with {classes} classes", model.all())


def _sure(candidate, rec):
    """a network that is sure of the right answers"""
    model = Watched(rec, norm=False)
    with torch.no_grad():
        model.net[2].weight.zero_()
        model.net[2].bias.copy_(torch.tensor([30.0, 0.0, 0.0]))
    x, y = _data(rec, 6)[0]
    rec("the loss", float(candidate(model).train_epoch([(x, torch.zeros_like(y))])), NEAR)


def _clears(candidate, rec):
    """four batches without a schedule, the gradients not empty at first"""
    model = Watched(rec, norm=False)
    for p in model.parameters():
        p.grad = torch.full_like(p, 3.0)
    loop = candidate(model, lr=0.1, gamma=1.0)
    rec("the mean loss", float(loop.train_epoch(_data(rec, 5, 5, 5, 2))), NEAR)
    rec("the parameters", model.all())


def _modes(candidate, rec):
    """three epochs of two batches, measured on one"""
    model = Watched(rec)
    candidate(model, lr=0.1, gamma=1.0).fit(_data(rec, 5, 5), _data(rec, 4, key="test"), 3)
    rec("the calls", [mode for mode, *_ in model.calls])
    rec("the running mean", model.net[1].running_mean)
    rec("batches seen by BatchNorm", int(model.net[1].num_batches_tracked))


def _rates(candidate, rec):
    """the learning rate at each batch of three epochs"""
    for given, sizes in (({"lr": 0.4, "gamma": 0.5}, (5, 5, 3)), ({"lr": 0.1, "gamma": 0.9}, (4,)), ({}, (4,))):
        model = Watched(rec, norm=False)
        loop = candidate(model, **given)
        model.ask = lambda loop=loop: loop.optimizer.param_groups[0]["lr"]
        loop.fit(_data(rec, *sizes), _data(rec, 4, key="test"), 3)
        rates = torch.tensor([rate for _, graph, rate in model.calls if graph], dtype=torch.float64)
        told = ", ".join(f"{name}={value}" for name, value in given.items()) or "the defaults"
        rec(f"the rates with {told}", rates)
        rec(f"the kind of optimizer with {told}", isinstance(loop.optimizer, torch.optim.SGD))


def _defaults(candidate, rec):
    """a loop built from its model alone"""
    model = Watched(rec)
    loop = candidate(model)
    rec("its model", loop.model is model)
    rec("its history", loop.history)
    rec("its learning rate", float(loop.optimizer.param_groups[0]["lr"]))
    rec("its momentum", float(loop.optimizer.param_groups[0]["momentum"]))
    loop.fit(_data(rec, 5, 5), _data(rec, 4, key="test"), 2)
    rec("its learning rate after two epochs", float(loop.optimizer.param_groups[0]["lr"]), NEAR)


def _trains(candidate, rec):
    """four epochs of three batches"""
    model = Watched(rec)
    loop = candidate(model, lr=0.2, gamma=0.7)
    history = loop.fit(_data(rec, 6, 6, 3), _data(rec, 9, 2, key="test"), 4)
    rec("the keys of the history", sorted(history))
    rec("the kinds in it", sorted({type(v).__name__ for key in history for v in history[key]}))
    rec("it is the loop's own", history is loop.history)
    for key in ("loss", "accuracy"):
        rec(f"the history of the {key}", torch.tensor([float(v) for v in history[key]]), NEAR)
    rec("the parameters", model.all())


def _measures(candidate, rec):
    """the same evaluation twice"""
    model = Watched(rec)
    loop = candidate(model)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    for time in (1, 2):
        share = loop.evaluate(_data(rec, 7, 3, key="test"))
        rec("the kind of what is returned", type(share).__name__)
        rec(f"the accuracy, time {time}", float(share), NEAR)
    rec("the calls", [mode for mode, *_ in model.calls])
    rec("the state, left unchanged", all(torch.equal(v, before[k]) for k, v in model.state_dict().items()))


def _two(candidate, rec):
    """two loops side by side, and a second fit that goes on"""
    one, two = Watched(rec), Watched(rec)
    first, second = candidate(one, lr=0.1, gamma=1.0), candidate(two, lr=0.3, gamma=1.0)
    train, test = _data(rec, 5, 5), _data(rec, 6, key="test")
    first.fit(train, test, 1)
    second.fit(train, test, 2)
    first.fit(train, test, 1)
    for name, loop, model in (("first", first, one), ("second", second, two)):
        rec(f"the losses of the {name}", torch.tensor([float(v) for v in loop.history["loss"]]), NEAR)
        rec(f"the parameters of the {name}", model.all())


def make(solution):
    # the first optimizer of a process loads torch's compiler: before the clock starts
    torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    return ScenarioSpec(
        solution,
        Scenario("gives the scores to the loss as they are", _scores),
        Scenario("has no loss left when the network is sure and right", _sure),
        Scenario("follows the gradient of each batch alone", _clears),
        Scenario("trains every epoch in training mode", _modes),
        Scenario("lowers the learning rate once per epoch", _rates),
        Scenario("measures without changing anything", _measures),
        Scenario("keeps what was not broken", _defaults),
        Scenario("trains as the repaired loop does", _trains),
        Scenario("shares nothing with another loop", _two),
        twin="the solution",
    )
