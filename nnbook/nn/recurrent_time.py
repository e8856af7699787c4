"""Backpropagation through time by hand: the fast form of one layer in one direction.

`RNNBase._run_direction` says what is computed, and autograd could differentiate it: 20 small operations a step, each
with its own node and its own saved tensors, and a weight gradient that is summed up step by step. Here one
`autograd.Function` spans all steps. Forward works in place in one buffer. Backward computes everything that does not
depend on the gradient for all steps at once; then only a chain of small products is left, in the other direction of
time, and the weights' gradients are single large products in the end.

Rows are packed: those of step 0, then those of step 1, ...; step t has the first sizes[t] sequences of the batch.
T is the number of all rows, H is hidden_size.
"""

from math import log
from typing import Any

import torch
from torch import Tensor


class Walk:
    """Through the steps of a packed batch, from the first to the last or, with `reverse`, the other way."""

    def __init__(self, sizes: list[int], reverse: bool):
        self.sizes = sizes
        self.step = -1 if reverse else 1
        self.order = range(len(sizes))[:: self.step]

    def before(self, steps: Any, first: Tensor, t: int) -> Tensor:
        """The state in which step t is entered, given the states after each step and the one before all."""
        n, previous = self.sizes[t], t - self.step
        if not 0 <= previous < len(steps):
            return first[:n]
        # Forward some sequences may have ended before t; in reverse some may begin at t.
        rows = steps[previous][:n]
        return rows if len(rows) == n else torch.cat([rows, first[len(rows) : n]])

    def all_before(self, states: Tensor, first: Tensor) -> Tensor:
        """The states in which all steps are entered (T, width), given those after each step (T, width)."""
        steps = states.split(self.sizes)
        return torch.cat([self.before(steps, first, t) for t in range(len(steps))])

    def last(self, steps: Any) -> Tensor:
        """The state after the last step of each sequence (N, width)."""
        if self.step == -1:
            return steps[0].clone()
        # Those who have n + 1 steps end below those who have more.
        over = [*self.sizes[1:], 0]
        ended = [rows[n:] for rows, n in zip(steps, over, strict=True) if len(rows) > n]
        return torch.cat(ended[::-1]) if ended else steps[-1].clone()


def _sigmoid_(x: Tensor) -> Tensor:
    # σ(x) = 1 / (1 + e⁻ˣ): where e⁻ˣ = 2^(−x log₂e) is infinite, σ is 0; nothing is differentiated here
    return x.mul_(-1 / log(2)).exp2_().add_(1).reciprocal_()


# Each kind: wx (T, gates · H) may be overwritten.  forward -> outputs (T, width), last states, what backward wants.
# backward -> gradients of W_ih x + b_ih and of W_hh h + b_hh (T, gates · H), of W_hr, of the states at the start.


class RNNInTime:
    """h ← tanh(W_ih x + b_ih + W_hh h + b_hh), or max(0, ...)."""

    def __init__(self, nonlinearity: str):
        self.nonlinearity = nonlinearity

    def forward(self, walk: Walk, wx: Tensor, w_hh: Tensor, b_hh: Any, w_hr: Any, h0: Tensor) -> Any:
        wx = wx if b_hh is None else wx.add_(b_hh)
        h = wx.split(walk.sizes)
        for t in walk.order:
            pre = h[t].addmm_(walk.before(h, h0, t), w_hh.t())
            pre.tanh_() if self.nonlinearity == "tanh" else pre.clamp_(min=0)
        return wx, [walk.last(h)], []

    def backward(
        self, walk: Walk, d_out: Tensor, d_last: Any, out: Tensor, w_hh: Tensor, w_hr: Any, first: Any, kept: Any
    ) -> Any:
        # tanh' = 1 − tanh²; max(0, x)' is 1 where x > 0, else 0
        slope = 1 - out * out if self.nonlinearity == "tanh" else (out > 0).to(out.dtype)
        pre, d_out_t, dh = slope.split(walk.sizes), d_out.split(walk.sizes), d_last[0].clone()
        for t in reversed(walk.order):
            state = dh[: walk.sizes[t]]
            # d pre = (dh + d out) · slope;   dh ← W_hhᵀ d pre
            torch.mm(pre[t].mul_(state + d_out_t[t]), w_hh, out=state)
        return slope, slope, None, [dh]


