import torch

from nnbook.parity import Case, FunctionSpec, constant, empty, extremes, normal


def make(solution):
    """Torch has this function under another name: it is the measure, the solution is measured too."""
    return FunctionSpec(
        torch.nn.functional.linear,
        Case("maps a batch of rows", inputs=[(normal(4, 5), normal(3, 5), normal(3))]),
        Case("maps one row without a batch", inputs=[(normal(5), normal(3, 5), normal(3))]),
        Case("keeps any leading shape", inputs=[(normal(2, 4, 3, 5), normal(6, 5), normal(6))]),
        Case(
            "is right when all sizes are equal",
            inputs=[(normal(4, 4), normal(4, 4), normal(4)), (normal(4), normal(4, 4), normal(4))],
            why="With equal sizes a transpose too many or too few raises no error; it only gives other numbers.",
        ),
        Case(
            "is right when the batch is as large as the output",
            inputs=[(normal(3, 5), normal(3, 5), normal(3)), (normal(2, 3, 5), normal(3, 5), normal(3))],
        ),
        Case("makes one number of many", inputs=[(normal(4, 7), normal(1, 7), normal(1))]),
        Case("makes many numbers of one", inputs=[(normal(4, 1), normal(3, 1), normal(3))]),
        Case("takes a batch of one row", inputs=[(normal(1, 5), normal(3, 5), normal(3))]),
        Case("takes an empty batch", inputs=[(empty(0, 5), normal(3, 5), normal(3))]),
        Case("gives the bias for a zero input", inputs=[(constant(0.0, 2, 5), normal(3, 5), normal(3))]),
        Case("gives the product for a zero bias", inputs=[(normal(4, 5), normal(3, 5), constant(0.0, 3))]),
        Case("stays exact for large inputs", inputs=[(extremes(4, 5), normal(3, 5), normal(3))]),
        Case(
            "leaves its inputs alone",
            inputs=[(normal(4, 5).no_grad(), normal(3, 5).no_grad(), normal(3).no_grad())] * 2,
            why="No gradient is asked here, so a change in place raises no error.",
        ),
        Case(
            "remembers nothing of the call before",
            inputs=[(normal(4, 5), normal(3, 5), normal(3)), (normal(2, 6), normal(4, 6), normal(4))],
        ),
        name="affine",
        twin="torch.nn.functional.linear",
    )
