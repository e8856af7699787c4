import torch

from nnbook.parity import Case, ModuleSpec, Scenario, constant, empty, normal


def _feed(module, rec, *sizes):
    for call, n in enumerate(sizes):
        x = rec.tensor(normal(n, 3, mean=2.0).no_grad(), call)
        rec(f"output of call {call + 1}, {'in training' if module.training else 'in evaluation'}", module(x))


def _state(module, rec, when):
    for name, value in sorted(module.state_dict().items()):
        rec(f"{name} {when}", value)


def _starts(candidate, rec):
    """a fresh RunningMean(3)"""
    module = candidate(3)
    _state(module, rec, "at first")
    rec("parameters", len(list(module.parameters())))
    rec("mean and count are buffers", [n in dict(module.named_buffers()) for n in ("mean", "count")])
    module.eval()
    _feed(module, rec, 4)
    _state(module, rec, "after an evaluation")


def _modes(candidate, rec):
    """training, evaluation, training again, with batches of 4, 2 and 7 rows"""
    module = candidate(3).to(rec.device)
    _feed(module, rec, 4, 2)
    module.eval()
    _feed(module, rec, 3)
    _state(module, rec, "after an evaluation")
    module.train()
    _feed(module, rec, 7, 1)
    _state(module, rec, "in the end")


def _whole(candidate, rec):
    """the same rows in one call and in four"""
    x = rec.tensor(normal(10, 3, mean=1.0).no_grad())
    one, many = candidate(3).to(rec.device), candidate(3).to(rec.device)
    one(x)
    for part in x.split([1, 2, 3, 4]):
        many(part)
    _state(one, rec, "after one call")
    _state(many, rec, "after four calls")
    rec("the mean of the rows", torch.allclose(many.state_dict()["mean"], x.mean(0), atol=1e-5))


def _saved(candidate, rec):
    """a state_dict loaded into a fresh object, which goes on"""
    first, second = candidate(3).to(rec.device), candidate(3).to(rec.device)
    _feed(first, rec, 5, 2)
    state = {k: v.clone() for k, v in first.state_dict().items()}
    second.load_state_dict(state)
    _feed(second, rec, 4)
    _state(second, rec, "of the one that went on")
    _state(first, rec, "of the one that was saved")


def _graph(candidate, rec):
    """two calls, each followed by a backward pass"""
    module = candidate(3).to(rec.device)
    for call in range(2):
        x = rec.tensor(normal(4, 3), call)
        module(x).pow(2).sum().backward()
        rec(f"gradient of x in call {call + 1}", x.grad)
    rec("buffers that require a gradient", [n for n, b in module.named_buffers() if b.requires_grad])


def _two(candidate, rec):
    """two objects, of which one is fed"""
    one, two = candidate(3).to(rec.device), candidate(3).to(rec.device)
    _feed(one, rec, 6)
    _state(two, rec, "of the other object")


def _nothing(candidate, rec):
    """an empty batch before, between and after others"""
    module = candidate(3).to(rec.device)
    _feed(module, rec, 0)
    _state(module, rec, "after an empty batch")
    _feed(module, rec, 3, 0, 2)
    _state(module, rec, "in the end")


def make(solution):
    return ModuleSpec(
        solution,
        Case("centres a batch", args=(3,), inputs=[normal(4, 3, mean=2.0)], state="initial"),
        Case(
            "counts every row alike",
            args=(3,),
            inputs=[normal(4, 3), normal(2, 3, mean=5.0), normal(9, 3)],
            state="initial",
            why="The mean of batch means is the mean of the rows only when all batches are equally large.",
        ),
        Case("goes on from the mean that is there", args=(3,), inputs=[normal(4, 3), normal(2, 3)]),
        Case("takes one row without a batch", args=(3,), inputs=[normal(3), normal(3)], state="initial"),
        Case("takes any leading shape", args=(5,), inputs=[normal(2, 3, 4, 5), normal(1, 2, 5)], state="initial"),
        Case("works when all sizes are equal", args=(3,), inputs=[normal(3, 3, 3), normal(3, 3)], state="initial"),
        Case("takes one feature", args=(1,), inputs=[normal(6, 1), normal(1, 1)], state="initial"),
        Case("gives zeros for equal rows", args=(3,), inputs=[constant(7.0, 5, 3)], state="initial"),
        Case("takes an empty batch", args=(3,), inputs=[empty(0, 3)], state="initial"),
        Case("only subtracts in evaluation", args=(3,), inputs=[normal(4, 3), normal(2, 3)], mode="eval"),
        Scenario("starts with zeros", _starts),
        Scenario("updates in training only", _modes),
        Scenario("gives the mean of all rows, however they are split", _whole),
        Scenario("goes on after it was saved and loaded", _saved),
        Scenario("keeps no graph from call to call", _graph),
        Scenario("shares nothing with another object", _two),
        Scenario("ignores empty batches", _nothing),
        twin="the solution",
    )
