import torch

from nnbook.parity import Case, FunctionSpec, empty, normal, probabilities, uniform, values


def _by_autograd(grad_output, output):
    """What autograd makes of torch.sigmoid at this output."""
    # torch keeps the output for the way back, so the slope there is what it would be for any input with this output
    return torch.ops.aten.sigmoid_backward(grad_output.detach(), output.detach())


def make(solution):
    plain = {"grads": False}
    return FunctionSpec(
        _by_autograd,
        Case("multiplies by the slope y (1 - y)", inputs=[(normal(4, 5), uniform(4, 5))], **plain),
        Case("is a quarter of what came at y = 1/2", inputs=[(values(1.0, -2.0, 8.0), values(0.5, 0.5, 0.5))], **plain),
        Case(
            "is 0 where the sigmoid is saturated",
            inputs=[(values(3.0, -1e4, 1.0, 1e4), values(0.0, 0.0, 1.0, 1.0))],
            why="No step changes an output that is 0 or 1 to the last bit.",
            **plain,
        ),
        Case("goes element by element, in any shape", inputs=[(normal(2, 3, 4, 5), uniform(2, 3, 4, 5))], **plain),
        Case("takes a single number", inputs=[(normal(), uniform())], **plain),
        Case("takes an empty batch", inputs=[(empty(0, 3), empty(0, 3))], **plain),
        Case(
            "passes on a gradient of zeros and of any sign",
            inputs=[(values(0.0, -3.0, 3.0), values(0.3, 0.3, 0.3))],
            **plain,
        ),
        Case("keeps tiny slopes", inputs=[(values(1.0, 1.0), values(1e-6, 1 - 1e-6))], **plain),
        Case(
            "takes rows that sum to one for what they are",
            inputs=[(normal(3, 3), probabilities(3, 3))],
            why="A sigmoid's outputs know nothing of each other.",
            **plain,
        ),
        Case(
            "remembers nothing of the call before",
            inputs=[(normal(3), uniform(3)), (normal(2, 2), uniform(2, 2))],
            **plain,
        ),
        name="sigmoid_backward",
        twin="autograd's gradient of torch.sigmoid",
    )
