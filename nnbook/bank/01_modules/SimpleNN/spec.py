import torch

from nnbook.parity import Case, Init, ModuleSpec, Scenario, constant, empty, extremes, integers, normal
from nnbook.parity.observe import fill


def _trains(candidate, rec):
    """five steps of gradient descent on the cross-entropy of the logits"""
    net = candidate(6, 8, 3).to(rec.device)
    fill(net, rec.seed)
    x, y = rec.tensor(normal(12, 6).no_grad()), rec.tensor(integers(12, high=3))
    for step in range(5):
        loss = torch.nn.functional.cross_entropy(net(x), y)
        net.zero_grad()
        loss.backward()
        with torch.no_grad():
            for p in net.parameters():
                p -= 0.2 * p.grad
        rec(f"loss at step {step + 1}", loss)


def _two(candidate, rec):
    """two networks of the same size, one of them filled with other weights"""
    one, two = candidate(4, 3, 2).to(rec.device), candidate(4, 3, 2).to(rec.device)
    fill(two, rec.seed)
    with torch.no_grad():
        for p in one.parameters():
            p.fill_(9.0)
    rec("output of the other", two(rec.tensor(normal(5, 4).no_grad())))
    mine = {id(p) for p in one.parameters()}
    rec("parameters of both", len(mine | {id(p) for p in two.parameters()}))


def _saved(candidate, rec):
    """a state_dict loaded into another network"""
    one, two = candidate(4, 3, 2).to(rec.device), candidate(4, 3, 2).to(rec.device)
    fill(one, rec.seed)
    x = rec.tensor(normal(5, 4).no_grad())
    two.load_state_dict({k: v.clone() for k, v in one.state_dict().items()})
    rec("output of the other", two(x))
    rec("layers", [isinstance(two.fc1, torch.nn.Linear), isinstance(two.fc2, torch.nn.Linear)])


def make(solution):
    sizes = {"input_size": 7, "hidden_size": 2, "num_classes": 4}
    return ModuleSpec(
        solution,
        Case("gives logits for a batch", args=(6, 5, 3), inputs=[normal(4, 6)]),
        Case("takes its sizes by name", kwargs=sizes, inputs=[normal(3, 7)]),
        Case("works when all sizes are equal", args=(4, 4, 4), inputs=[normal(4, 4)]),
        Case("works with one hidden unit and one class", args=(3, 1, 1), inputs=[normal(6, 3)]),
        Case("is as wide as asked", args=(2, 70, 11), inputs=[normal(3, 2)]),
        Case("takes a batch of one", args=(6, 5, 3), inputs=[normal(1, 6)]),
        Case("takes an empty batch", args=(6, 5, 3), inputs=[empty(0, 6)]),
        Case("passes large values on", args=(6, 5, 3), inputs=[extremes(4, 6)]),
        Case("gives what the biases give for a zero input", args=(6, 5, 3), inputs=[constant(0.0, 2, 6)]),
        Case("gives the same answer again", args=(6, 5, 3), inputs=[normal(4, 6), normal(2, 6), normal(4, 6)]),
        Init("starts as its layers do", args=(9, 512, 10)),
        Scenario("trains", _trains, why="The loss applies its own softmax to what the network gives."),
        Scenario("can be saved and loaded", _saved),
        Scenario("shares nothing with another network", _two),
        twin="the solution",
    )
