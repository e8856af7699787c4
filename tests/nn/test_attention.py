"""scaled_dot_product_attention and MultiheadAttention against torch's."""

import itertools

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from nnbook.nn import attention
from nnbook.nn.attention import MultiheadAttention, multi_head_attention_forward, scaled_dot_product_attention

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)] if torch.cuda.is_available() else ["cpu"]
EXACT = {"rtol": 1e-9, "atol": 1e-10}


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def allowed(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) > 0.4


def theirs(*args, **kwargs):
    # torch's fast kernels have no second derivative; its plain one has.
    with sdpa_kernel(SDPBackend.MATH):
        return torch.nn.functional.scaled_dot_product_attention(*args, **kwargs)


def observe(function, tensors, *args, **kwargs):
    """Output, gradients as one trains with them, and gradients of gradients."""
    leaves = [t.clone().requires_grad_() for t in tensors]
    torch.manual_seed(5)
    y = function(*leaves, *args, **kwargs)
    cotangent = draw(*y.shape, seed=9).to(y)
    slopes = torch.autograd.grad(y, leaves, cotangent, retain_graph=True)
    if not y.numel():
        return [y, *slopes]
    again = torch.autograd.grad(y, leaves, cotangent, create_graph=True)
    twice = torch.autograd.grad(sum(s.square().sum() for s in again), leaves)
    return [y, *slopes, *again, *twice]


MASKS = {
    "none": None,
    "bool": allowed(5, 6),
    "float": draw(5, 6),
    "of keys": allowed(2, 1, 1, 6),
    "of batch and head": allowed(2, 3, 5, 6),
    "of heads": draw(3, 5, 6),
    "of batches": draw(2, 1, 5, 6),
    "row of -inf": torch.zeros(5, 6, dtype=torch.float64).index_fill(0, torch.tensor(2), -torch.inf),
    "row of False": allowed(5, 6).index_fill(0, torch.tensor([0, 4]), False),
}


@pytest.mark.parametrize("block", [7, 40, 2**19], ids=["a row", "some rows", "all"])
@pytest.mark.parametrize("mask", MASKS)
def test_masks(mask, block, monkeypatch):
    monkeypatch.setattr(attention, "_BLOCK", block)
    q, k, v = draw(2, 3, 5, 4), draw(2, 3, 6, 4, seed=1), draw(2, 3, 6, 3, seed=2)
    given = MASKS[mask]
    for a, b in zip(
        observe(scaled_dot_product_attention, (q, k, v), given, scale=0.3),
        observe(theirs, (q, k, v), given, scale=0.3),
        strict=True,
    ):
        torch.testing.assert_close(a, b, **EXACT)


SHAPES = {
    "without batch": ((5, 4), (6, 4)),
    "batch": ((3, 5, 4), (3, 6, 4)),
    "two batch dimensions": ((2, 2, 3, 5, 4), (2, 2, 3, 6, 4)),
    "heads to all batches": ((3, 5, 4), (2, 3, 6, 4)),
    "more queries": ((2, 3, 7, 4), (2, 3, 6, 4)),
    "one query": ((2, 3, 1, 4), (2, 3, 6, 4)),
    "no query": ((2, 3, 0, 4), (2, 3, 6, 4)),
    "no batch": ((0, 3, 5, 4), (0, 3, 6, 4)),
}


@pytest.mark.parametrize("block", [10, 2**19], ids=["a row", "all"])
@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
@pytest.mark.parametrize("shapes", SHAPES)
def test_shapes(shapes, causal, block, monkeypatch):
    monkeypatch.setattr(attention, "_BLOCK", block)
    q, kv = SHAPES[shapes]
    tensors = draw(*q), draw(*kv, seed=1), draw(*kv, seed=2)
    for a, b in zip(
        observe(scaled_dot_product_attention, tensors, is_causal=causal),
        observe(theirs, tensors, is_causal=causal),
        strict=True,
    ):
        torch.testing.assert_close(a, b, **EXACT)


def test_no_keys_give_zeros():
    y = scaled_dot_product_attention(draw(2, 3, 4), draw(2, 0, 4), draw(2, 0, 5))
    assert torch.equal(y, torch.zeros(2, 3, 5, dtype=torch.float64))


