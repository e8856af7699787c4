import torch

from nnbook.parity import Scenario, ScenarioSpec, indices, integers, normal


def _fill(net, rec, size=0.6):
    """Every entry of the state gets numbers of its own, by its name."""
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.randn(value.shape, generator=rec.generator("fill", name)) * size)


def _net(candidate, rec, *sizes):
    net = candidate(*sizes).to(rec.device)
    _fill(net, rec)
    return net


def _sure(candidate, rec, score):
    """A network that gives `score` to class 1 of three, whatever it sees."""
    net = candidate(4, 3).to(rec.device)
    with torch.no_grad():
        net.out.weight.zero_()
        net.out.bias.copy_(torch.tensor([0.0, score, 0.0]))
    return net


def _probabilities(candidate, rec):
    """batches of 6 and of 1, ten classes and two"""
    for n, classes in ((6, 10), (1, 2), (4, 4)):
        net = _net(candidate, rec, 5, classes)
        x = rec.tensor(normal(n, 5), n)
        for mode in (True, False):
            rec(f"probabilities of {n} rows and {classes} classes, {mode}", net.train(mode)(x))


def _losses(candidate, rec):
    """the loss of the same"""
    for n, classes in ((6, 10), (1, 2), (4, 4), (5, 1)):
        net = _net(candidate, rec, 5, classes)
        x, y = rec.tensor(normal(n, 5).no_grad(), n), rec.tensor(integers(n, high=classes), n)
        rec(f"loss of {n} rows and {classes} classes", net.loss(x, y))
        rec("loss in evaluation", net.eval().loss(x, y))


def _right(candidate, rec):
    """a network that is sure and right; one that knows nothing"""
    x = rec.tensor(normal(3, 4).no_grad())
    y = rec.tensor(indices(1, 1, 1))
    for score in (0.0, 5.0, 50.0):
        rec(f"loss with a score of {score}", _sure(candidate, rec, score).loss(x, y))


def _wrong(candidate, rec):
    """a network that is sure and wrong, with scores of 50, 1000 and 10000"""
    x = rec.tensor(normal(3, 4).no_grad())
    y = rec.tensor(indices(0, 2, 1))
    for score in (50.0, 1000.0, 1e4):
        net = _sure(candidate, rec, score)
        loss = net.loss(x, y)
        rec(f"loss with a score of {score}", loss)
        loss.backward()
        rec(f"gradient of the bias with a score of {score}", net.out.bias.grad)


def _gradients(candidate, rec):
    """a backward pass through the loss, and one through the probabilities"""
    net = _net(candidate, rec, 5, 4)
    x, y = rec.tensor(normal(6, 5)), rec.tensor(integers(6, high=4))
    net.loss(x, y).backward()
    rec("gradient of the input", x.grad)
    for name, p in net.named_parameters():
        rec(f"gradient of {name}", torch.zeros_like(p) if p.grad is None else p.grad)
    net.zero_grad()
    net(x)[:, 0].sum().backward()
    for name, p in net.named_parameters():
        rec(f"gradient of {name} through the probabilities", torch.zeros_like(p) if p.grad is None else p.grad)


def _trains(candidate, rec):
    """thirty steps of gradient descent"""
    net = _net(candidate, rec, 5, 4)
    x, y = rec.tensor(normal(12, 5).no_grad()), rec.tensor(integers(12, high=4))
    for step in range(30):
        loss = net.loss(x, y)
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                p -= 0.3 * p.grad
        net.zero_grad()
        if step % 10 == 9:
            rec(f"loss at step {step + 1}", loss)


def _state(candidate, rec):
    """the names and shapes of the state"""
    net = candidate(30, 20, 50)
    rec("keys", [(k, list(v.shape)) for k, v in net.state_dict().items()])
    rec(
        "width by default",
        net.state_dict()["hidden.bias"].numel() - candidate(2, 2).state_dict()["hidden.bias"].numel(),
    )
    for name, p in net.named_parameters():
        rec.sample(f"initial values of {name}", p)


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("gives probabilities as before", _probabilities),
        Scenario("takes the logarithm of the probability of the label", _losses),
        Scenario(
            "comes down to 0 where it is sure and right",
            _right,
            why="exp(1) among nine exp(0) is the best that a softmax of probabilities can see.",
        ),
        Scenario("stays finite, and steep, where it is sure and wrong", _wrong),
        Scenario("has the gradients of that loss", _gradients),
        Scenario("trains", _trains),
        Scenario("keeps its layers", _state),
        twin="the solution",
    )
