import torch

from nnbook.parity import Case, FunctionSpec, constant, normal, probabilities, values


def _by_autograd(grad_output, output, dim=-1):
    """What autograd makes of torch.softmax at this output."""
    return torch.ops.aten._softmax_backward_data(grad_output.detach(), output.detach(), dim, output.dtype)


def make(solution):
    plain = {"grads": False}
    return FunctionSpec(
        _by_autograd,
        Case("weighs each gradient against the row's average", inputs=[(normal(4, 5), probabilities(4, 5))], **plain),
        Case("takes one row without a batch", inputs=[(normal(6), probabilities(6))], **plain),
        Case("goes along the first dimension", args=(0,), inputs=[(normal(4, 5), probabilities(4, 5, dim=0))], **plain),
        Case(
            "is right when all sizes are equal",
            args=(1,),
            inputs=[(normal(4, 4), probabilities(4, 4, dim=1)), (normal(4, 4, 4), probabilities(4, 4, 4, dim=1))],
            **plain,
        ),
        Case(
            "goes along any dimension of four",
            args=(1,),
            inputs=[(normal(2, 5, 3, 4), probabilities(2, 5, 3, 4, dim=1))],
            **plain,
        ),
        Case(
            "counts dimensions from the end",
            kwargs={"dim": -2},
            inputs=[(normal(3, 4, 5), probabilities(3, 4, 5, dim=-2))],
            **plain,
        ),
        Case(
            "gives 0 for a gradient that is the same for all",
            inputs=[(constant(3.0, 2, 5), probabilities(2, 5))],
            **plain,
        ),
        Case(
            "gives 0 where all weight is on one place",
            inputs=[(normal(2, 3), values([0.0, 1.0, 0.0], [1.0, 0.0, 0.0]))],
            **plain,
        ),
        Case(
            "halves and halves", inputs=[(values([1.0, 0.0], [0.0, -4.0]), values([0.5, 0.5], [0.25, 0.75]))], **plain
        ),
        Case("takes rows of one", inputs=[(normal(4, 1), constant(1.0, 4, 1))], **plain),
        Case(
            "keeps tiny weights",
            inputs=[(normal(2, 3), values([1e-7, 1 - 2e-7, 1e-7], [1e-7, 1e-7, 1 - 2e-7]))],
            **plain,
        ),
        Case("stays right for large gradients", inputs=[(normal(3, 4, std=1e4), probabilities(3, 4))], **plain),
        Case(
            "remembers nothing of the call before",
            inputs=[(normal(3), probabilities(3)), (normal(2, 4), probabilities(2, 4))],
            **plain,
        ),
        name="softmax_backward",
        twin="autograd's gradient of torch.softmax",
    )