@pytest.mark.parametrize("options", [{"is_causal": True}, {}, {"dropout_p": 0.4}], ids=str)
def test_grouped_heads_and_dropout(options):
    tensors = draw(2, 6, 5, 4), draw(2, 2, 5, 4, seed=1), draw(2, 2, 5, 4, seed=2)
    got = observe(scaled_dot_product_attention, tensors, enable_gqa=True, **options)
    for a, b in zip(got, observe(theirs, tensors, enable_gqa=True, **options), strict=True):
        torch.testing.assert_close(a, b, **EXACT)


@pytest.mark.parametrize("block", [7, 2**19], ids=["a row", "all"])
def test_gradcheck_of_the_blockwise_form(block, monkeypatch):
    monkeypatch.setattr(attention, "_BLOCK", block)
    mask = allowed(3, 4).index_fill(0, torch.tensor(1), False)
    q, k, v = (draw(2, 1, n, 2, seed=n + 7).requires_grad_() for n in (3, 4, 4))
    for kwargs in ({"attn_mask": mask}, {"is_causal": True}):
        assert torch.autograd.gradcheck(lambda *t, kw=kwargs: scaled_dot_product_attention(*t, **kw), (q, k, v))
        assert torch.autograd.gradgradcheck(lambda *t, kw=kwargs: scaled_dot_product_attention(*t, **kw), (q, k, v))


def test_one_tensor_three_times_and_a_mask_with_a_gradient():
    x, mask = draw(2, 3, 5, 4), draw(5, 5, seed=3)
    for tensors in ((x,), (x, mask)):
        got = observe(lambda x, *m: scaled_dot_product_attention(x, x, x, *m), tensors)
        for a, b in zip(got, observe(lambda x, *m: theirs(x, x, x, *m), tensors), strict=True):
            torch.testing.assert_close(a, b, **EXACT)


