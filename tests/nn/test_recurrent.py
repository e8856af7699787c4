"""nnbook.nn's LSTM, RNN and GRU, their cells and utils.rnn against torch.nn's."""

import copy
import itertools
import pickle
import warnings

import pytest
import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

import nnbook.nn
from nnbook.nn.recurrent import GRU, LSTM, RNN
from nnbook.nn.recurrent_time import GRUInTime, LSTMInTime, RNNInTime, ThroughTime, Walk
from nnbook.nn.utils import rnn

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)] if torch.cuda.is_available() else ["cpu"]
TOLERANCE = {torch.float32: {"rtol": 1e-4, "atol": 2e-5}, torch.float64: {"rtol": 1e-10, "atol": 1e-11}}
NAMES = ("num_layers", "bias", "batch_first", "bidirectional", "proj_size")
VALUES = itertools.product((1, 2), (True, False), (True, False), (True, False), (0, 2))
OPTIONS = [dict(zip(NAMES, values, strict=True)) for values in VALUES]


def name_of(options):
    return ",".join(f"{k}={v}" for k, v in options.items() if v)


# What is asked of all kinds: the options of the LSTM but proj_size.
KINDS = {"tanh": ("RNN", {}), "relu": ("RNN", {"nonlinearity": "relu"}), "GRU": ("GRU", {})}
SHARED = [{k: v for k, v in options.items() if k != "proj_size"} for options in OPTIONS if not options["proj_size"]]


def pair(*args, kind="LSTM", dtype=torch.float64, device="cpu", **options):
    """One layer of each library, with the same weights."""
    torch.manual_seed(1)
    theirs = getattr(torch.nn, kind)(*args, **options, dtype=dtype, device=device)
    ours = getattr(nnbook.nn, kind)(*args, **options, dtype=dtype, device=device)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def draw(*shape, dtype=torch.float64, device="cpu", seed=0, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) * scale).to(device, dtype)


def hidden_for(lstm, *batch, **kwargs):
    rows = lstm.num_layers * (2 if lstm.bidirectional else 1)
    h = draw(rows, *batch, lstm.proj_size or lstm.hidden_size, seed=5, **kwargs)
    return (h, draw(rows, *batch, lstm.hidden_size, seed=6, **kwargs)) if lstm.mode == "LSTM" else (h,)


def observe(lstm, x, hidden, lengths=None):
    """Everything one sees of a pass: outputs, states, and the gradients of input, initial state and weights."""
    lstm.zero_grad()
    x = x.clone().requires_grad_()
    given = None if hidden is None else tuple(h.clone().requires_grad_() for h in hidden)
    hx = given[0] if given is not None and lstm.mode != "LSTM" else given
    if lengths is None:
        output, last = lstm(x, hx)
    else:
        packed = pack_padded_sequence(x, lengths, batch_first=lstm.batch_first, enforce_sorted=False)
        output, last = lstm(packed, hx)
        assert type(output) is PackedSequence
        output, back = pad_packed_sequence(output, batch_first=lstm.batch_first)
        assert back.tolist() == lengths
    seen = [output, *(last if lstm.mode == "LSTM" else [last])]
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
@pytest.mark.parametrize("options", [o for o in OPTIONS if o["num_layers"] == 2], ids=name_of)
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
@pytest.mark.parametrize("options", SHARED, ids=name_of)
@pytest.mark.parametrize("kind", KINDS)
def test_rnn_and_gru_with_every_combination_of_options(kind, options, device):
    name, more = KINDS[kind]
    ours, theirs = pair(3, 4, **options, **more, kind=name, device=device)
    x = draw(2, 5, 3, device=device) if options["batch_first"] else draw(5, 2, 3, device=device)
    assert_same(ours, theirs, x, hidden_for(ours, 2, device=device))
    assert_same(ours, theirs, draw(5, 3, device=device), None)
    x = draw(4, 6, 3, device=device) if options["batch_first"] else draw(6, 4, 3, device=device)
    assert_same(ours, theirs, x, hidden_for(ours, 4, device=device), [2, 6, 3, 5])


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("lengths", [[2, 5, 3, 5], [4, 4, 4, 4], [1, 1, 6, 1]], ids=str)
@pytest.mark.parametrize("options", [o for o in OPTIONS if o["bias"]], ids=name_of)
def test_packed_sequences(options, lengths, device):
    ours, theirs = pair(3, 4, **options, device=device)
    x = draw(4, max(lengths), 3, device=device)
    x = x if options["batch_first"] else x.transpose(0, 1)
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
    # Judged by torch in float64: near a saturated gate 1 − σ loses most digits in float32 (σ is good to 6e-8); torch
    # itself is then off by 1e-4 in the gradient of a weight that meets inputs of 1e4 at each step.
    rounding = max(1e-5, 1e-7 * abs(scale)) if dtype == torch.float32 else 1e-11
    got, expected = observe(ours, x, None), observe(theirs.double(), x.double(), None)
    for a, b in zip(got, expected, strict=True):
        assert a.dtype == dtype and a.isfinite().all()
        size = max(1.0, b.abs().max().item())
        torch.testing.assert_close(a.double(), b, rtol=0, atol=size * rounding)


