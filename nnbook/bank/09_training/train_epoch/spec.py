import weakref

import torch
from torch import nn

from nnbook.parity import Scenario, ScenarioSpec, Tolerance, integers, normal

NEAR = Tolerance(1e-4, 2e-5)
EXACT = Tolerance(1e-8, 1e-10)


class Watched(nn.Module):
    """A network that notes when it is called, in which mode, and when a gradient comes back."""

    def __init__(self, net, log):
        super().__init__()
        self.net, self.log = net, log

    def forward(self, x):
        modes = sorted({"training" if m.training else "evaluation" for m in self.modules()})
        self.log.append(f"forward in {' and '.join(modes)}")
        out = self.net(x)
        if out.requires_grad:
            out.register_hook(lambda _: self.log.append("backward"))
        return out


class Temperature(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(1.0))

    def forward(self, scores, labels):
        return nn.functional.cross_entropy(scores * self.scale, labels)


def _stepped(kind, params, log, grads=None, **options):
    """An optimizer of torch's that notes each step and the gradients it saw."""
    params = list(params)

    class Noted(kind):
        def step(self, closure=None):
            result = super().step(closure)
            log.append("step")
            if grads is not None:
                none = torch.zeros(())
                grads.append(torch.cat([(none if p.grad is None else p.grad).detach().reshape(-1) for p in params]))
            return result

    return Noted(params, **options)


def _net(rec, *sizes, dtype=torch.float32, norm=False):
    layers = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(a, b), *([nn.BatchNorm1d(b)] if norm else []), nn.Tanh()]
    net = nn.Sequential(*layers[:-1])
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(torch.randn(p.shape, generator=rec.generator("fill", i, tuple(p.shape))) * 0.6)
    return net.to(rec.device, dtype)


def _batches(rec, sizes, features=4, classes=3, dtype=torch.float32, scale=1.0):
    return [
        (
            rec.tensor(normal(n, features, std=scale).no_grad(), "x", i, dtype=dtype),
            rec.tensor(integers(n, high=classes), "y", i),
        )
        for i, n in enumerate(sizes)
    ]


def _given(batches, log):
    for i, batch in enumerate(batches, 1):
        log.append(f"batch {i}")
        yield batch
    log.append("no more batches")


def _all(net):
    return torch.cat([p.detach().reshape(-1) for p in net.parameters()])


def _order(candidate, rec):
    """three batches from a generator, with every call written down"""
    log, net = [], _net(rec, 4, 3)

    def loss_fn(out, y):
        log.append("loss")
        return nn.functional.cross_entropy(out, y)

    opt = _stepped(torch.optim.SGD, net.parameters(), log, lr=0.1)
    candidate(Watched(net, log), _given(_batches(rec, (4, 4, 2)), log), loss_fn, opt)
    rec("what happens", log)


def _mean(candidate, rec):
    """batches of 6, 6 and 1 samples, in float32 and float64"""
    for dtype, tolerance in ((torch.float32, NEAR), (torch.float64, EXACT)):
        net = _net(rec, 4, 5, 3, dtype=dtype)
        opt = torch.optim.SGD(net.parameters(), lr=0.1)
        result = candidate(net, _batches(rec, (6, 6, 1), dtype=dtype), nn.CrossEntropyLoss(), opt)
        rec("the kind of what is returned", type(result).__name__)
        rec(f"the mean loss ({dtype})", float(result), tolerance)


def _one(candidate, rec):
    """one batch of seven samples, then one of a single sample"""
    net = _net(rec, 4, 3)
    opt = torch.optim.SGD(net.parameters(), lr=0.2)
    for size in (7, 1):
        result = candidate(net, _batches(rec, (size,)), nn.CrossEntropyLoss(), opt)
        rec(f"the mean loss of {size}", float(result), NEAR)
        rec(f"the parameters after {size}", _all(net))