def test_weights_are_not_kept():
    """What stands between forward and backward is as large as the inputs, not as L times S."""
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.numel()) or t, lambda t: t):
        q = draw(1, 2, 300, 4, dtype=torch.float32).requires_grad_()
        scaled_dot_product_attention(q, q, q)
    assert max(kept) == q.numel()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_half_precision(dtype):
    tensors = [draw(2, 3, 5, 4, seed=k, dtype=dtype).requires_grad_() for k in range(3)]
    mask = draw(5, 5, seed=4, dtype=torch.float32)
    for given in (None, mask):
        seen = []
        for f in (scaled_dot_product_attention, torch.nn.functional.scaled_dot_product_attention):
            y = f(*tensors, given)
            seen.append([y, *torch.autograd.grad(y.float().square().sum(), tensors)])
        for a, b in zip(*seen, strict=True):
            assert a.dtype == dtype
            torch.testing.assert_close(a, b, rtol=5e-2, atol=5e-2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_large_scores_do_not_overflow(dtype):
    x = draw(2, 5, 4, dtype=dtype) * 1e4
    torch.testing.assert_close(scaled_dot_product_attention(x, x, x), theirs(x, x, x))


X = torch.randn
BAD_CALLS = {
    "mask and causal": lambda f: f(X(2, 3, 4), X(2, 3, 4), X(2, 3, 4), X(3, 3), is_causal=True),
    "vectors": lambda f: f(X(4), X(4), X(4)),
    "widths": lambda f: f(X(3, 4), X(5, 6), X(5, 4)),
    "a key without a value": lambda f: f(X(3, 4), X(5, 4), X(6, 4)),
    "a value without a key": lambda f: f(X(3, 4), X(5, 4), X(4, 4)),
    "batches": lambda f: f(X(2, 3, 4), X(5, 3, 4), X(2, 3, 4)),
    "dtypes": lambda f: f(X(3, 4), X(3, 4).double(), X(3, 4)),
    "dtype of the mask": lambda f: f(X(3, 4), X(3, 4), X(3, 4), X(3, 3).double()),
    "mask of integers": lambda f: f(X(3, 4), X(3, 4), X(3, 4), torch.ones(3, 3, dtype=torch.int64)),
    "size of the mask": lambda f: f(X(3, 4), X(3, 4), X(3, 4), X(5, 5)),
    "heads": lambda f: f(X(1, 8, 3, 4), X(1, 3, 3, 4), X(1, 3, 3, 4), enable_gqa=True),
    "heads without gqa": lambda f: f(X(1, 8, 3, 4), X(1, 2, 3, 4), X(1, 2, 3, 4)),
    "dropout": lambda f: f(X(3, 4), X(3, 4), X(3, 4), dropout_p=1.5),
    "scale by position": lambda f: f(X(3, 4), X(3, 4), X(3, 4), None, 0.0, False, 0.5),
    "no tensor": lambda f: f(1, 2, 3),
}


def kind_of_error(call):
    try:
        call()
    except Exception as error:
        return type(error)
    return None


@pytest.mark.parametrize("call", BAD_CALLS.values(), ids=BAD_CALLS)
def test_kinds_of_error(call):
    expected = kind_of_error(lambda: call(torch.nn.functional.scaled_dot_product_attention))
    assert expected is not None
    assert kind_of_error(lambda: call(scaled_dot_product_attention)) is expected


# MultiheadAttention ---------------------------------------------------------------------------------------------------


def pair(*args, **options):
    options = {"dtype": torch.float64} | options
    made = []
    for kind in (MultiheadAttention, torch.nn.MultiheadAttention):
        torch.manual_seed(1)
        made.append(kind(*args, **options))
    return made


OPTIONS = [
    {},
    {"bias": False},
    {"add_bias_kv": True, "add_zero_attn": True},
    {"kdim": 5, "vdim": 3},
    {"kdim": 5, "vdim": 3, "bias": False, "add_zero_attn": True, "batch_first": True},
    {"batch_first": True, "add_bias_kv": True},
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("batched", [True, False], ids=["batch", "no batch"])
@pytest.mark.filterwarnings("ignore:Support for mismatched")
def test_options_and_masks(options, batched, device):
    layers = [m.to(device) for m in pair(8, 2, **options)]
    length, keys, batch = 4, 5, 3
    widths = [8, options.get("kdim", 8), options.get("vdim", 8)]
    given = [draw(n, batch, w, seed=w + n) for n, w in zip((length, keys, keys), widths, strict=True)]
    forbidden = ~allowed(batch, keys, seed=3)
    forbidden[:, 0] = False
    if not batched:
        given, forbidden = [x[:, 0] for x in given], forbidden[0]
    elif options.get("batch_first"):
        given = [x.transpose(0, 1) for x in given]
    heads = 2 * batch if batched else 2
    upper = torch.ones(length, keys, dtype=torch.bool).triu(1)
    paddings = (None, forbidden, draw(*forbidden.shape, seed=5))
    masks = (None, upper, draw(length, keys, seed=6), ~allowed(heads, length, keys, seed=4))
    for padding, mask, need, average in itertools.product(paddings, masks, (True, False), (True, False)):
        seen = []
        for layer in layers:
            leaves = [x.to(device).requires_grad_() for x in given]
            more = {"need_weights": need, "average_attn_weights": average}
            y, weights = layer(
                *leaves,
                key_padding_mask=None if padding is None else padding.to(device),
                attn_mask=None if mask is None else mask.to(device),
                **more,
            )
            assert (weights is not None) == need
            outputs = [y] if weights is None else [y, weights]
            loss = sum((t * draw(*t.shape, seed=8).to(t)).sum() for t in outputs)
            slopes = torch.autograd.grad(loss, [*leaves, *layer.parameters()], allow_unused=True)
            seen.append([*outputs, *slopes])
        for a, b in zip(*seen, strict=True):
            torch.testing.assert_close(a, b, **EXACT, equal_nan=True)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_same_draws_names_and_printed_form(options):
    ours, torchs = pair(8, 2, **options)
    assert repr(ours) == repr(torchs)
    assert list(ours.state_dict()) == list(torchs.state_dict())
    assert all(torch.equal(a, b) for a, b in zip(ours.state_dict().values(), torchs.state_dict().values(), strict=True))
    torchs.load_state_dict(ours.state_dict())
    ours.load_state_dict(torchs.state_dict())


@pytest.mark.parametrize("need", [True, False])
def test_dropout_in_training_and_the_causal_hint(need):
    ours, torchs = pair(8, 2, dropout=0.3, batch_first=True)
    x = draw(3, 4, 8)
    mask = torch.full((4, 4), -torch.inf, dtype=torch.float64).triu(1)
    for training in (True, False):
        for hint in ({}, {"attn_mask": mask, "is_causal": True}):
            seen = []
            for layer in (ours, torchs):
                torch.manual_seed(3)
                seen.append(layer.train(training)(x, x, x, need_weights=need, **hint))
            torch.testing.assert_close(*seen, **EXACT)


def test_the_hint_stands_for_the_mask():
    """Whoever gives the hint with another mask gets the causal one, as in torch."""
    ours, torchs = pair(8, 2)
    x, mask = draw(4, 3, 8), draw(4, 4, seed=2)
    for more in ({"need_weights": False}, {"key_padding_mask": torch.zeros(3, 4).double()}):
        a, b = (m(x, x, x, attn_mask=mask, is_causal=True, **more)[0] for m in (ours, torchs))
        torch.testing.assert_close(a, b, **EXACT)


def test_a_query_that_sees_nothing():
    ours, torchs = pair(4, 2, batch_first=True)
    x, padding = draw(2, 3, 4), torch.tensor([[True] * 3, [False] * 3])
    for need in (True, False):
        a, b = (m(x, x, x, padding, need)[0] for m in (ours, torchs))
        assert a[0].isnan().all() == need
        torch.testing.assert_close(a, b, **EXACT, equal_nan=True)


def test_static_keys_and_values():
    ours, torchs = pair(4, 2)
    q, kv = draw(5, 3, 4), draw(6, 3, 4, seed=1)
    seen = []
    for layer, f in ((ours, multi_head_attention_forward), (torchs, torch.nn.functional.multi_head_attention_forward)):
        projections = layer.in_proj_weight, layer.in_proj_bias, None, None, False, 0.0
        out = layer.out_proj.weight, layer.out_proj.bias
        static = {"static_k": draw(6, 6, 2, seed=2), "static_v": draw(6, 6, 2, seed=3)}
        seen.append(f(q, kv, kv, 4, 2, *projections, *out, **static))
    torch.testing.assert_close(*seen, **EXACT)


def test_mismatched_masks_warn_and_matched_ones_do_not(recwarn):
    layer, _ = pair(4, 2)
    x, padding = draw(3, 2, 4), torch.zeros(2, 3, dtype=torch.bool)
    layer(x, x, x, padding, attn_mask=torch.zeros(3, 3, dtype=torch.bool))
    assert not recwarn.list
    with pytest.warns(UserWarning, match="mismatched"):
        layer(x, x, x, padding, attn_mask=torch.zeros(3, 3).double())


BAD_INPUTS = {
    "query without batch": lambda m: m(X(4, 8), X(4, 3, 8), X(4, 3, 8)),
    "vectors": lambda m: m(X(8), X(8), X(8)),
    "width": lambda m: m(X(4, 3, 6), X(4, 3, 6), X(4, 3, 6)),
    "fewer values": lambda m: m(X(4, 3, 8), X(5, 3, 8), X(4, 3, 8)),
    "batches": lambda m: m(X(4, 3, 8), X(5, 2, 8), X(5, 2, 8)),
    "hint without mask": lambda m: m(X(4, 3, 8), X(4, 3, 8), X(4, 3, 8), is_causal=True),
    "mask too small": lambda m: m(X(4, 3, 8), X(4, 3, 8), X(4, 3, 8), attn_mask=X(3, 4)),
    "mask of too few heads": lambda m: m(X(4, 3, 8), X(4, 3, 8), X(4, 3, 8), attn_mask=X(3, 4, 4)),
    "mask of too many heads": lambda m: m(X(4, 8), X(4, 8), X(4, 8), attn_mask=X(3, 4, 4)),
    "4-D mask": lambda m: m(X(4, 3, 8), X(4, 3, 8), X(4, 3, 8), attn_mask=X(1, 3, 4, 4)),
    "padding of another length": lambda m: m(X(4, 3, 8), X(4, 3, 8), X(4, 3, 8), key_padding_mask=X(3, 5)),
    "padding without batch": lambda m: m(X(4, 3, 8), X(4, 3, 8), X(4, 3, 8), key_padding_mask=X(4)),
    "padding of integers": lambda m: m(X(4, 3, 8), X(4, 3, 8), X(4, 3, 8), key_padding_mask=torch.ones(3, 4).long()),
    "dtype": lambda m: m(X(4, 3, 8).double(), X(4, 3, 8).double(), X(4, 3, 8).double()),
    "heads that do not divide": lambda m: type(m)(7, 2),
    "no width": lambda m: type(m)(0, 2),
    "no heads": lambda m: type(m)(8, 0),
}


@pytest.mark.parametrize("call", BAD_INPUTS.values(), ids=BAD_INPUTS)
def test_kinds_of_error_of_the_module(call):
    ours, torchs = pair(8, 2, dtype=torch.float32)
    expected = kind_of_error(lambda: call(torchs))
    assert expected is not None
    assert kind_of_error(lambda: call(ours)) is expected
