import copy

import torch

from nnbook.parity import Scenario, ScenarioSpec, integers, normal


def _fill(net, rec):
    """Parameters have no agreed names: they get their values by their place."""
    with torch.no_grad():
        for i, p in enumerate(net.parameters()):
            p.copy_(torch.randn(p.shape, generator=rec.generator("fill", i, tuple(p.shape))) * 0.7)


def _lists(candidate, rec):
    """PlainList((5, 4, 3, 2))"""
    net = candidate((5, 4, 3, 2))
    rec("shapes of the parameters", [list(p.shape) for p in net.parameters()])
    rec("those that require a gradient", [p.requires_grad for p in net.parameters()])
    rec("number of names", len(dict(net.named_parameters())))
    rec("parameters of one layer", [list(p.shape) for p in candidate((3, 2)).parameters()])
    rec("parameters of equal sizes", [list(p.shape) for p in candidate([4] * 5).parameters()])


def _computes(candidate, rec):
    """chains of one to eight layers, with different and with equal sizes"""
    for sizes in ((5, 3), [5, 4, 3], (3, 6, 6, 6, 2), (4,) * 5, (3,) * 9):
        given = copy.copy(sizes)
        net = candidate(given).to(rec.device)
        rec(f"the sizes {sizes}, left unchanged", given == sizes)
        _fill(net, rec)
        x = rec.tensor(normal(7, sizes[0]), sizes)
        for mode in (True, False):
            net.train(mode)
            rec(f"output for sizes {sizes}{'' if mode else ' in evaluation'}", net(x))


def _gradients(candidate, rec):
    """a backward pass through PlainList((5, 4, 4, 3))"""
    net = candidate((5, 4, 4, 3)).to(rec.device)
    _fill(net, rec)
    x = rec.tensor(normal(6, 5))
    net(x).pow(2).sum().backward()
    for i, p in enumerate(net.parameters()):
        rec(f"gradient of parameter {i + 1}", torch.zeros_like(p) if p.grad is None else p.grad)
    rec("gradient of the input", x.grad)


def _trains(candidate, rec):
    """ten steps of gradient descent"""
    net = candidate((5, 8, 8, 3)).to(rec.device)
    _fill(net, rec)
    x, y = rec.tensor(normal(12, 5).no_grad()), rec.tensor(integers(12, high=3))
    for step in range(10):
        loss = torch.nn.functional.cross_entropy(net(x), y)
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                if p.grad is not None:
                    p -= 0.1 * p.grad
        net.zero_grad()
        rec(f"loss at step {step + 1}", loss)


def _saves(candidate, rec):
    """a state_dict loaded into another network"""
    one, two = candidate((5, 4, 3)).to(rec.device), candidate((5, 4, 3)).to(rec.device)
    _fill(one, rec)
    state = {k: v.clone() for k, v in one.state_dict().items()}
    rec("shapes of what is saved", [list(v.shape) for v in state.values()])
    two.load_state_dict(state)
    rec("output of the one that loaded", two(rec.tensor(normal(4, 5).no_grad())))


def _converts(candidate, rec):
    """double()"""
    net = candidate((5, 4, 3)).to(rec.device)
    _fill(net, rec)
    net.double()
    rec("dtypes", [p.dtype for p in net.parameters()])
    rec("output", net(rec.tensor(normal(4, 5).no_grad(), dtype=torch.float64)))


def _two(candidate, rec):
    """two networks of the same sizes"""
    one, two = candidate((5, 4, 3)).to(rec.device), candidate((5, 4, 3)).to(rec.device)
    _fill(one, rec)
    with torch.no_grad():
        for p in two.parameters():
            p.fill_(3.0)
    rec("output of the first", one(rec.tensor(normal(4, 5).no_grad())))
    rec("different parameters", len({id(p) for net in (one, two) for p in net.parameters()}))


def _starts(candidate, rec):
    """a fresh PlainList((9, 400, 30))"""
    for i, p in enumerate(candidate((9, 400, 30)).parameters()):
        rec.sample(f"initial values of parameter {i + 1}", p)


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("lists the parameters of every layer", _lists),
        Scenario("computes what it computed before", _computes),
        Scenario("gives every layer its gradient", _gradients),
        Scenario("trains", _trains),
        Scenario("saves and loads every layer", _saves),
        Scenario("converts every layer", _converts),
        Scenario("shares nothing with another network", _two),
        Scenario("starts as linear layers do", _starts),
        twin="the solution",
    )