def _seen(candidate, rec):
    """the gradients at each of four steps"""
    grads, net = [], _net(rec, 4, 5, 3)
    opt = _stepped(torch.optim.SGD, net.parameters(), [], grads, lr=0.1)
    candidate(net, _batches(rec, (4, 4, 4, 3)), nn.CrossEntropyLoss(), opt)
    rec("number of steps", len(grads))
    for i, g in enumerate(grads, 1):
        rec(f"the gradients at step {i}", g)


def _stale(candidate, rec):
    """a network whose gradients are not empty when it comes"""
    net = _net(rec, 4, 3)
    for p in net.parameters():
        p.grad = torch.full_like(p, 5.0)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    candidate(net, _batches(rec, (4, 2)), nn.CrossEntropyLoss(), opt)
    rec("the parameters afterwards", _all(net))


def _optimizers(candidate, rec):
    """two epochs each with SGD, momentum, Adam and RMSprop"""
    for kind, options in (
        (torch.optim.SGD, {"lr": 0.2}),
        (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
        (torch.optim.Adam, {"lr": 0.02}),
        (torch.optim.RMSprop, {"lr": 0.01}),
    ):
        name = kind.__name__ + (" with momentum" if "momentum" in options else "")
        net = _net(rec, 4, 5, 3, dtype=torch.float64)
        opt = kind(net.parameters(), **options)
        data = _batches(rec, (5, 5, 3), dtype=torch.float64)
        for epoch in range(2):
            rec(f"the mean loss of epoch {epoch + 1}, {name}", float(candidate(net, data, nn.CrossEntropyLoss(), opt)))
        rec(f"the parameters after {name}", _all(net))


def _mode(candidate, rec):
    """a network with BatchNorm that comes in evaluation mode"""
    for coming in (False, True):
        log, net = [], _net(rec, 4, 5, 3, norm=True)
        model = Watched(net, log)
        model.train(coming)
        opt = torch.optim.SGD(net.parameters(), lr=0.1)
        candidate(model, _batches(rec, (6, 5)), nn.CrossEntropyLoss(), opt)
        rec("the calls", [entry for entry in log if entry != "backward"])
        rec("the running mean", net[1].running_mean)
        rec("the parameters", _all(net))


def _sources(candidate, rec):
    """a list, a tuple, a generator, and an object that can only be walked through"""

    class Loader:
        def __init__(self, pairs):
            self.pairs = pairs

        def __iter__(self):
            return iter(self.pairs)

    data = _batches(rec, (4, 3, 4))
    for name, batches in (
        ("a list", data),
        ("a tuple of lists", tuple([x, y] for x, y in data)),
        ("a generator", (pair for pair in data)),
        ("a loader", Loader(data)),
    ):
        net = _net(rec, 4, 3)
        opt = torch.optim.SGD(net.parameters(), lr=0.1)
        rec(f"the mean loss from {name}", float(candidate(net, batches, nn.CrossEntropyLoss(), opt)), NEAR)
        rec(f"the parameters after {name}", _all(net))


def _losses(candidate, rec):
    """mean squared error, and a loss with a parameter that the optimizer holds too"""
    net = _net(rec, 4, 2)
    data = [(x, rec.tensor(normal(len(x), 2).no_grad(), i)) for i, (x, _) in enumerate(_batches(rec, (5, 5, 2)))]
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    rec("the mean squared error", float(candidate(net, data, nn.MSELoss(), opt)), NEAR)
    rec("the parameters", _all(net))

    net, loss_fn = _net(rec, 4, 5, 3), Temperature().to(rec.device)
    opt = torch.optim.SGD([*net.parameters(), *loss_fn.parameters()], lr=0.1, momentum=0.5)
    rec("the mean loss", float(candidate(net, _batches(rec, (5, 5, 2)), loss_fn, opt)), NEAR)
    rec("the loss's own parameter", loss_fn.scale)
    rec("the parameters beside it", _all(net))


def _groups(candidate, rec):
    """a network and a loss with a parameter, in parameter groups of their own"""
    net, loss_fn = _net(rec, 4, 5, 3), Temperature().to(rec.device)
    groups = [{"params": net[2].parameters()}, {"params": net[0].parameters(), "lr": 0.02}]
    opt = torch.optim.SGD([*groups, {"params": loss_fn.parameters()}], lr=0.1)
    for p in (*net.parameters(), *loss_fn.parameters()):
        p.grad = torch.full_like(p, 3.0)
    rec("the mean loss", float(candidate(net, _batches(rec, (5, 5, 2)), loss_fn, opt)), NEAR)
    rec("the parameters", _all(net))
    rec("the loss's own parameter", loss_fn.scale)


class Columns(nn.Module):
    """Takes samples of two dimensions, (n, 3, 4), and needs both."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x.amax(dim=1))


def _shapes(candidate, rec):
    """samples of shape (3, 4), and a loss that weighs what is too low more than what is too high"""

    def loss_fn(out, y):
        return torch.where(out < y, 3 * (y - out), out - y).mean()

    net = _net(rec, 4, 5, 2)
    data = [(rec.tensor(normal(n, 3, 4).no_grad(), "x", n), rec.tensor(normal(n, 2).no_grad(), "y", n)) for n in (5, 2)]
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    rec("the mean loss", float(candidate(Columns(net), data, loss_fn, opt)), NEAR)
    rec("the parameters", _all(net))


def _far(candidate, rec):
    """inputs a hundred times as large"""
    net = _net(rec, 4, 3)
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    rec("the mean loss", float(candidate(net, _batches(rec, (4, 3), scale=100.0), nn.CrossEntropyLoss(), opt)), NEAR)
    rec("the parameters", _all(net))


def _memory(candidate, rec):
    """five batches, while it is counted how many graphs are alive"""

    class Mark:
        pass

    net, marks, alive = _net(rec, 4, 3), [], []

    class Counted(nn.Module):
        def forward(self, x):
            # the variables of the batch before may still be there; those of earlier ones may not
            alive.append(sum(ref() is not None for ref in marks[:-1]))
            out = net(x)
            mark = Mark()
            out.register_hook(lambda grad, mark=mark: None)
            marks.append(weakref.ref(mark))
            return out

    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    result = candidate(Counted(), _batches(rec, (3, 3, 3, 3, 3)), nn.CrossEntropyLoss(), opt)
    rec("the kind of what is returned", type(result).__name__)
    rec("graphs of earlier batches that are still alive, at each batch", alive)


def _leaves(candidate, rec):
    """a network with a frozen first layer"""
    net, data = _net(rec, 4, 5, 3), _batches(rec, (4, 3))
    net[0].requires_grad_(False)
    kept = [(x.clone(), y.clone()) for x, y in data]
    opt = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)
    candidate(net, data, nn.CrossEntropyLoss(), opt)
    rec("those that require a gradient", [p.requires_grad for p in net.parameters()])
    rec("the parameters", _all(net))
    rec("the batches, left unchanged", all(torch.equal(a, b) for p, q in zip(data, kept) for a, b in zip(p, q)))
    rec("tensors of the batches that require a gradient", sum(t.requires_grad for pair in data for t in pair))
    rec("the learning rate afterwards", opt.param_groups[0]["lr"])


def make(solution):
    # the first optimizer of a process loads torch's compiler: before the clock starts
    torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    return ScenarioSpec(
        solution,
        Scenario("does the five things for each batch, in order", _order),
        Scenario(
            "returns the mean loss over all samples",
            _mean,
            why="The last batch is smaller, so the mean of the batches' means is another number.",
        ),
        Scenario("takes a single batch", _one),
        Scenario("steps along the gradients of this batch alone", _seen),
        Scenario("clears what stood in the gradients before", _stale),
        Scenario("trains with any optimizer", _optimizers),
        Scenario("trains in training mode", _mode),
        Scenario("takes any iterable of batches", _sources),
        Scenario("takes any loss function", _losses),
        Scenario("clears what the optimizer holds, in every group", _groups),
        Scenario("takes samples and targets of any shape", _shapes),
        Scenario("takes large steps as they come", _far),
        Scenario(
            "keeps no graph",
            _memory,
            why="A loss that is added up as a tensor holds on to all that it was computed from.",
        ),
        Scenario("leaves the rest alone", _leaves),
        twin="the solution",
    )