class LSTMInTime:
    """i, f, o = σ(...), g = tanh(...), c ← f ⊙ c + i ⊙ g, h ← o ⊙ tanh(c), with `w_hr` W_hr h."""

    def forward(self, walk: Walk, wx: Tensor, w_hh: Tensor, b_hh: Any, w_hr: Any, h0: Tensor, c0: Tensor) -> Any:
        wx = wx if b_hh is None else wx.add_(b_hh)
        hidden, memory = wx.new_empty(len(wx), h0.size(1)), wx.new_empty(len(wx), c0.size(1))
        gates, h, c = (rows.split(walk.sizes) for rows in (wx, hidden, memory))
        for t in walk.order:
            pre = gates[t].addmm_(walk.before(h, h0, t), w_hh.t())
            i, f, g, o = pre.chunk(4, dim=1)
            proposal = g.tanh()
            _sigmoid_(pre)
            g.copy_(proposal)
            torch.mul(f, walk.before(c, c0, t), out=c[t]).addcmul_(i, g)
            if w_hr is None:
                torch.mul(o, c[t].tanh(), out=h[t])
            else:
                torch.mm(o * c[t].tanh(), w_hr.t(), out=h[t])
        return hidden, [walk.last(h), walk.last(c)], [wx, memory]

    def backward(
        self, walk: Walk, d_out: Tensor, d_last: Any, out: Tensor, w_hh: Tensor, w_hr: Any, first: Any, kept: Any
    ) -> Any:
        wx, memory = kept
        i, f, g, o = wx.chunk(4, dim=1)
        shown = memory.tanh()
        # y = o ⊙ tanh(c): dc += dy · o (1 − tanh² c), d pre_o = dy · tanh(c) · o (1 − o), for σ' = σ (1 − σ)
        to_c = o * (1 - shown * shown)
        slopes = torch.empty_like(wx)
        for k, slope in enumerate((g * i * (1 - i), f * (1 - f), i * (1 - g * g), shown * o * (1 - o))):
            # c ← f ⊙ c + i ⊙ g: d pre_i = dc · g · i (1 − i), d pre_f = dc · c · f (1 − f), d pre_g = dc · i (1 − g²)
            slopes.chunk(4, dim=1)[k].copy_(slope)
        slopes.chunk(4, dim=1)[1].mul_(walk.all_before(memory, first[1]))

        dh, dc = d_last[0].clone(), d_last[1].clone()
        d_h = torch.empty_like(d_out) if w_hr is not None else None
        pre, forget, to_c_t, d_out_t = (rows.split(walk.sizes) for rows in (slopes, f, to_c, d_out))
        for t in reversed(walk.order):
            n = walk.sizes[t]
            dy = dh[:n] + d_out_t[t]
            if d_h is not None:
                d_h.split(walk.sizes)[t].copy_(dy)
                dy = dy @ w_hr
            state = dc[:n].addcmul_(dy, to_c_t[t])
            gates = pre[t].unflatten(1, (4, -1))
            gates[:, :3].mul_(state.unsqueeze(1))
            gates[:, 3].mul_(dy)
            # dh ← W_hhᵀ d pre;   dc ← f ⊙ dc
            torch.mm(pre[t], w_hh, out=dh[:n])
            state.mul_(forget[t])
        d_w_hr = None if d_h is None else d_h.t() @ (o * shown)
        return slopes, slopes, d_w_hr, [dh, dc]


