import torch

from nnbook.parity import Scenario, ScenarioSpec, normal


def _fill(net, rec):
    """Every entry of the state gets numbers of its own, by its name."""
    with torch.no_grad():
        for name, value in net.state_dict().items():
            value.copy_(torch.randn(value.shape, generator=rec.generator("fill", name)) * 0.6)


def _own(candidate, rec):
    """networks of width 6 and depth 0, 1, 2 and 5"""
    for depth in (0, 1, 2, 5):
        net = candidate(6, depth)
        rec(f"shapes of the parameters at depth {depth}", [list(p.shape) for p in net.parameters()])
        rec(f"different places in memory at depth {depth}", len({p.data_ptr() for p in net.parameters()}))
        rec(f"different blocks at depth {depth}", len({id(block) for block in net.blocks}))
        rec(f"those that require a gradient at depth {depth}", [p.requires_grad for p in net.parameters()])


def _keys(candidate, rec):
    """SharedBlock(5, 3)"""
    rec("keys of the state_dict", list(candidate(5, 3).state_dict()))
    rec("keys at depth 0", list(candidate(5, 0).state_dict()))
    rec("number of blocks", len(candidate(5, 3).blocks))


def _starts(candidate, rec):
    """a fresh SharedBlock(300, 3)"""
    net = candidate(300, 3)
    params = list(net.parameters())
    for i, p in enumerate(params):
        rec.sample(f"initial values of parameter {i + 1}", p)
    same = [i for i in range(2, 6, 2) if torch.equal(params[i], params[0])]
    rec("blocks that start with the numbers of the first", len(same))


def _computes(candidate, rec):
    """every entry of the state filled, depths 0 to 4"""
    for depth in range(5):
        net = candidate(6, depth).to(rec.device)
        _fill(net, rec)
        x = rec.tensor(normal(7, 6), depth)
        for mode in (True, False):
            rec(f"output at depth {depth}{'' if mode else ' in evaluation'}", net.train(mode)(x))


def _gradients(candidate, rec):
    """a backward pass through SharedBlock(6, 3)"""
    net = candidate(6, 3).to(rec.device)
    _fill(net, rec)
    x = rec.tensor(normal(8, 6))
    net(x).pow(2).mean().backward()
    for name, p in net.named_parameters():
        rec(f"gradient of {name}", torch.zeros_like(p) if p.grad is None else p.grad)
    rec("gradient of the input", x.grad)


def _loads(candidate, rec):
    """a state in which all blocks differ, loaded and saved again"""
    net = candidate(4, 3)
    state = {k: torch.randn(v.shape, generator=rec.generator(k)) for k, v in net.state_dict().items()}
    net.load_state_dict(state)
    kept = net.state_dict()
    rec("entries that were kept", sorted(k for k in state if torch.equal(kept[k], state[k])))
    rec("output", net(rec.tensor(normal(5, 4).no_grad())))


def _trains(candidate, rec):
    """ten steps of gradient descent"""
    net = candidate(6, 3).to(rec.device)
    _fill(net, rec)
    x = rec.tensor(normal(12, 6).no_grad())
    for step in range(10):
        loss = net(x).pow(2).mean()
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                if p.grad is not None:
                    p -= 0.05 * p.grad
        net.zero_grad()
        rec(f"loss at step {step + 1}", loss)


def _two(candidate, rec):
    """two networks, the second filled with threes"""
    one, two = candidate(4, 2), candidate(4, 2)
    _fill(one, rec)
    with torch.no_grad():
        for p in two.parameters():
            p.fill_(3.0)
    rec("output of the first", one(rec.tensor(normal(5, 4).no_grad())))
    rec("different parameters", len({id(p) for net in (one, two) for p in net.parameters()}))
    rec("dtypes of the second after double()", [p.dtype for p in two.double().parameters()])


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("has parameters for every block", _own),
        Scenario("keeps the names of its state", _keys),
        Scenario("starts every block by itself", _starts),
        Scenario("computes what it computed before", _computes),
        Scenario("gives every block its own gradient", _gradients),
        Scenario("loads blocks that differ", _loads),
        Scenario("trains", _trains),
        Scenario("shares nothing with another network", _two),
        twin="the solution",
    )
