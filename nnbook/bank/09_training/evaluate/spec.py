import torch
from torch import nn

from nnbook.parity import Scenario, ScenarioSpec, Tolerance, integers, normal

NEAR = Tolerance(1e-5, 1e-6)


class Watched(nn.Module):
    """A network that notes how it is called."""

    def __init__(self, net):
        super().__init__()
        self.net, self.calls = net, []

    def forward(self, x):
        modes = sorted({"training" if m.training else "evaluation" for m in self.modules()})
        out = self.net(x)
        recording = torch.is_grad_enabled() or out.requires_grad
        self.calls.append(f"{len(x)} samples in {' and '.join(modes)}{', with a graph' if recording else ''}")
        return out


def _net(rec, classes=3):
    net = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, classes))
    with torch.no_grad():
        for i, (name, t) in enumerate([*net.named_parameters(), *net.named_buffers()]):
            if t.is_floating_point():
                draw = torch.rand if "var" in name else torch.randn
                t.copy_(draw(t.shape, generator=rec.generator("fill", i, tuple(t.shape))) + 0.1)
    return net.to(rec.device)


def _batches(rec, sizes, classes=3, features=4):
    return [
        (rec.tensor(normal(n, features).no_grad(), "x", i), rec.tensor(integers(n, high=classes), "y", i))
        for i, n in enumerate(sizes)
    ]


def _scores(rec, *rows):
    """Batches of scores that need no network, and the labels for them."""
    return [(torch.tensor(z, device=rec.device), torch.tensor(y, device=rec.device)) for z, y in rows]


def _plain(candidate, rec):
    """scores given by hand, of which 3 in 5 are right"""
    high, low = [9.0, 1.0, 2.0], [-3.0, -2.5, -9.0]
    result = candidate(nn.Identity(), _scores(rec, ([high, low, high], [0, 1, 2]), ([low, low], [0, 1])))
    rec("the kind of what is returned", type(result).__name__)
    rec("the accuracy", float(result), NEAR)
    for name, label in (("all are right", 1), ("none is right", 2)):
        result = candidate(nn.Identity(), _scores(rec, ([low, low], [label] * 2), ([low], [label])))
        rec(f"the kind of what is returned when {name}", type(result).__name__)
        rec(f"the accuracy when {name}", float(result), NEAR)
    close = [[1.0, 1.0002, 0.0], [40.001, 40.0, 40.002]]
    rec("the accuracy of close scores", float(candidate(nn.Identity(), _scores(rec, (close, [1, 2])))), NEAR)


def _weights(candidate, rec):
    """a batch of 8 right answers and one of a single wrong answer, in both orders"""
    right, wrong = ([[0.0, 1.0]] * 8, [1] * 8), ([[0.0, 1.0]], [0])
    rec("the accuracy", float(candidate(nn.Identity(), _scores(rec, right, wrong))), NEAR)
    rec("the accuracy in the other order", float(candidate(nn.Identity(), _scores(rec, wrong, right))), NEAR)
    rec("the accuracy over 7 batches", float(candidate(_net(rec), _batches(rec, (4, 1, 9, 2, 2, 5, 3)))), NEAR)


def _sizes(candidate, rec):
    """2, 5, 10 and 12 classes, batches of one, as many classes as samples"""
    scores = torch.eye(12, device=rec.device)
    rec(
        "the accuracy of one right answer per class",
        float(candidate(nn.Identity(), [(scores, scores.argmax(1))])),
        NEAR,
    )
    for classes in (2, 5, 10, 12):
        data = _batches(rec, (classes, 1, 7, 30), classes)
        rec(f"the accuracy among {classes} classes", float(candidate(_net(rec, classes).eval(), data)), NEAR)


def _mode(candidate, rec):
    """a network with dropout and BatchNorm, in training mode"""
    for coming in (True, False):
        model = Watched(_net(rec))
        model.train(coming)
        result = candidate(model, _batches(rec, (6, 6, 3)))
        where = "coming in training mode" if coming else "coming in evaluation mode"
        rec(f"the calls, {where}", model.calls)
        rec(f"the accuracy, {where}", float(result), NEAR)


def _restored(candidate, rec):
    """one network that comes in training mode, one in evaluation mode"""
    for coming in (True, False):
        net = _net(rec)
        net.train(coming)
        candidate(net, _batches(rec, (4,)))
        modes = sorted({"training" if m.training else "evaluation" for m in net.modules()})
        rec(f"the mode afterwards, coming in {'training' if coming else 'evaluation'}", modes)


