import torch

from nnbook.parity import Scenario, ScenarioSpec, normal


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


def _reads(candidate, rec):
    """five sequences of seven steps, and sizes that are all equal"""
    for n, t, i, h, c in ((5, 7, 8, 6, 3), (7, 5, 3, 4, 10), (4, 4, 4, 4, 4)):
        net = _net(candidate, rec, i, h, c)
        x = rec.tensor(normal(n, t, i), n, t)
        rec(f"output for {n} sequences of {t} steps", net(x))
        rec("output in evaluation", net.eval()(x))
        rec("the input after the call", x)


def _alone(candidate, rec):
    """each sequence of a batch by itself; the batch in another order"""
    net = _net(candidate, rec, 4, 5, 3)
    x = rec.tensor(normal(4, 6, 4).no_grad())
    for i in range(4):
        rec(f"output of sequence {i} alone", net(x[i : i + 1]))
    rec("output of the batch", net(x))
    rec("output of the batch turned round", net(x.flip(0)))


def _early(candidate, rec):
    """one step changed, the first, a middle one, the last; the steps in another order"""
    net = _net(candidate, rec, 4, 5, 3)
    x = rec.tensor(normal(3, 6, 4).no_grad())
    for step in (0, 3, 5):
        changed = x.clone()
        changed[1, step] += 2.0
        rec(f"output with step {step} of sequence 1 changed", net(changed))
    rec("output with the steps backwards", net(x.flip(1)))


def _short(candidate, rec):
    """one sequence, one step, both"""
    net = _net(candidate, rec, 4, 5, 3)
    for n, t in ((1, 6), (6, 1), (1, 1)):
        rec(f"output for {n} sequences of {t} steps", net(rec.tensor(normal(n, t, 4), n, t)))


def _fresh(candidate, rec):
    """two calls on the same batch, with another batch between"""
    net = _net(candidate, rec, 4, 5, 3)
    x = rec.tensor(normal(3, 4, 4).no_grad())
    rec("output of the first call", net(x))
    net(rec.tensor(normal(3, 4, 4).no_grad(), "other"))
    rec("output of the second call", net(x))


def _gradients(candidate, rec):
    """a backward pass"""
    net = _net(candidate, rec, 3, 4, 2)
    x = rec.tensor(normal(3, 5, 3))
    net(x).pow(2).sum().backward()
    rec("gradient of the input", x.grad)
    for name, p in net.named_parameters():
        rec(f"gradient of {name}", torch.zeros_like(p) if p.grad is None else p.grad)


def _state(candidate, rec):
    """the names and shapes of the state"""
    net = candidate(3, 40, 5)
    rec("keys", [(k, list(v.shape)) for k, v in net.state_dict().items()])
    for name, p in net.named_parameters():
        rec.sample(f"initial values of {name}", p)


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("scores the state after the last step", _reads),
        Scenario("judges each sequence by itself", _alone, why="nn.LSTM takes the first dimension for time."),
        Scenario("remembers every step, in its order", _early),
        Scenario("takes one sequence, and one step", _short),
        Scenario("starts from zeros at each call", _fresh),
        Scenario("sends gradients back to every step", _gradients),
        Scenario("keeps its layers", _state),
        twin="the solution",
    )