def test_gradient_at_exactly_zero():
    # Zero weights and inputs put every gate at σ(0), where a piecewise formula could have a kink.
    ours, theirs = pair(3, 4)
    with torch.no_grad():
        for p in [*ours.parameters(), *theirs.parameters()]:
            p.zero_()
    assert_same(ours, theirs, torch.zeros(2, 2, 3, dtype=torch.float64), hidden_for(ours, 2))


BY_HAND = {
    "tanh": (lambda: RNN(2, 2), RNNInTime("tanh")),
    "relu": (lambda: RNN(2, 2, nonlinearity="relu"), RNNInTime("relu")),
    "LSTM": (lambda: LSTM(2, 2), LSTMInTime()),
    "LSTM with a projection": (lambda: LSTM(2, 2, proj_size=1), LSTMInTime()),
    "GRU": (lambda: GRU(2, 2), GRUInTime()),
}


@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("kind", BY_HAND)
def test_backpropagation_by_hand(kind, reverse):
    """The derivative by hand: numerically, twice, and against autograd on the plain form."""
    build, fast = BY_HAND[kind]
    torch.manual_seed(3)
    layer = build().double()
    walk = Walk([3, 2, 1], reverse)  # packed: three sequences of lengths 3, 2 and 1
    first = [draw(3, width, seed=k).requires_grad_() for k, width in enumerate(layer._state_widths)]
    weights = layer._weights("_l0")
    tensors = [draw(6, 2).requires_grad_(), *weights, *first]
    inputs = [t for t in tensors if t is not None]

    def by_hand(*given):
        given = iter(given)
        return ThroughTime.apply(
            fast, layer._run_direction, walk, *(None if t is None else next(given) for t in tensors)
        )

    out, last = layer._run_direction(walk, *tensors)
    for a, b in zip(by_hand(*inputs), (out, *last), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)
    assert torch.autograd.gradcheck(by_hand, inputs)
    assert torch.autograd.gradgradcheck(lambda x, h: by_hand(x, *inputs[1:-1], h), (inputs[0], inputs[-1]))


