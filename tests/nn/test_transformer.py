"""The Transformer family against torch's."""

import copy
import pickle

import pytest
import torch

import nnbook.nn

EXACT = {"rtol": 1e-9, "atol": 1e-10}
SMALL = {"dim_feedforward": 7, "dtype": torch.float64}


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def pair(build):
    """The same built of both libraries, from the same draws: the weights are equal, too."""
    made = []
    for library in (nnbook.nn, torch.nn):
        torch.manual_seed(4)
        made.append(build(library))
    ours, theirs = made
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for (name, a), b in zip(ours.state_dict().items(), theirs.state_dict().values(), strict=True):
        assert torch.equal(a, b), name
    return made


def assert_same(ours, theirs, *inputs, seed=3, **kwargs):
    seen = []
    for module in (ours, theirs):
        leaves = [x.clone().requires_grad_() for x in inputs]
        torch.manual_seed(seed)
        y = module(*leaves, **kwargs)
        slopes = torch.autograd.grad((y * draw(*y.shape, seed=8)).sum(), [*leaves, *module.parameters()])
        seen.append([y, *slopes])
    for a, b in zip(*seen, strict=True):
        torch.testing.assert_close(a, b, **EXACT)


OPTIONS = [
    {},
    {"norm_first": True, "activation": "gelu"},
    {"batch_first": True, "bias": False, "dropout": 0.0},
    {"layer_norm_eps": 0.1, "activation": torch.tanh, "dropout": 0.4},
]
CAUSAL = nnbook.nn.Transformer.generate_square_subsequent_mask(5, dtype=torch.float64)
PADDING = torch.tensor([[False, False, False, True, True], [False] * 5])


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options) or "defaults")
def test_layers(options):
    x, memory = (draw(5, 2, 8), draw(6, 2, 8, seed=1))
    if options.get("batch_first"):
        x, memory = x.transpose(0, 1), memory.transpose(0, 1)
    ours, theirs = pair(lambda nn: nn.TransformerEncoderLayer(8, 2, **SMALL, **options))
    assert_same(ours, theirs, x)
    assert_same(ours.eval(), theirs.eval(), x, src_mask=CAUSAL)
    assert_same(ours, theirs, x, src_mask=CAUSAL, is_causal=True)
    assert_same(ours, theirs, x, src_mask=CAUSAL < 0, src_key_padding_mask=PADDING)
    ours, theirs = pair(lambda nn: nn.TransformerDecoderLayer(8, 2, **SMALL, **options))
    assert_same(ours, theirs, x, memory)
    padding = torch.zeros(2, 6, dtype=torch.bool).index_fill(1, torch.tensor(5), True)
    masks = {"tgt_mask": CAUSAL < 0, "tgt_key_padding_mask": PADDING, "memory_key_padding_mask": padding}
    assert_same(ours.eval(), theirs.eval(), x, memory, **masks, memory_mask=draw(5, 6) > 1)
    assert_same(ours, theirs, x, memory, tgt_mask=CAUSAL, tgt_is_causal=True)


@pytest.mark.parametrize("options", OPTIONS[:3], ids=lambda options: "-".join(options) or "defaults")
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_stacks_and_the_whole(options):
    src, tgt = draw(6, 2, 8, seed=1), draw(5, 2, 8)
    if options.get("batch_first"):
        src, tgt = src.transpose(0, 1), tgt.transpose(0, 1)
    ours, theirs = pair(lambda nn: nn.Transformer(8, 2, num_encoder_layers=2, num_decoder_layers=2, **SMALL, **options))
    masks = {"tgt_mask": CAUSAL, "src_mask": draw(6, 6, seed=3), "memory_mask": draw(5, 6, seed=2)}
    assert_same(ours, theirs, src, tgt, **masks)
    assert_same(ours.eval(), theirs.eval(), src, tgt, tgt_mask=CAUSAL < 0, tgt_key_padding_mask=PADDING)
    assert_same(ours, theirs, src[..., 0, :] if not options.get("batch_first") else src[0], draw(5, 8))


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_stacks_without_norm_are_copies():
    ours, theirs = pair(lambda nn: nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, **SMALL), 2))
    assert_same(ours, theirs, draw(5, 2, 8), mask=CAUSAL, is_causal=True)
    first, second = ours.layers
    assert first.linear1.weight is not second.linear1.weight and torch.equal(
        first.linear1.weight, second.linear1.weight
    )
    ours, theirs = pair(
        lambda nn: nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, **SMALL), 2, nn.LayerNorm(8).double())
    )
    assert_same(ours, theirs, draw(5, 2, 8), draw(6, 2, 8, seed=1), tgt_mask=CAUSAL, tgt_is_causal=True)


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_torchs_inference_path_has_the_same_values():
    ours, theirs = pair(lambda nn: nn.TransformerEncoderLayer(8, 2, batch_first=True, **SMALL))
    with torch.no_grad():
        a, b = (m.eval()(draw(2, 5, 8), src_key_padding_mask=PADDING) for m in (ours, theirs))
    torch.testing.assert_close(a[~PADDING], b[~PADDING], **EXACT)


def test_own_encoder_and_decoder():
    def build(nn):
        return nn.Transformer(8, 2, custom_encoder=Ignores(), custom_decoder=Ignores())

    class Ignores(torch.nn.Module):
        def forward(self, x, *memory, **masks):
            return x * 2 + sum(m.mean() for m in memory)

    ours, theirs = pair(build)
    assert torch.equal(ours(draw(3, 2, 8), draw(4, 2, 8)), theirs(draw(3, 2, 8), draw(4, 2, 8)))


def test_copies_and_pickles():
    ours, _ = pair(lambda nn: nn.TransformerEncoderLayer(8, 2, **SMALL))
    x = draw(3, 2, 8)
    for other in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert torch.equal(other.eval()(x), ours.eval()(x))


def test_causal_mask():
    for options in ({}, {"dtype": torch.float64}):
        a, b = (nn.Transformer.generate_square_subsequent_mask(4, **options) for nn in (nnbook.nn, torch.nn))
        assert torch.equal(a, b) and a.dtype == b.dtype


BAD = {
    "activation": lambda nn: nn.TransformerEncoderLayer(8, 2, activation="tanh"),
    "heads": lambda nn: nn.TransformerDecoderLayer(8, 3),
    "batches": lambda nn: nn.Transformer(8, 2, 1, 1, 8)(torch.zeros(3, 2, 8), torch.zeros(3, 1, 8)),
    "width": lambda nn: nn.Transformer(8, 2, 1, 1, 8)(torch.zeros(3, 2, 8), torch.zeros(3, 2, 6)),
    "hint": lambda nn: nn.TransformerEncoderLayer(8, 2, 8)(torch.zeros(3, 2, 8), is_causal=True),
}


@pytest.mark.parametrize("call", BAD.values(), ids=BAD)
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_kinds_of_error(call):
    kinds = []
    for library in (torch.nn, nnbook.nn):
        with pytest.raises(Exception) as error:
            call(library)
        kinds.append(error.type)
    assert kinds[0] is kinds[1]
