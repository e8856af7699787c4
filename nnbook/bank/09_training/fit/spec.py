import copy
import functools

import torch
from torch import nn

from nnbook.parity import Scenario, ScenarioSpec


@functools.cache
def _digits():
    from nnbook.data import digits

    train, test = digits()
    # the last 400 training images are what fit may look at; the test images stay unseen
    return (train.inputs[:1000], train.labels[:1000]), (train.inputs[1000:], train.labels[1000:]), tuple(test)


class SimpleNN(nn.Module):
    """The guide's network, on logits."""

    def __init__(self, inputs, hidden, classes):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(inputs, hidden), nn.Linear(hidden, classes)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


def _cnn():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(256, 10),
    )


class Watched(nn.Module):
    """A network that notes for each call which samples it saw, in which mode, and what it answered."""

    def __init__(self, net, train, test):
        super().__init__()
        self.net, self.calls = net, []
        # the first feature of every sample is its number: training data from 0, test data from 1000
        self.train_data, self.test_data = train, test

    def forward(self, x):
        rows = [round(v) for v in (x.detach().reshape(len(x), -1)[:, 0] * 1000).tolist()]
        # the number is for us, not to learn from
        out = self.net(x * (torch.arange(x.shape[1], device=x.device) > 0))
        self.calls.append((rows, self.training, torch.is_grad_enabled() or out.requires_grad, out.detach()))
        return out

    def epochs(self):
        """Calls grouped by epoch: training calls, then the calls on test data that follow them."""
        found, before = [], "test"
        for call in self.calls:
            kind = "test" if all(r >= 1000 for r in call[0]) else "train" if call[2] else "look"
            if kind == "train" and before == "test":
                found.append(([], []))
            if found and kind != "look":
                found[-1][kind == "test"].append(call)
                before = kind
        return found


def _numbered(rec, n, first, classes, key):
    """n samples of 5 features, the first of which is the sample's number in thousandths."""
    x = torch.randn(n, 5, generator=rec.generator("x", key))
    y = torch.randint(classes, (n,), generator=rec.generator("y", key))
    x[torch.arange(n), 1 + y % 4] += 2.0
    x[:, 0] = (torch.arange(n) + first) / 1000
    return x.to(rec.device), y.to(rec.device)


def _small(candidate, rec, n=150, m=40, classes=3, epochs=3, seed=0, dropout=0.0, key=""):
    train, test = _numbered(rec, n, 0, classes, f"train{key}"), _numbered(rec, m, 1000, classes, f"test{key}")
    net = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Dropout(dropout), nn.Linear(8, classes))
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(torch.randn(p.shape, generator=rec.generator("fill", i)) * 0.5)
    model = Watched(net, train, test).to(rec.device)
    kept = [t.clone() for t in (*train, *test)]
    history = candidate(model, train, test, epochs, seed)
    rec("the data, left unchanged", all(torch.equal(a, b) for a, b in zip(kept, (*train, *test))))
    return model, history


def _near(told, measured):
    return len(told) == len(measured) and all(abs(a - b) < 1e-3 * max(1, b) for a, b in zip(told, measured))


def _history(candidate, rec):
    """three epochs on 150 samples of three classes, then one on 33 samples of two"""
    for epochs, options in ((3, {}), (1, {"n": 33, "m": 7, "classes": 2, "key": "b"})):
        _, history = _small(candidate, rec, epochs=epochs, **options)
        rec("the kind of what is returned", type(history).__name__)
        rec("its keys", sorted(history))
        for key in ("loss", "accuracy"):
            rec(f"the entries of {key}", [type(v).__name__ for v in history[key]])


def _each_once(candidate, rec):
    """which samples the network is given while it learns"""
    for n in (150, 37):
        model, _ = _small(candidate, rec, n=n, key=n, classes=3 if n == 150 else 14)
        learnt = [sorted(r for rows, *_ in calls for r in rows) for calls, _ in model.epochs()]
        rec(f"number of epochs over {n} samples", len(learnt))
        rec("each epoch uses every sample once", all(rows == list(range(n)) for rows in learnt))


def _training_mode(candidate, rec):
    """the mode of the network while it learns, coming in either mode"""
    model, _ = _small(candidate, rec, dropout=0.5)
    rec("every batch is learnt in training mode", all(mode for calls, _ in model.epochs() for _, mode, *_ in calls))


def _measures(candidate, rec):
    """how the test samples are looked at, and what the history says of it"""
    model, history = _small(candidate, rec, dropout=0.3)
    labels, shares = model.test_data[1], []
    looks = [tests for _, tests in model.epochs()]
    rec("each epoch ends with a look at every test sample", all(len({r for c in t for r in c[0]}) == 40 for t in looks))
    rec("test samples are seen in evaluation mode", not any(mode for tests in looks for _, mode, *_ in tests))
    rec("test samples are seen without gradients", not any(graph for tests in looks for _, _, graph, _ in tests))
    for tests in looks:
        last = {r: out for rows, _, _, answers in tests for r, out in zip(rows, answers)}
        shares.append(sum(int(out.argmax()) == int(labels[r - 1000]) for r, out in last.items()) / 40)
    told = [float(v) for v in history["accuracy"]]
    same = len(told) == len(shares) and all(abs(a - b) < 1e-5 for a, b in zip(told, shares))
    rec("history['accuracy'] is the share of right answers on the test samples after each epoch", same)


