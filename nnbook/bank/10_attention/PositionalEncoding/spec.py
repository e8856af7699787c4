import torch

from nnbook.parity import Scenario, ScenarioSpec, constant, normal


def _zeros(candidate, rec):
    """zeros of four and of six features"""
    for d, t in ((4, 7), (6, 3), (2, 5)):
        rec(f"encoding of {t} positions with {d} features", candidate(d)(torch.zeros(1, t, d)))


def _adds(candidate, rec):
    """a batch, one sequence alone, one step, in training and in evaluation"""
    layer = candidate(6, 20)
    for shape in ((3, 7, 6), (7, 6), (2, 1, 6), (6, 6), (6, 6, 6), (2, 20, 6)):
        x = rec.tensor(normal(*shape))
        before = x.detach().clone()
        rec(f"output for {shape}", layer(x))
        rec(f"change of the input for {shape}", float((x.detach() - before).abs().max()))
    rec("output in evaluation", layer.eval()(x))
    x = rec.tensor(normal(2, 5, 6).no_grad())
    rec("output without gradients, twice", [float(layer(x).sum()), float(layer(x).sum())])


def _waves(candidate, rec):
    """the table of 64 features and 5000 positions, at some of them"""
    pe = candidate(64).pe.detach().double()
    rec("shape of the table", list(pe.shape))
    for t in (0, 1, 2, 17, 999, 4999):
        # kept in float32: what was computed in it would be off by a thousand times more at the end
        rec(f"row {t}", pe[t], tolerance=_KEPT)


def _odd(candidate, rec):
    """3, 5 and 1 features"""
    for d in (1, 3, 5):
        rec(f"table of {d} features", candidate(d, 9).pe)


def _state(candidate, rec):
    """what it registers"""
    layer = candidate(4, 11)
    rec("keys of the state_dict", list(layer.state_dict()))
    rec("names of the buffers", [(n, list(b.shape)) for n, b in layer.named_buffers()])
    rec("number of parameters", len(list(layer.parameters())))
    rec("dtype", layer.pe.dtype)
    rec("it requires a gradient", layer.pe.requires_grad)
    rec("dtype after double()", layer.double().pe.dtype)
    layer.load_state_dict({})
    rec("rows by default", len(candidate(4).pe))


def _dtypes(candidate, rec):
    """float64 and bfloat16 in"""
    layer = candidate(4, 11)
    for dtype in (torch.float64, torch.bfloat16):
        x = rec.tensor(constant(0.5, 2, 5, 4).no_grad(), dtype=dtype)
        rec(f"dtype for {dtype}", layer(x).dtype)
    rec("output in float64", layer(rec.tensor(normal(2, 5, 4).no_grad(), dtype=torch.float64)), tolerance=_KEPT)


def _gradient(candidate, rec):
    """a backward pass"""
    x = rec.tensor(normal(2, 5, 4))
    rec("gradient of the input", torch.autograd.grad(candidate(4)(x).pow(2).sum(), x)[0])


def _long(candidate, rec):
    """12 steps where 11 are the most"""
    layer = candidate(4, 11)
    rec.error("kind of error", lambda: layer(torch.zeros(1, 12, 4)))
    rec.error("kind of error without a batch", lambda: layer(torch.zeros(12, 4)))
    rec("a batch of twelve is no matter", layer(torch.zeros(12, 3, 4)).shape[0])


def _apart(candidate, rec):
    """two of other sizes"""
    one, two = candidate(4, 6), candidate(8, 3)
    rec("table of the first", one.pe)
    rec("table of the second", two.pe)


from nnbook.parity import Tolerance  # noqa: E402

_KEPT = Tolerance(2e-7, 1e-7)


def make(solution):
    return ScenarioSpec(
        solution,
        Scenario("encodes each position in waves", _zeros),
        Scenario("adds them to its input", _adds),
        Scenario("is exact for every position", _waves),
        Scenario("takes an odd number of features", _odd),
        Scenario("keeps its table as a buffer that is not saved", _state),
        Scenario("keeps the dtype of its input", _dtypes),
        Scenario("lets the gradient through", _gradient),
        Scenario("refuses what is too long", _long),
        Scenario("shares nothing with another", _apart),
        twin="the solution",
    )
