"""nnbook.nn.LSTM against torch.nn.LSTM."""

import copy
import itertools
import pickle
import warnings

import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from nnbook.nn.recurrent import LSTM

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)] if torch.cuda.is_available() else ["cpu"]
TOLERANCE = {torch.float32: {"rtol": 1e-4, "atol": 2e-5}, torch.float64: {"rtol": 1e-10, "atol": 1e-11}}
NAMES = ("num_layers", "bias", "batch_first", "bidirectional", "proj_size")
VALUES = itertools.product((1, 2), (True, False), (True, False), (True, False), (0, 2))
OPTIONS = [dict(zip(NAMES, values, strict=True)) for values in VALUES]


def name_of(options):
    return ",".join(f"{k}={v}" for k, v in options.items() if v)


def pair(*args, dtype=torch.float64, device="cpu", **options):
    """One LSTM of each kind, with the same weights."""
    torch.manual_seed(1)
    theirs = torch.nn.LSTM(*args, **options, dtype=dtype, device=device)
    ours = LSTM(*args, **options, dtype=dtype, device=device)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def draw(*shape, dtype=torch.float64, device="cpu", seed=0, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) * scale).to(device, dtype)


def hidden_for(lstm, *batch, **kwargs):
    rows = lstm.num_layers * (2 if lstm.bidirectional else 1)
    return (
        draw(rows, *batch, lstm.proj_size or lstm.hidden_size, seed=5, **kwargs),
        draw(rows, *batch, lstm.hidden_size, seed=6, **kwargs),
    )


def observe(lstm, x, hidden, lengths=None):
    """Everything one sees of a pass: outputs, states, and the gradients of input, initial state and weights."""
    lstm.zero_grad()
    x = x.clone().requires_grad_()
    given = None if hidden is None else tuple(h.clone().requires_grad_() for h in hidden)
    if lengths is None:
        output, last = lstm(x, given)
    else:
        packed = pack_padded_sequence(x, lengths, batch_first=lstm.batch_first, enforce_sorted=False)
        output, last = lstm(packed, given)
        assert type(output) is PackedSequence
        output, back = pad_packed_sequence(output, batch_first=lstm.batch_first)
        assert back.tolist() == lengths
    seen = [output, *last]
    # Random cotangents: a sum would hide a wrong order of rows.
    sum((t * draw(*t.shape, seed=i).to(t)).sum() for i, t in enumerate(seen, 20)).backward()
    seen += [x.grad, *(h.grad for h in given or ()), *(p.grad for p in lstm.parameters())]
    return [t.detach() for t in seen]


def assert_same(ours, theirs, x, hidden, lengths=None, **tolerance):
    got, expected = observe(ours, x, hidden, lengths), observe(theirs, x, hidden, lengths)
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        torch.testing.assert_close(a, b, **(tolerance or TOLERANCE[x.dtype]))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("options", OPTIONS, ids=name_of)
def test_every_combination_of_options(options, dtype, device):
    ours, theirs = pair(3, 4, **options, dtype=dtype, device=device)
    kind = {"dtype": dtype, "device": device}
    x = draw(2, 5, 3, **kind) if options["batch_first"] else draw(5, 2, 3, **kind)
    assert_same(ours, theirs, x, None)
    assert_same(ours, theirs, x, hidden_for(ours, 2, **kind))

    one = draw(5, 3, **kind)
    assert_same(ours, theirs, one, None)
    assert_same(ours, theirs, one, hidden_for(ours, **kind))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("lengths", [[2, 5, 3, 5], [4, 4, 4, 4], [1, 1, 6, 1]], ids=str)
@pytest.mark.parametrize("options", OPTIONS, ids=name_of)
def test_packed_sequences(options, lengths, device):
    ours, theirs = pair(3, 4, **options, device=device)
    x = draw(4, max(lengths), 3, device=device)
    x = x if options["batch_first"] else x.transpose(0, 1)
    assert_same(ours, theirs, x, None, lengths)
    assert_same(ours, theirs, x, hidden_for(ours, 4, device=device), lengths)


def test_packed_sorted_has_no_indices():
    ours, theirs = pair(3, 4, bidirectional=True)
    packed = pack_padded_sequence(draw(5, 2, 3), [5, 2])
    (a, _), (b, _) = ours(packed), theirs(packed)
    assert a.sorted_indices is None and a.unsorted_indices is None
    torch.testing.assert_close(a.data, b.data)
    assert torch.equal(a.batch_sizes, b.batch_sizes)


