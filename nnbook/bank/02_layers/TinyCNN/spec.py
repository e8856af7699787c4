import torch

from nnbook.parity import Scenario, ScenarioSpec, empty, normal


def _fill(net, rec, size=0.6):
    """Every entry of the state gets numbers of its own, by its name."""
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.randn(value.shape, generator=rec.generator("fill", name)) * size)


def _net(candidate, rec, *args):
    net = candidate(*args).to(rec.device)
    _fill(net, rec)
    return net


def _pictures(candidate, rec):
    """pictures of 8 x 8, of 6 x 9 and of 9 x 6, with three channels"""
    net = _net(candidate, rec)
    for size in ((8, 8), (6, 9), (9, 6), (3, 3)):
        x = rec.tensor(normal(4, *size, 3), size)
        before = x.detach().clone()
        rec(f"output for {size}", net(x))
        rec(f"change of the input for {size}", float((x.detach() - before).abs().max()))


def _channels(candidate, rec):
    """one, two and five channels; as many as rows and columns"""
    for channels, size in ((1, (7, 7)), (2, (6, 4)), (5, (4, 7)), (4, (4, 4))):
        net = _net(candidate, rec, channels, 3)
        rec(f"output for {channels} channels of {size}", net(rec.tensor(normal(3, *size, channels), channels)))


def _one_color(candidate, rec):
    """a picture of one channel alone, for each channel"""
    net = _net(candidate, rec)
    for c in range(3):
        x = torch.zeros(1, 6, 6, 3, device=rec.device)
        x[..., c] = 1.0
        rec(f"output with channel {c} alone", net(x))


def _turned(candidate, rec):
    """a picture, and the same picture turned on its side"""
    net = _net(candidate, rec)
    x = rec.tensor(normal(2, 6, 6, 3).no_grad())
    rec("output", net(x))
    rec("output of the turned one", net(x.transpose(1, 2)))
    rec("output of the mirrored one", net(x.flip(2)))


def _gradients(candidate, rec):
    """a backward pass"""
    net = _net(candidate, rec)
    x = rec.tensor(normal(3, 6, 5, 3))
    net(x).pow(2).sum().backward()
    rec("gradient of the input", x.grad)
    for name, p in net.named_parameters():
        rec(f"gradient of {name}", torch.zeros_like(p) if p.grad is None else p.grad)


def _state(candidate, rec):
    """the names and shapes of the state"""
    net = candidate(2, 7)
    rec("keys", [(k, list(v.shape)) for k, v in net.state_dict().items()])
    rec("number of parameters of the default", sum(p.numel() for p in candidate().parameters()))
    for name, p in candidate(3, 10).named_parameters():
        rec.sample(f"initial values of {name}", p)


def _batches(candidate, rec):
    """one picture alone and in a batch, no picture at all, in training and in evaluation"""
    net = _net(candidate, rec)
    x = rec.tensor(normal(5, 6, 7, 3).no_grad())
    rec("output of a batch", net(x))
    rec("output of its third picture", net(x[2:3]))
    rec("output of none", net(rec.tensor(empty(0, 6, 7, 3))))
    rec("output in evaluation", net.eval()(x))
    rec("output for a batch whose memory lies otherwise", net(x.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)))


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("sees each pixel where it is", _pictures, why="With reshape the shapes fit and the numbers do not."),
        Scenario("takes any number of channels", _channels),
        Scenario("keeps the channels apart", _one_color),
        Scenario("tells a picture from the turned one", _turned),
        Scenario("sends the gradient back to the right pixel", _gradients),
        Scenario("keeps its layers", _state),
        Scenario("takes pictures alone and in batches", _batches),
        twin="the solution",
    )
