import torch

from nnbook.parity import Case, FunctionSpec, extremes, indices, integers, normal, values


def _by_autograd(logits, target, reduction="mean"):
    """What autograd makes of the cross entropy."""
    with torch.enable_grad():
        z = logits.detach().clone().requires_grad_()
        (gradient,) = torch.autograd.grad(torch.nn.functional.cross_entropy(z, target, reduction=reduction), z)
    return gradient


def make(solution):
    plain = {"grads": False}
    return FunctionSpec(
        _by_autograd,
        Case("is softmax minus one-hot, over N", inputs=[(normal(6, 4), integers(6, high=4))], **plain),
        Case(
            "is right when the batch is as large as the number of classes",
            inputs=[(normal(5, 5), integers(5, high=5))],
            **plain,
        ),
        Case("takes a batch of one", inputs=[(normal(1, 3), integers(1, high=3))], **plain),
        Case("takes two classes", inputs=[(normal(7, 2), integers(7, high=2))], **plain),
        Case("is 0 for a single class", inputs=[(normal(4, 1), integers(4, high=1))], **plain),
        Case("does not divide for a sum", args=("sum",), inputs=[(normal(6, 4), integers(6, high=4))], **plain),
        Case(
            "takes the reduction by name",
            kwargs={"reduction": "sum"},
            inputs=[(normal(3, 4), integers(3, high=4))],
            **plain,
        ),
        Case(
            "divides by N when asked for the mean by name",
            kwargs={"reduction": "mean"},
            inputs=[(normal(3, 4), integers(3, high=4))],
            **plain,
        ),
        Case("counts a class that comes several times", inputs=[(normal(5, 3), indices(2, 2, 2, 0, 2))], **plain),
        Case(
            "is right for logits of any size",
            inputs=[(values([1000.0, 0.0], [0.0, -1000.0]), indices(1, 1)), (extremes(5, 4), integers(5, high=4))],
            why="exp(1000) is infinite, and infinity over infinity is NaN.",
            **plain,
        ),
        Case(
            "is small where the network is right",
            inputs=[(values([20.0, 0.0, 0.0], [0.0, 20.0, 0.0]), indices(0, 1))],
            **plain,
        ),
        Case(
            "starts at the same number for all classes", inputs=[(values([0.0] * 4, [0.0] * 4), indices(1, 3))], **plain
        ),
        Case(
            "remembers nothing of the call before",
            inputs=[(normal(3, 4), integers(3, high=4)), (normal(2, 5), integers(2, high=5))],
            **plain,
        ),
        name="cross_entropy_backward",
        twin="autograd's gradient of cross_entropy",
    )
