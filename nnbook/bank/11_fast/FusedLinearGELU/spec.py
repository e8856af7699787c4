import math

import torch

from nnbook.parity import Case, Init, ModuleSpec, Recorder, Scenario, empty, normal, values


class FusedLinearGELU(torch.nn.Linear):
    """torch's two layers as one."""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, bias)

    def forward(self, x):
        return torch.nn.functional.gelu(super().forward(x))


def _kept(layer, x):
    """Bytes that autograd keeps for the way back, each tensor's memory counted once."""
    memory = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        memory[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        y = layer(x)
    return sum(memory.values()), y


def _saves(candidate, rec: Recorder):
    """what is kept for the way back, for 64 rows of 8 features to 32"""
    for bias in (True, False):
        layer = candidate(8, 32, bias=bias)
        x = rec.tensor(normal(64, 8), bias)
        kept, y = _kept(layer, x)
        allowed = 4 * (64 * 8 + 32 * 8 + 32 + 64 * 32)
        # in whole tensors of the output's size, rounded up
        rec(
            f"tensors kept beyond the input, the weight, the bias and one more, bias={bias}",
            max(0, -(-(kept - allowed) // (4 * 64 * 32))),
        )
        y.sum().backward()
        rec("the gradient of the weight has arrived", layer.weight.grad is not None)
        with torch.no_grad():
            rec("bytes kept without gradients", _kept(layer, x)[0])


def _two_calls(candidate, rec: Recorder):
    """two calls, and then both backward passes"""
    layer = candidate(4, 5)
    with torch.no_grad():
        for name, p in layer.named_parameters():
            p.copy_(torch.randn(p.shape, generator=rec.generator(name)))
    one, two = rec.tensor(normal(6, 4), "one"), rec.tensor(normal(6, 4), "two")
    first, second = layer(one), layer(two)
    first.pow(2).sum().backward()
    second.pow(2).sum().backward()
    rec("gradient of the first input", one.grad)
    rec("gradient of the second input", two.grad)
    rec("gradient of the weight", layer.weight.grad)


def _frozen(candidate, rec: Recorder):
    """an input without a gradient; a frozen weight"""
    layer = candidate(4, 5)
    with torch.no_grad():
        for name, p in layer.named_parameters():
            p.copy_(torch.randn(p.shape, generator=rec.generator(name)))
    x = rec.tensor(normal(6, 4).no_grad())
    layer(x).pow(2).sum().backward()
    rec("gradient of the weight", layer.weight.grad)
    rec("gradient of the bias", layer.bias.grad)
    layer.zero_grad()
    layer.weight.requires_grad_(False)
    x = rec.tensor(normal(6, 4), "again")
    layer(x).pow(2).sum().backward()
    rec("gradient of the input", x.grad)
    rec("the frozen weight has a gradient", layer.weight.grad is not None)


def make(solution):
    return ModuleSpec(
        FusedLinearGELU,
        Case("computes gelu(x W^T + b)", args=(5, 3), inputs=[normal(4, 5)]),
        Case("is right when all sizes are equal", args=(4, 4), inputs=[normal(4, 4), normal(4, 4, 4)]),
        Case("keeps any leading shape", args=(5, 3), inputs=[normal(2, 3, 4, 5)], dtypes=("float64",)),
        Case("takes one row without a batch", args=(5, 3), inputs=[normal(5)], dtypes=("float64",)),
        Case("takes an empty batch", args=(5, 3), inputs=[empty(0, 5)], dtypes=("float64",)),
        Case("works without a bias", args=(5, 3), kwargs={"bias": False}, inputs=[normal(4, 5), normal(2, 3, 5)]),
        Case("takes the bias by position", args=(5, 3, False), inputs=[normal(4, 5)], dtypes=("float64",)),
        Case("makes one number of many", args=(7, 1), inputs=[normal(4, 7)], dtypes=("float64",)),
        Case("makes many numbers of one", args=(1, 6), inputs=[normal(4, 1)], dtypes=("float64",)),
        Case(
            "uses the exact GELU",
            args=(3, 4),
            inputs=[normal(50, 3, std=1.5)],
            dtypes=("float64",),
            why="The tanh form is off by up to 5e-4.",
        ),
        Case("holds far from zero", args=(2, 3), inputs=[values([100.0, -100.0], [40.0, 3.0], [-1e4, 1e4])]),
        Case(
            "remembers nothing of the call before",
            args=(3, 2),
            inputs=[normal(4, 3), normal(2, 3), normal(5, 3)],
            dtypes=("float64",),
        ),
        Scenario(
            "keeps one tensor of the output's size", _saves, why="Each elementwise step of a chain keeps its own."
        ),
        Scenario("keeps two calls apart", _two_calls),
        Scenario("works with frozen parts", _frozen),
        Init("starts like a linear layer", args=(400, 30)),
        name="FusedLinearGELU",
        twin="torch.nn.Linear and torch.nn.GELU",
    )