def _losses(candidate, rec):
    """the losses in the history, beside those of the outputs that the network gave"""
    for n in (150, 33):
        model, history = _small(candidate, rec, n=n, epochs=4, key=n)
        labels, means, twice = model.train_data[1], [], []
        for calls, _ in model.epochs():
            rows, outs = torch.tensor([r for c in calls for r in c[0]]), torch.cat([c[3] for c in calls])
            means.append(float(nn.functional.cross_entropy(outs, labels[rows.to(labels.device)])))
            twice.append(float(nn.functional.cross_entropy(outs.softmax(1), labels[rows.to(labels.device)])))
        told = [float(v) for v in history["loss"]]
        rec(f"history['loss'] is the mean cross-entropy of the {n} samples in each epoch", _near(told, means))
        rec("history['loss'] is that of a softmax taken twice", _near(told, twice))


def _orders(candidate, rec):
    """the orders in which the samples come"""

    def orders(seed):
        model, _ = _small(candidate, rec, epochs=3, seed=seed)
        return [[r for rows, *_ in calls for r in rows] for calls, _ in model.epochs()]

    one, two = orders(1), orders(2)
    rec("no epoch takes the samples as they stand", not any(rows == sorted(rows) for rows in one))
    rec("each epoch has an order of its own", len({tuple(rows) for rows in one}) == 3)
    rec("another seed gives another order", bool(one and two) and one[0] != two[0])


def _same(candidate, rec):
    """two trainings with one seed, the random state set differently before each"""
    ends = []
    for noise in (11, 12):
        torch.manual_seed(noise)
        model, history = _small(candidate, rec, seed=5)
        ends.append((torch.cat([p.detach().reshape(-1) for p in model.parameters()]), list(history["loss"])))
    rec("the parameters are the same", torch.allclose(ends[0][0], ends[1][0], atol=1e-4))
    rec("the losses are the same", all(abs(a - b) < 1e-5 for a, b in zip(ends[0][1], ends[1][1])))


def _poisoned(candidate, rec):
    """test labels that are all wrong, and none"""
    ends = []
    for shift in (0, 1):
        train, test = _numbered(rec, 90, 0, 3, "train"), _numbered(rec, 60, 1000, 3, "test")
        torch.manual_seed(3)
        net = Watched(nn.Linear(5, 3), train, test).to(rec.device)
        candidate(net, train, (test[0], (test[1] + shift) % 3), 3, 0)
        ends.append(torch.cat([p.detach().reshape(-1) for p in net.parameters()]))
    rec("the trained network does not depend on the test labels", torch.allclose(ends[0], ends[1], atol=1e-4))


def _frozen(candidate, rec):
    """two trainings of one process, of a network and of its copy"""
    train, test = _numbered(rec, 90, 0, 3, "train"), _numbered(rec, 30, 1000, 3, "test")
    torch.manual_seed(4)
    one = Watched(nn.Linear(5, 3), train, test).to(rec.device)
    two = copy.deepcopy(one)
    first, second = candidate(one, train, test, 2, 0), candidate(two, train, test, 2)  # 0 is the seed if none is given
    rec("entries of both histories", [len(first["loss"]), len(second["loss"])])
    near = all(abs(a - b) < 1e-5 for a, b in zip(first["loss"], second["loss"]))
    rec("the second training starts as the first did", near)


def _score(net, data):
    net.eval()
    with torch.no_grad():
        return float((net(data[0]).argmax(1) == data[1]).double().mean())


def _reaches(candidate, rec, build, epochs, goal):
    train, watched, unseen = ([t.to(rec.device) for t in pair] for pair in _digits())
    torch.manual_seed(rec.generator("start").initial_seed() % 2**31)
    net = build().to(rec.device)
    history = candidate(net, tuple(train), tuple(watched), epochs, rec.seed % 1000)
    rec(f"at least {goal} on images that it has never seen", _score(net, unseen) >= goal)
    last = float(history["accuracy"][-1])
    rec("the last entry of history['accuracy'] is what the network has", abs(last - _score(net, watched)) < 1e-3)
    rec("the loss has fallen", float(history["loss"][-1]) < float(history["loss"][0]))


def _simple(candidate, rec):
    """the guide's network, 64 to 32 to 10, in 10 epochs on 1,000 digits"""
    _reaches(candidate, rec, lambda: SimpleNN(64, 32, 10), 10, 0.90)


def _convolutional(candidate, rec):
    """a convolutional network with BatchNorm and dropout, in 5 epochs on 1,000 digits"""
    _reaches(candidate, rec, _cnn, 5, 0.90)


def _alone(play):
    """On one thread: with batches as small as these, several only wait for each other."""

    @functools.wraps(play)
    def played(candidate, rec):
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            play(candidate, rec)
        finally:
            torch.set_num_threads(threads)

    return played


def make(solution):
    # the first optimizer of a process loads torch's compiler, the digits load scikit-learn: before the clock starts
    torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    _digits()
    return ScenarioSpec(
        solution,
        Scenario("returns a history with one float per epoch", _alone(_history)),
        Scenario("uses every sample once per epoch", _alone(_each_once)),
        Scenario("draws a new order for each epoch from the seed", _alone(_orders)),
        Scenario("learns in training mode", _alone(_training_mode)),
        Scenario("measures the accuracy after each epoch", _alone(_measures)),
        Scenario("keeps the mean loss of each epoch", _alone(_losses)),
        Scenario("gives the same result for the same seed", _alone(_same)),
        Scenario("learns nothing from the test data", _alone(_poisoned)),
        Scenario("starts anew at each call", _alone(_frozen)),
        Scenario("brings the guide's network to 0.90", _alone(_simple)),
        Scenario(
            "brings a convolutional network to 0.90",
            _alone(_convolutional),
            why="BatchNorm and dropout work in two ways, one for learning and one for being measured.",
        ),
        twin="the solution",
    )
