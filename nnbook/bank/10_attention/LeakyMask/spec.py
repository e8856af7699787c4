import torch

from nnbook.parity import Scenario, ScenarioSpec, normal


def _fill(net, rec, size=0.6):
    """Every entry of the state gets numbers of its own, by its name."""
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.randn(value.shape, generator=rec.generator("fill", name)) * size)


def _net(candidate, rec, d=6, size=0.6):
    net = candidate(d).to(rec.device)
    _fill(net, rec, size)
    return net


def _computes(candidate, rec):
    """batches of sequences of 1, 2, 5 and 6 steps"""
    net = _net(candidate, rec)
    for n, t in ((3, 5), (2, 1), (1, 2), (6, 6)):
        x = rec.tensor(normal(n, t, 6), n, t)
        for mode in (True, False):
            rec(f"output for {n} sequences of {t} steps, {'training' if mode else 'evaluation'}", net.train(mode)(x))


def _future(candidate, rec):
    """the last step changed, then the last three cut off"""
    net = _net(candidate, rec)
    x = rec.tensor(normal(2, 6, 6).no_grad())
    whole = net(x)
    for step in (5, 3, 1):
        changed = x.clone()
        changed[:, step:] = 9.0
        rec(f"change before step {step}", float((net(changed) - whole)[:, :step].abs().max()))
        rec(f"output with the steps from {step} on cut off", net(x[:, :step]))


def _past(candidate, rec):
    """the first step changed"""
    net = _net(candidate, rec)
    x = rec.tensor(normal(2, 6, 6).no_grad())
    changed = x.clone()
    changed[:, 0] += 1.0
    rec("output", net(changed))


def _gradients(candidate, rec):
    """the gradient of one step's output by all steps of the input"""
    net = _net(candidate, rec)
    x = rec.tensor(normal(2, 5, 6))
    for step in (0, 2, 4):
        rec(f"gradient of step {step}", torch.autograd.grad(net(x)[:, step].pow(2).sum(), x)[0])
    net(x).pow(2).sum().backward()
    for name, p in net.named_parameters():
        rec(f"gradient of {name}", torch.zeros_like(p) if p.grad is None else p.grad)


def _large(candidate, rec):
    """scores of about 10,000, of either sign"""
    net = _net(candidate, rec, 4)
    with torch.no_grad():
        net.query.weight.copy_(100 * torch.eye(4))
        net.query.bias.zero_()
        net.key.bias.zero_()
        for sign in (1.0, -1.0):
            net.key.weight.copy_(200 * sign * torch.eye(4))
            x = rec.tensor(normal(2, 5, 4).no_grad(), sign).sign()
            rec(f"output with scores of sign {sign:+.0f}", net(x))
            changed = x.clone()
            changed[:, 3:] *= -1.0
            rec(
                f"change before step 3 with scores of sign {sign:+.0f}",
                float((net(changed) - net(x))[:, :3].abs().max()),
            )


def _state(candidate, rec):
    """the names and shapes of the state"""
    net = candidate(30)
    rec("keys", [(k, list(v.shape)) for k, v in net.state_dict().items()])
    for name, p in net.named_parameters():
        rec.sample(f"initial values of {name}", p)


def _double(candidate, rec):
    """in float64, and a longer sequence after a shorter one"""
    net = _net(candidate, rec).double()
    rec("output in float64", net(rec.tensor(normal(2, 4, 6).no_grad(), dtype=torch.float64)))
    rec("output for a longer one", net(rec.tensor(normal(2, 9, 6).no_grad(), dtype=torch.float64)))


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("weighs what each step may see", _computes),
        Scenario("does not hear of later steps", _future, why="A softmax over all steps divides by all of them."),
        Scenario("hears of earlier ones", _past),
        Scenario("sends no gradient to later steps", _gradients),
        Scenario("holds for scores of any size", _large),
        Scenario("keeps its layers", _state),
        Scenario("keeps float64, and forgets lengths", _double),
        twin="the solution",
    )
