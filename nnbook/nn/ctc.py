"""CTCLoss: the probability of a label sequence, whatever its alignment to a longer input."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.loss import _Loss, final, reduced

__all__ = ["CTCLoss"]


def _alpha(emit: Tensor, labels: Tensor) -> Tensor:
    """log α_t(s): the probability of all ways to have said the first t inputs and be at label s by then.

    emit (T, N, L) of log-probabilities of labels (N, L) -> (T + 1, N, L + 2), where two columns come before label 0.
    """
    steps, n, length = emit.shape
    alpha = emit.new_full((steps + 1, n, length + 2), -torch.inf)
    # Before the first input everything stands one step before label 0, ...
    alpha[0, :, 1] = 0
    # ... from where, as from any label but an equal one, a blank may be skipped.
    skip = torch.zeros_like(emit[0])
    skip[:, 2:].masked_fill_(labels[:, 2:] == labels[:, :-2], -torch.inf)
    before, now = alpha[:-1], alpha[1:, :, 2:]
    rows = (x.unbind() for x in (before[:, :, 2:], before[:, :, 1:-1], before[:, :, :-2], emit, now))
    for stay, step, leap, p, out in zip(*rows, strict=True):
        # α_t(s) = (α_{t-1}(s) + α_{t-1}(s - 1) + [may skip] α_{t-1}(s - 2)) · p_t(label s)
        torch.add(torch.logaddexp(torch.logaddexp(stay, step), leap + skip), p, out=out)
    return alpha


class _CTC(torch.autograd.Function):
    """Finds the gradient on the way forward, with one loop for both directions; backward only scales it."""

    @staticmethod
    def forward(ctx: Any, log_p: Tensor, labels: Tensor, steps: Tensor, lengths: Tensor, zero_infinity: bool) -> Tensor:
        t, n, s = (torch.arange(size, device=labels.device) for size in (len(log_p), *labels.shape))
        labels_of_t = labels.expand(len(t), -1, -1)
        # Read from its end, everything stays as it is: β, the probability of what is still to be said, is α reversed.
        t_back, s_back = (steps - 1 - t[:, None]) % len(t), (lengths[:, None] - 1 - s) % len(s)

        def reverse(x: Tensor) -> Tensor:
            return x[t_back[:, :, None], n[:, None], s_back]

        def emitted() -> Tensor:
            return log_p.gather(2, labels_of_t)  # found again where it is needed: only alpha is larger

        if ctx.needs_input_grad[0]:
            labels_of_both = torch.cat([labels, labels.gather(1, s_back)])
            alpha, beta = _alpha(torch.cat([emitted(), reverse(emitted())], 1), labels_of_both).chunk(2, 1)
        else:
            alpha = beta = _alpha(emitted(), labels)
        # P = α_T(L) + α_T(L - 1): a path ends at the last label or at the blank behind it
        nll = -torch.logaddexp(alpha[steps, n, lengths + 1], alpha[steps, n, lengths])
        impossible = nll == torch.inf
        if ctx.needs_input_grad[0]:
            # The share of paths that are at s at time t, γ_t(s) ∝ α_t(s) β_t(s) / p_t(label s), is a softmax over s.
            emit, inside = emitted(), (t[:, None] < steps)[:, :, None]
            possible = inside & (s < lengths[:, None]) & (emit > -torch.inf)
            gamma = reverse(beta[1:, :, 2:]).add_(alpha[1:, :, 2:]).sub_(emit).masked_fill_(~possible, -torch.inf)
            del alpha, beta  # no longer needed, and large
            gamma = gamma.sub_(gamma.amax(2, keepdim=True)).exp_()
            gamma = gamma.div_(gamma.sum(2, keepdim=True)).masked_fill_(~possible, 0)
            # dl/dx_t(k) = p_t(k) - Σ_{label s = k} γ_t(s), of the scores x below log_softmax; torch gives it to log p
            grad = log_p.exp().scatter_add_(2, labels_of_t, gamma.neg_())
            grad.masked_fill_(impossible[:, None], 0 if zero_infinity else torch.nan).masked_fill_(~inside, 0)
            ctx.save_for_backward(log_p, grad)
        return nll.masked_fill(impossible, 0) if zero_infinity else nll

    @staticmethod
    def backward(ctx: Any, dl: Tensor) -> Any:
        log_p, grad = ctx.saved_tensors
        return final(torch.where(grad == 0, 0, grad * dl[:, None]), log_p), None, None, None, None


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | Sequence[int],
    target_lengths: Tensor | Sequence[int],
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """-log P(targets | log_probs), summed over alignments. Like `torch.nn.functional.ctc_loss`.

    log_probs (T, N, C) or (T, C); targets (N, S), or all of them in a row; lengths (N) -> () or, not reduced, (N).
    """
    if log_probs.dim() == 2:
        of_input, of_target = (x.reshape(1) if isinstance(x, Tensor) else x for x in (input_lengths, target_lengths))
        batch = log_probs.unsqueeze(1), targets.reshape(1, -1)
        return ctc_loss(*batch, of_input, of_target, blank, reduction, zero_infinity).reshape(())
    steps, lengths_of_targets = _checked_lengths(log_probs, targets, (input_lengths, target_lengths), blank)
    device, longest = log_probs.device, max(lengths_of_targets)
    length, steps_of = (torch.tensor(x, device=device) for x in (lengths_of_targets, steps))
    place = torch.arange(longest, device=device)
    if targets.dim() == 1:
        # One behind the other: the n-th begins where those before it end.
        at = (length.cumsum(0) - length)[:, None] + place
        targets = targets.to(device)[at.clamp(max=max(targets.numel() - 1, 0))]
    # A blank before, between and behind the labels: ␣ a ␣ b ␣ c ␣
    labels = torch.full((len(steps), 2 * longest + 1), blank, device=device)
    labels[:, 1::2] = torch.where(place < length[:, None], targets[:, :longest].to(device).long(), blank)
    loss = _CTC.apply(log_probs, labels, steps_of, 2 * length + 1, zero_infinity)
    # The mean is taken of losses per label.
    return reduced(loss / length.clamp(min=1) if reduction == "mean" else loss, reduction)


def _checked_lengths(log_probs: Tensor, targets: Tensor, given: Sequence[Any], blank: int) -> list[list[int]]:
    """Both lengths as lists, if everything fits, with torch's kinds of error."""
    if log_probs.dtype not in (torch.float32, torch.float64):
        raise NotImplementedError(f"ctc_loss is not implemented for {log_probs.dtype}")
    if log_probs.dim() != 3 or log_probs.numel() == 0:
        raise RuntimeError(f"log_probs must be (T, N, C) or (T, C) and not empty, got {[*log_probs.shape]}")
    if not 0 <= blank < log_probs.size(2):
        raise RuntimeError("blank must be in label range")
    for x in given:
        if isinstance(x, Tensor) and (x.is_floating_point() or x.is_complex()):
            raise RuntimeError("input_lengths and target_lengths must be integral")
    steps, wanted = ([int(i) for i in (x.tolist() if isinstance(x, Tensor) else x)] for x in given)
    n, room = log_probs.size(1), targets.size(1) if targets.dim() == 2 else targets.numel()
    if len(steps) != n or len(wanted) != n:
        raise RuntimeError(f"input_lengths and target_lengths must be of size {n}, the batch's")
    if min(steps) < 0 or max(steps) > len(log_probs) or min(wanted) < 0 or max(wanted) > room:
        raise RuntimeError(f"lengths must be from 0 to {len(log_probs)} and to {room}, got {steps} and {wanted}")
    if (targets.size(0) != n) if targets.dim() == 2 else (targets.numel() != sum(wanted)):
        raise RuntimeError(f"targets of shape {[*targets.shape]} do not fit a batch of {n} and lengths {wanted}")
    return [steps, wanted]


class CTCLoss(_Loss):
    """-log of the probability that an input of T steps says `targets`: labels in order, with blanks and repeats.

    Like `torch.nn.CTCLoss`. log_probs (T, N, C) or (T, C) from log_softmax, targets (N, S), or (Σ lengths) in a row,
    input_lengths and target_lengths (N) -> (), or (N) with reduction="none". "mean" divides each loss by its target's
    length first. A target that does not fit its input costs inf; zero_infinity=True makes that 0, without gradient.
    The gradient is right for log_probs that come from log_softmax only, as torch's.

    Source: torch.nn.CTCLoss; Graves et al., ICML 2006.
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(
        self,
        log_probs: Tensor,
        targets: Tensor,
        input_lengths: Tensor | Sequence[int],
        target_lengths: Tensor | Sequence[int],
    ) -> Tensor:
        options = (self.blank, self.reduction, self.zero_infinity)
        return ctc_loss(log_probs, targets, input_lengths, target_lengths, *options)
