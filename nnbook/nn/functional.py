"""The functions behind the modules, under their torch.nn.functional names. Each stands beside its module."""

from nnbook.nn.activation import leaky_relu, log_softmax, relu, sigmoid, softmax, tanh
from nnbook.nn.conv import conv2d, pad
from nnbook.nn.dropout import dropout
from nnbook.nn.embedding import embedding
from nnbook.nn.linear import linear
from nnbook.nn.loss import cross_entropy, mse_loss, nll_loss
from nnbook.nn.normalization import batch_norm

__all__ = [
    "batch_norm",
    "conv2d",
    "cross_entropy",
    "dropout",
    "embedding",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "pad",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]