class GRUInTime:
    """r, z = σ(...), n = tanh(W_in x + b_in + r ⊙ m) with m = W_hn h + b_hn, h ← (1 − z) ⊙ n + z ⊙ h."""

    def forward(self, walk: Walk, wx: Tensor, w_hh: Tensor, b_hh: Any, w_hr: Any, h0: Tensor) -> Any:
        width = h0.size(1)
        hidden, inner = wx.new_empty(len(wx), width), wx.new_empty(len(wx), width)
        gates, h, m = (rows.split(walk.sizes) for rows in (wx, hidden, inner))
        for t in walk.order:
            before = walk.before(h, h0, t)
            wh = before @ w_hh.t() if b_hh is None else torch.addmm(b_hh, before, w_hh.t())
            rz, n = gates[t][:, : 2 * width], gates[t][:, 2 * width :]
            r, z = _sigmoid_(rz.add_(wh[:, : 2 * width])).chunk(2, dim=1)
            m[t].copy_(wh[:, 2 * width :])
            n.addcmul_(r, m[t]).tanh_()
            torch.lerp(n, before, z, out=h[t])
        return hidden, [walk.last(h)], [wx, inner]

    def backward(
        self, walk: Walk, d_out: Tensor, d_last: Any, out: Tensor, w_hh: Tensor, w_hr: Any, first: Any, kept: Any
    ) -> Any:
        wx, m = kept
        r, z, n = wx.chunk(3, dim=1)
        # d pre_n = dh · (1 − z)(1 − n²);   d m = d pre_n · r;   d pre_r = d pre_n · m · r (1 − r)
        to_n = (1 - z) * (1 - n * n)
        to_m = to_n * r
        # d pre_z = dh · (h − n) · z (1 − z)
        to_z = (walk.all_before(out, first[0]) - n) * z * (1 - z)
        slopes = torch.stack([to_m * m * (1 - r), to_z, to_m, to_n], dim=1)  # (T, 4, H)

        dh = d_last[0].clone()
        pre, keep, d_out_t = (rows.split(walk.sizes) for rows in (slopes, z, d_out))
        for t in reversed(walk.order):
            state = dh[: walk.sizes[t]].add_(d_out_t[t])
            pre[t].mul_(state.unsqueeze(1))
            # dh ← z ⊙ dh + W_hhᵀ (d pre_r, d pre_z, d m)
            state.mul_(keep[t]).addmm_(pre[t][:, :3].flatten(1), w_hh)
        d_x = torch.cat([slopes[:, :2], slopes[:, 3:]], dim=1).flatten(1)
        return d_x, slopes[:, :3].flatten(1), None, [dh]


class ThroughTime(torch.autograd.Function):
    """One layer in one direction: data (T, F), states (N, width) -> outputs (T, H_out), last states (N, width).

    `kind` is one of the above, `plain` the same function written for autograd, which differentiates a second time.
    """

    @staticmethod
    def forward(ctx: Any, kind: Any, plain: Any, walk: Walk, *tensors: Any) -> Any:
        data, w_ih, w_hh, b_ih, b_hh, w_hr, *first = tensors
        # The input of every step is known beforehand: one large product instead of L small ones.
        wx = data @ w_ih.t() if b_ih is None else torch.addmm(b_ih, data, w_ih.t())
        out, last, kept = kind.forward(walk, wx, w_hh, b_hh, w_hr, *first)
        ctx.kind, ctx.plain, ctx.walk, ctx.given = kind, plain, walk, len(tensors)
        ctx.save_for_backward(*tensors, out, *kept)
        return out, *last

    @staticmethod
    def backward(ctx: Any, d_out: Tensor, *d_last: Tensor) -> Any:
        tensors, (out, *kept) = ctx.saved_tensors[: ctx.given], ctx.saved_tensors[ctx.given :]
        if torch.is_grad_enabled():
            return None, None, None, *_differentiable(ctx, tensors, (d_out, *d_last))
        data, w_ih, w_hh, b_ih, _, w_hr, *first = tensors
        d_x, d_h, d_w_hr, d_first = ctx.kind.backward(ctx.walk, d_out, d_last, out, w_hh, w_hr, first, kept)
        wants = ctx.needs_input_grad[3:]
        d_data = d_x @ w_ih if wants[0] else None
        d_w_ih = d_x.t() @ data if wants[1] else None
        d_w_hh = d_h.t() @ ctx.walk.all_before(out, first[0]) if wants[2] else None
        d_b_ih, d_b_hh = (None, None) if b_ih is None else (d_x.sum(0), d_h.sum(0))
        return None, None, None, d_data, d_w_ih, d_w_hh, d_b_ih, d_b_hh, d_w_hr, *d_first


def _differentiable(ctx: Any, tensors: Any, d_outputs: Any) -> list[Tensor | None]:
    """The gradients as functions of everything, by running the plain form again under autograd."""
    wanted = [k for k, wants in enumerate(ctx.needs_input_grad[3:]) if wants]
    # Views, so that a tensor which depends on another (the data on a shared weight) does not count twice.
    again: list[Any] = [tensor if tensor is None else tensor.view_as(tensor) for tensor in tensors]
    out, last = ctx.plain(ctx.walk, *again)
    grads = torch.autograd.grad(
        (out, *last), [again[k] for k in wanted], d_outputs, create_graph=True, allow_unused=True
    )
    found: list[Tensor | None] = [None] * len(tensors)
    for k, grad in zip(wanted, grads, strict=True):
        found[k] = grad
    return found