def test_gradients_of_gradients_reach_the_weights_of_stacked_layers():
    ours, theirs = pair(2, 3, num_layers=2, bidirectional=True)
    seen = []
    for layer in (ours, theirs):
        x = draw(3, 2, 2).requires_grad_()
        (slope,) = torch.autograd.grad(layer(x)[0].square().sum(), x, create_graph=True)
        seen.append(torch.autograd.grad(slope.square().sum(), list(layer.parameters())))
    for a, b in zip(*seen, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("frozen", ["weight_ih_l0", "weight_hh_l0", "bias_hh_l0"])
def test_frozen_weights_get_no_gradient(frozen):
    ours, theirs = pair(3, 4, kind="GRU")
    for layer in (ours, theirs):
        getattr(layer, frozen).requires_grad_(False)
        layer(draw(5, 2, 3))[0].square().sum().backward()
    for (name, a), b in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert (a.grad is None) == (b.grad is None) == (name == frozen)
        if a.grad is not None:
            torch.testing.assert_close(a.grad, b.grad)


@pytest.mark.parametrize("kind", ["LSTM", "RNN", "GRU"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision(kind, dtype):
    ours, theirs = pair(3, 4, kind=kind, dtype=dtype, bidirectional=True)
    got, expected = observe(ours, draw(5, 2, 3, dtype=dtype), None), observe(theirs, draw(5, 2, 3, dtype=dtype), None)
    for a, b in zip(got, expected, strict=True):
        assert a.dtype == dtype
        torch.testing.assert_close(a, b, rtol=5e-2, atol=5e-2)


def test_autocast_runs_step_by_step():
    ours, theirs = pair(3, 4, dtype=torch.float32)
    # torch's fast library has no bfloat16 LSTM for processors without AVX-512; torch's own kernel runs on all
    with torch.autocast("cpu", torch.bfloat16), torch.backends.mkldnn.flags(enabled=False):
        (a, _), (b, _) = ours(draw(5, 2, 3, dtype=torch.float32)), theirs(draw(5, 2, 3, dtype=torch.float32))
    torch.testing.assert_close(a.float(), b.float(), rtol=5e-2, atol=5e-2)


@pytest.mark.parametrize("kind", ["LSTM", "RNN", "GRU"])
def test_shapes_without_data(kind):
    """On the "meta" device only shapes are computed."""
    layer = getattr(nnbook.nn, kind)(3, 4, 2, bidirectional=True, device="meta")
    output, state = layer(torch.empty(5, 2, 3, device="meta"))
    assert output.shape == (5, 2, 8)
    assert (state[0] if kind == "LSTM" else state).shape == (4, 2, 4)


@pytest.mark.parametrize("kind", ["LSTM", "RNN", "GRU"])
def test_a_second_backward_pass_gives_the_same_gradient(kind):
    layer = getattr(nnbook.nn, kind)(3, 4)
    loss = layer(draw(5, 2, 3, dtype=torch.float32))[0].square().sum()
    first, second = (torch.autograd.grad(loss, list(layer.parameters()), retain_graph=True) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_torchs_layers_take_our_packed_sequences():
    ours, theirs = pair(3, 4)
    packed = rnn.pack_sequence([draw(3, 3), draw(1, 3, seed=1)])
    torch.testing.assert_close(ours(packed)[0].data, theirs(packed)[0].data)


@pytest.mark.parametrize("kind", ["RNN", "GRU"])
def test_a_projection_is_the_lstms_alone(kind):
    for library in (torch.nn, nnbook.nn):
        with pytest.raises(ValueError, match="proj_size"):
            getattr(library, kind)(3, 4, proj_size=2)
    with pytest.raises(TypeError):
        getattr(nnbook.nn, kind)(3, 4, nonsense=2)


def test_unknown_nonlinearities():
    with pytest.raises(ValueError, match="nonlinearity"):
        RNN(3, 4, nonlinearity="sigmoid")
    with pytest.raises(RuntimeError, match="nonlinearity"):
        nnbook.nn.RNNCell(3, 4, nonlinearity="sigmoid")(draw(2, 3))


CELLS = {
    "tanh": ("RNNCell", {}),
    "relu": ("RNNCell", {"nonlinearity": "relu"}),
    "no bias": ("RNNCell", {"bias": False}),
    "LSTM": ("LSTMCell", {}),
    "GRU": ("GRUCell", {"bias": False}),
}


@pytest.mark.parametrize("shape", [(3,), (2, 3), (0, 3)], ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_cells(cell, shape):
    name, options = CELLS[cell]
    torch.manual_seed(2)
    theirs = getattr(torch.nn, name)(3, 4, **options, dtype=torch.float64)
    torch.manual_seed(2)
    ours = getattr(nnbook.nn, name)(3, 4, **options, dtype=torch.float64)
    assert repr(ours) == repr(theirs)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a, b)
    states = tuple(draw(*shape[:-1], 4, seed=k) for k in range(2 if name == "LSTMCell" else 1))
    for hx in (None, states if len(states) == 2 else states[0]):
        a, b = ours(draw(*shape), hx), theirs(draw(*shape), hx)
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


# utils.rnn ------------------------------------------------------------------------------------------------------------

THEIRS = torch.nn.utils.rnn


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("lengths", [[5, 3, 3, 1], [3, 5, 1, 3]], ids=["sorted", "unsorted"])
def test_packing_and_padding(lengths, batch_first):
    x = draw(4, 6, 2, 3) if batch_first else draw(6, 4, 2, 3)
    x = x.requires_grad_()
    ordered = lengths == sorted(lengths, reverse=True)
    ours, theirs = (m.pack_padded_sequence(x, lengths, batch_first, ordered) for m in (rnn, THEIRS))
    assert type(ours) is type(theirs)
    for a, b in zip(ours, theirs, strict=True):
        assert (a is None and b is None) or torch.equal(a, b)
    for total in (None, 7):
        a, b = (m.pad_packed_sequence(theirs, batch_first, -1.0, total) for m in (rnn, THEIRS))
        assert torch.equal(a[0], b[0]) and torch.equal(a[1], b[1])
    slopes = [torch.autograd.grad(m.pad_packed_sequence(m.pack_padded_sequence(x, lengths, batch_first, ordered))[0]
              .square().sum(), x)[0] for m in (rnn, THEIRS)]  # fmt: skip
    assert torch.equal(*slopes)
    for a, b in zip(rnn.unpack_sequence(ours), THEIRS.unpack_sequence(theirs), strict=True):
        assert torch.equal(a, b)


def test_a_padded_tensor_is_left_as_it_was():
    x = draw(6, 4, 3)
    pieces = rnn.unpad_sequence(x, torch.tensor([2, 6, 1, 3]))
    assert x.shape == (6, 4, 3)
    for a, b in zip(pieces, THEIRS.unpad_sequence(x.clone(), torch.tensor([2, 6, 1, 3])), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("side", ["left", "right"])
def test_sequences_of_unequal_lengths(batch_first, side):
    pieces = [draw(n, 2, seed=n) for n in (3, 1, 4, 0)]
    a, b = (m.pad_sequence(pieces, batch_first, 9.0, side) for m in (rnn, THEIRS))
    assert torch.equal(a, b)
    a, b = (m.pack_sequence(pieces[:3], enforce_sorted=False) for m in (rnn, THEIRS))
    assert all(torch.equal(s, t) for s, t in zip(a, b, strict=True))
    order = torch.tensor([2, 0, 1])
    assert torch.equal(rnn.invert_permutation(order), THEIRS.invert_permutation(order))
    assert rnn.invert_permutation(None) is None


BAD_PACKING = {
    "not sorted": lambda m: m.pack_padded_sequence(draw(5, 2, 1), [2, 3]),
    "length 0": lambda m: m.pack_padded_sequence(draw(5, 2, 1), [2, 0]),
    "one length for two": lambda m: m.pack_padded_sequence(draw(5, 2, 1), [2]),
    "no sequence": lambda m: m.pack_padded_sequence(draw(5, 0, 1), []),
    "2-D lengths": lambda m: m.pack_padded_sequence(draw(5, 2, 1), torch.tensor([[2, 1]])),
    "total too small": lambda m: m.pad_packed_sequence(THEIRS.pack_padded_sequence(draw(5, 2, 1), [2, 2]), False, 0, 1),
    "empty list": lambda m: m.pad_sequence([]),
    "no list": lambda m: m.pad_sequence(3),
    "other widths": lambda m: m.pad_sequence([draw(2, 3), draw(2, 4)]),
    "side": lambda m: m.pad_sequence([draw(2, 3)], padding_side="top"),
    "too few lengths": lambda m: m.unpad_sequence(draw(3, 2), torch.tensor([2])),
}


@pytest.mark.parametrize("call", BAD_PACKING.values(), ids=BAD_PACKING)
def test_kinds_of_error_when_packing(call):
    expected = kind_of_error(lambda: call(THEIRS))
    assert expected is not None
    assert kind_of_error(lambda: call(rnn)) is expected


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