def _graph(candidate, rec):
    """gradients recorded or not, before, during and after"""
    for before in (True, False):
        with torch.set_grad_enabled(before):
            model = Watched(_net(rec))
            candidate(model, _batches(rec, (4, 2)))
            rec(f"the calls, recording {'on' if before else 'off'} outside", model.calls)
            rec(f"recording afterwards, when it was {'on' if before else 'off'}", torch.is_grad_enabled())


def _untouched(candidate, rec):
    """parameters with gradients, buffers, batches and random state, before and after"""
    net, data = _net(rec), _batches(rec, (6, 3))
    for p in net.parameters():
        p.grad = torch.full_like(p, 2.0)
    frozen = net[0].weight
    frozen.requires_grad_(False)
    kept = [(x.clone(), y.clone()) for x, y in data]
    state = {k: v.clone() for k, v in net.state_dict().items()}
    noise = torch.get_rng_state()
    candidate(net, data)
    rec("the random state, left unchanged", torch.equal(noise, torch.get_rng_state()))
    for key, value in net.state_dict().items():
        rec(f"{key}, left unchanged", torch.equal(value, state[key]))
    rec(
        "the gradients, left unchanged", all(p.grad is not None and bool((p.grad == 2).all()) for p in net.parameters())
    )
    rec("those that require a gradient", [p.requires_grad for p in net.parameters()])
    rec("the batches, left unchanged", all(torch.equal(a, b) for p, q in zip(data, kept) for a, b in zip(p, q)))


def _goes_on(candidate, rec):
    """a training step, an evaluation, a training step"""
    net, data = _net(rec), _batches(rec, (8, 8))
    net[3].p = 0.0
    net.train()
    for x, y in data:
        loss = nn.functional.cross_entropy(net(x), y)
        net.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                p -= 0.1 * p.grad
        rec("the loss", loss)
        rec("the accuracy", float(candidate(net, data)), NEAR)
    rec("the running mean", net[1].running_mean)


def _sources(candidate, rec):
    """a list, a generator, and an object that can only be walked through"""

    class Loader:
        def __init__(self, pairs):
            self.pairs = pairs

        def __iter__(self):
            return iter(self.pairs)

    data = _batches(rec, (5, 5, 2))
    for name, batches in (("a list", data), ("a generator", (b for b in data)), ("a loader", Loader(data))):
        rec(f"the accuracy from {name}", float(candidate(_net(rec), batches)), NEAR)


def _again(candidate, rec):
    """the same evaluation three times, in training mode"""
    net, data = _net(rec), _batches(rec, (20, 13))
    net.train()
    results = [float(candidate(net, data)) for _ in range(3)]
    for i, result in enumerate(results, 1):
        rec(f"the accuracy, time {i}", result, NEAR)


def _shapes(candidate, rec):
    """images of shape (n, 2, 3, 4), through a convolution; whole numbers; float64"""
    net = nn.Sequential(nn.Conv2d(2, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(18, 5)).to(rec.device)
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(torch.randn(p.shape, generator=rec.generator("fill", i)))
    data = [(rec.tensor(normal(n, 2, 3, 4).no_grad(), n), rec.tensor(integers(n, high=5), n)) for n in (24, 3)]
    rec("the accuracy", float(candidate(net, data)), NEAR)

    class Lookup(nn.Module):
        def forward(self, words):
            return torch.eye(6, device=rec.device)[words].sum(1)

    words = [(torch.tensor([[0, 1, 1], [4, 5, 4]], device=rec.device), torch.tensor([1, 5], device=rec.device))]
    rec("the accuracy on whole numbers", float(candidate(Lookup(), words)), NEAR)
    data = [(rec.tensor(normal(9, 4).no_grad(), "double", dtype=torch.float64), rec.tensor(integers(9, high=4), 0))]
    rec("the accuracy in float64", float(candidate(nn.Identity().double(), data)), NEAR)


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("counts the right answers", _plain),
        Scenario(
            "counts every sample alike",
            _weights,
            why="The mean of the batches' accuracies is another number when one batch is smaller.",
        ),
        Scenario("takes any number of classes", _sizes),
        Scenario("measures in evaluation mode", _mode),
        Scenario("leaves the model in the mode in which it came", _restored),
        Scenario("records no gradients", _graph),
        Scenario("changes nothing", _untouched),
        Scenario("lets training go on", _goes_on),
        Scenario("gives the same number again", _again),
        Scenario("takes any iterable of batches", _sources),
        Scenario("takes inputs of any shape", _shapes),
        twin="the solution",
    )