@pytest.mark.parametrize("scale", [1e-30, 30.0, 1e4, -1e4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_extreme_inputs_stay_finite_and_equal(scale, dtype):
    ours, theirs = pair(3, 4, num_layers=2, bidirectional=True, dtype=dtype)
    x = draw(5, 2, 3, dtype=dtype, scale=scale)
    # Judged by torch in float64: near a saturated gate 1 − σ loses most digits in float32, and torch itself is then off
    # by 1e-4 in the gradient of a weight that meets inputs of 1e4.
    got, expected = observe(ours, x, None), observe(theirs.double(), x.double(), None)
    for a, b in zip(got, expected, strict=True):
        assert a.dtype == dtype and a.isfinite().all()
        size = max(1.0, b.abs().max().item())
        torch.testing.assert_close(a.double(), b, rtol=0, atol=size * (1e-5 if dtype == torch.float32 else 1e-11))


def test_gradient_at_exactly_zero():
    # Zero weights and inputs put every gate at σ(0), where a piecewise formula could have a kink.
    ours, theirs = pair(3, 4)
    with torch.no_grad():
        for p in [*ours.parameters(), *theirs.parameters()]:
            p.zero_()
    assert_same(ours, theirs, torch.zeros(2, 2, 3, dtype=torch.float64), hidden_for(ours, 2))


def test_gradcheck_twice():
    ours, _ = pair(2, 3, num_layers=2, bidirectional=True, proj_size=2)
    x = draw(3, 2, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda t: ours(t)[0], x)
    assert torch.autograd.gradgradcheck(lambda t: ours(t)[0], x)


def test_non_contiguous_and_empty_batch():
    ours, theirs = pair(3, 4, num_layers=2, bidirectional=True)
    assert_same(ours, theirs, draw(3, 2, 5).permute(2, 1, 0), None)
    assert_same(ours, theirs, draw(2, 10, 3)[:, ::2].transpose(0, 1), None)
    assert_same(ours, theirs, draw(5, 0, 3), None)


def test_inputs_are_left_alone():
    ours, _ = pair(3, 4, num_layers=2)
    x, hidden = draw(5, 2, 3), hidden_for(ours, 2)
    before = [t.clone() for t in (x, *hidden)]
    ours(x, hidden)
    assert all(torch.equal(a, b) for a, b in zip(before, (x, *hidden), strict=True))


@pytest.mark.parametrize("p", [0.3, 1.0])
def test_dropout_draws_like_torch_in_training_and_rests_in_eval(p):
    ours, theirs = pair(3, 4, num_layers=3, dropout=p, bidirectional=True, batch_first=True)
    x = draw(2, 5, 3)
    for lengths in (None, [5, 2]):
        for lstm in (ours, theirs):
            lstm.train()
        torch.manual_seed(7)
        got = observe(ours, x, None, lengths)
        torch.manual_seed(7)
        expected = observe(theirs, x, None, lengths)
        for a, b in zip(got, expected, strict=True):
            torch.testing.assert_close(a, b, **TOLERANCE[torch.float64])

        assert_same(ours.eval(), theirs.eval(), x, None, lengths)
        assert not torch.allclose(got[0], observe(ours, x, None, lengths)[0])


@pytest.mark.parametrize("options", OPTIONS, ids=name_of)
def test_same_draws_names_and_printed_form(options):
    torch.manual_seed(3)
    theirs = torch.nn.LSTM(3, 4, **options)
    torch.manual_seed(3)
    ours = LSTM(3, 4, **options)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for (a, p), (b, q) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert a == b and torch.equal(p, q)
    names = {id(p): name for name, p in ours.named_parameters()}
    their_names = {id(p): name for name, p in theirs.named_parameters()}
    assert [[names[id(p)] for p in layer] for layer in ours.all_weights] == [
        [their_names[id(p)] for p in layer] for layer in theirs.all_weights
    ]


def test_printed_form_with_dropout():
    for kwargs in ({"num_layers": 2, "dropout": 0.5}, {"num_layers": 2, "dropout": 1}):
        assert repr(LSTM(3, 4, **kwargs)) == repr(torch.nn.LSTM(3, 4, **kwargs))


def test_state_dict_both_ways_copy_and_pickle():
    options = {"num_layers": 2, "bidirectional": True, "proj_size": 2}
    ours, theirs = LSTM(3, 4, **options), torch.nn.LSTM(3, 4, **options)
    theirs.load_state_dict(ours.state_dict())
    x = draw(5, 2, 3, dtype=torch.float32)
    for twin in (theirs, copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        torch.testing.assert_close(twin(x)[0], ours(x)[0])
    ours.flatten_parameters()
    assert ours.double()(x.double())[0].dtype == torch.float64


def test_replaced_weights_are_used():
    ours, theirs = pair(3, 4)
    for lstm, kind in ((ours, type(ours.weight_hh_l0)), (theirs, torch.nn.Parameter)):
        lstm.weight_hh_l0 = kind(torch.full((16, 4), 0.1, dtype=torch.float64))
    assert_same(ours, theirs, draw(5, 2, 3), None)


def kind_of_error(call):
    try:
        call()
    except Exception as error:
        return type(error)
    return None


BAD_ARGUMENTS = [
    {"dropout": "a"},
    {"dropout": None},
    {"dropout": True},
    {"dropout": 1.5},
    {"dropout": -0.1},
    {"num_layers": 0},
    {"num_layers": 1.5},
    {"proj_size": -1},
    {"proj_size": 4},
    {"bias": 1},
    {"batch_first": 0},
    {"input_size": 3.0},
    {"input_size": 0},
    {"hidden_size": 0},
    {"hidden_size": "4"},
]


@pytest.mark.parametrize("bad", BAD_ARGUMENTS, ids=str)
def test_kinds_of_error_when_built(bad):
    arguments = {"input_size": 3, "hidden_size": 4} | bad
    expected = kind_of_error(lambda: torch.nn.LSTM(**arguments))
    assert expected is not None
    assert kind_of_error(lambda: LSTM(**arguments)) is expected


BAD_INPUTS = {
    "1-D": ((3,), None),
    "4-D": ((5, 2, 3, 1), None),
    "width": ((5, 2, 4), None),
    "width, unbatched": ((5, 4), None),
    "no steps": ((0, 2, 3), None),
    "no steps, unbatched": ((0, 3), None),
    "h too wide": ((5, 2, 3), [(1, 2, 5), (1, 2, 4)]),
    "c too wide": ((5, 2, 3), [(1, 2, 4), (1, 2, 5)]),
    "h of another batch": ((5, 2, 3), [(1, 3, 4), (1, 3, 4)]),
    "h of two layers": ((5, 2, 3), [(2, 2, 4), (2, 2, 4)]),
    "2-D h": ((5, 2, 3), [(1, 4), (1, 4)]),
    "3-D h, unbatched": ((5, 3), [(1, 1, 4), (1, 1, 4)]),
    "h alone": ((5, 2, 3), [(1, 2, 4)]),
    "three states": ((5, 2, 3), [(1, 2, 4), (1, 2, 4), (1, 2, 4)]),
}


@pytest.mark.parametrize("shape, hidden", BAD_INPUTS.values(), ids=BAD_INPUTS)
def test_kinds_of_error_when_called(shape, hidden):
    ours, theirs = pair(3, 4)
    given = None if hidden is None else tuple(draw(*s) for s in hidden)
    expected = kind_of_error(lambda: theirs(draw(*shape), given))
    assert expected is not None
    assert kind_of_error(lambda: ours(draw(*shape), given)) is expected


def test_kinds_of_error_of_dtypes_and_packed_input():
    ours, theirs = pair(3, 4)
    packed = pack_padded_sequence(draw(5, 2, 3), [5, 3])
    h = torch.zeros(1, 2, 4, dtype=torch.float64)
    calls = [
        lambda m: m(draw(5, 2, 3, dtype=torch.float32)),
        lambda m: m(torch.zeros(5, 2, 3, dtype=torch.int64)),
        lambda m: m(draw(5, 2, 3), torch.zeros(1, 2, 4, dtype=torch.float64)),
        lambda m: m(draw(5, 2, 3), (h.float(), h.float())),
        lambda m: m(packed, (h[:, :1], h[:, :1])),
        lambda m: m(packed, (h[..., :3], h[..., :3])),
        lambda m: m(pack_padded_sequence(draw(5, 2, 4), [5, 3])),
        lambda m: m(pack_padded_sequence(draw(5, 2, 3, dtype=torch.float32), [5, 3])),
    ]
    for call in calls:
        expected = kind_of_error(lambda call=call: call(theirs))
        assert expected is not None
        assert kind_of_error(lambda call=call: call(ours)) is expected


def test_dropout_on_one_layer_warns_and_nothing_else_does():
    with pytest.warns(UserWarning, match="non-zero dropout expects"):
        LSTM(3, 4, dropout=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LSTM(3, 4, num_layers=2, dropout=0.5)
