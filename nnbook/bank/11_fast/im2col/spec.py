import torch

from nnbook.parity import Case, FunctionSpec, empty, normal

_FINE = ("float64",)


def make(solution):
    image = normal(2, 3, 6, 7)
    return FunctionSpec(
        torch.nn.functional.unfold,
        Case("lays every patch out as a column", args=(3,), inputs=[image]),
        Case("takes a kernel that is not square", args=((2, 4),), inputs=[image], dtypes=_FINE),
        Case("is right when all sizes are equal", args=(2,), inputs=[normal(4, 4, 4, 4)], dtypes=_FINE),
        Case("takes a kernel of one", args=(1,), inputs=[image], dtypes=_FINE),
        Case("takes a kernel as large as the image", args=((6, 7),), inputs=[image], dtypes=_FINE),
        Case("moves on by the stride", args=(3,), kwargs={"stride": 2}, inputs=[image]),
        Case("takes a stride for each dimension", args=(2,), kwargs={"stride": (3, 1)}, inputs=[image], dtypes=_FINE),
        Case("takes a stride wider than the kernel", args=(2,), kwargs={"stride": 4}, inputs=[image], dtypes=_FINE),
        Case("pads with zeros on both sides", args=(3,), kwargs={"padding": 1}, inputs=[image], dtypes=_FINE),
        Case("takes a padding for each dimension", args=(3,), kwargs={"padding": (2, 0)}, inputs=[image], dtypes=_FINE),
        Case("spreads the kernel by the dilation", args=(3,), kwargs={"dilation": 2}, inputs=[image], dtypes=_FINE),
        Case(
            "takes a dilation for each dimension", args=(2,), kwargs={"dilation": (1, 3)}, inputs=[image], dtypes=_FINE
        ),
        Case("takes all options together", args=((3, 2), (2, 1), (1, 2), (2, 3)), inputs=[normal(2, 3, 9, 8)]),
        Case(
            "drops what is left over at the end",
            args=(2,),
            kwargs={"stride": 3},
            inputs=[normal(1, 2, 7, 9)],
            dtypes=_FINE,
        ),
        Case("takes one channel and one image", args=(3,), inputs=[normal(1, 1, 5, 4)], dtypes=_FINE),
        Case("takes an empty batch", args=(2,), inputs=[empty(0, 3, 5, 5)], dtypes=_FINE),
        Case(
            "adds the gradients of all patches at a pixel",
            args=(3,),
            kwargs={"padding": 1},
            inputs=[normal(1, 1, 4, 4)],
            dtypes=_FINE,
        ),
        Case(
            "is quick enough for a real batch",
            args=(3,),
            kwargs={"padding": 1},
            inputs=[normal(24, 4, 32, 32)],
            dtypes=("float32",),
            why="A loop over 24,576 places takes longer than all the arithmetic.",
        ),
        Case(
            "leaves its input alone",
            args=(2,),
            inputs=[normal(2, 3, 4, 5).no_grad()] * 2,
            why="No gradient is asked here, so a change in place raises no error.",
        ),
        Case("remembers nothing of the call before", args=(2,), inputs=[image, normal(1, 2, 3, 5)], dtypes=_FINE),
        name="im2col",
        twin="torch.nn.functional.unfold",
    )
