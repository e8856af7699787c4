"""AdaptiveLogSoftmaxWithLoss: a softmax over very many classes, most of which are rare."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from nnbook.nn.container import ModuleList, Sequential
from nnbook.nn.linear import Linear
from nnbook.nn.module import Module
from nnbook.nn.softmax import log_softmax

__all__ = ["AdaptiveLogSoftmaxWithLoss"]


class _ASMoutput(NamedTuple):
    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """log p(t) of each target, and the mean of -log p(t), for classes in order of falling frequency.

    Like `torch.nn.AdaptiveLogSoftmaxWithLoss`.

    The head scores the classes below cutoffs[0] and one entry for each cluster of rarer ones; a class c of cluster i
    has p(c) = p_head(cluster i) · p_i(c), and only rows whose target lies there ever ask for p_i. The i-th first
    projects its input down to in_features / div_value^i numbers.

    input (N, in_features), target (N) -> output (N), loss (); or (in_features), () -> (), ().
    Source: torch.nn.AdaptiveLogSoftmaxWithLoss; Grave et al., arXiv 1609.04309.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        whole = all(int(c) == c for c in cutoffs)
        if not cutoffs or not whole or cutoffs != sorted({*cutoffs}) or cutoffs[0] < 1 or cutoffs[-1] >= n_classes:
            raise ValueError(f"cutoffs should be rising whole numbers from 1 to n_classes - 1, got {cutoffs}")
        self.in_features, self.n_classes = in_features, n_classes
        self.div_value, self.head_bias = div_value, head_bias
        self.cutoffs = [*cutoffs, n_classes]
        self.shortlist_size, self.n_clusters = cutoffs[0], len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        made = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for i, (low, high) in enumerate(zip(self.cutoffs, self.cutoffs[1:], strict=False), start=1):
            small = int(in_features // div_value**i)
            down, out = Linear(in_features, small, bias=False, **made), Linear(small, high - low, bias=False, **made)
            self.tail.append(Sequential(down, out))

    def reset_parameters(self) -> None:
        """Draws all weights anew, each as Linear does."""
        for layer in (self.head, *(layer for cluster in self.tail for layer in cluster)):
            layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        _check_target(input_, target_)
        if target_.dim() == 0:
            output, loss = self(input_.unsqueeze(0), target_.unsqueeze(0))
            return _ASMoutput(output.squeeze(0), loss)
        # log p(t) = log p_head(t) for frequent t; log p_head(cluster) + log p_cluster(t) for the others
        in_head, of_cluster = target_.clone(), []
        seen = int((target_.ge(0) & (target_ < self.shortlist_size)).sum())
        for i, (low, high) in enumerate(zip(self.cutoffs, self.cutoffs[1:], strict=False)):
            (rows,) = torch.where((target_ >= low) & (target_ < high))
            if rows.numel():
                in_head[rows] = self.shortlist_size + i
                log_p = log_softmax(self.tail[i](input_[rows]), dim=1)
                of_cluster.append((rows, log_p.gather(1, (target_[rows] - low).unsqueeze(1)).squeeze(1)))
                seen += rows.numel()
        if seen != target_.numel():
            raise RuntimeError(f"Target values should be in [0, {self.n_classes - 1}]")
        output = log_softmax(self.head(input_), dim=1).gather(1, in_head.unsqueeze(1)).squeeze(1)
        for rows, log_p in of_cluster:
            output = output.index_add(0, rows, log_p)
        return _ASMoutput(output, -output.mean())

    def log_prob(self, input: Tensor) -> Tensor:
        """log p of every class: input (N, in_features) -> (N, n_classes)."""
        head = log_softmax(self.head(input), dim=1)
        clusters = [
            log_softmax(cluster(input), dim=1) + head[:, self.shortlist_size + i, None]
            for i, cluster in enumerate(self.tail)
        ]
        return torch.cat([head[:, : self.shortlist_size], *clusters], dim=1)

    def predict(self, input: Tensor) -> Tensor:
        """The likeliest class: input (N, in_features) -> (N). Clusters are asked only where the head points to one."""
        best = self.head(input).argmax(dim=1)
        rare = best >= self.shortlist_size
        if rare.any():
            best[rare] = self.log_prob(input[rare]).argmax(dim=1)
        return best


def _check_target(input: Tensor, target: Tensor) -> None:
    if target.dim() > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.dim() == 1 and input.size(0) != target.size(0):
        raise RuntimeError("Input and target should have the same size in the batch dimension.")
    if input.dim() != target.dim() + 1:
        raise RuntimeError(f"a {target.dim()}D target does not go with an input of size {input.size()}")
