"""L-BFGS: Newton's method with the curvature read off the last steps, and a line search that asks for more losses."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from nnbook.optim.optimizer import Optimizer, check_options, scalar

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    r"""Steps along −H ∇f, where H is what the last gradients tell about the inverse Hessian. Like `torch.optim.LBFGS`.

    All parameters are one long vector θ. In each of at most `max_iter` iterations:

        y = g − g_before,  s = θ − θ_before       a pair kept for the last `history_size` steps, if yᵀs > 10⁻¹⁰
        d = −H g                                  H y = s for the newest pair (see `_direction`)
        θ ← θ + t d                               t is γ, or what the line search finds
                                                  (in the very first step: d = −g, t = γ min(1, 1 / ‖g‖₁))

    It ends when no entry of g is above `tolerance_grad`, when a step or a change of the loss is below
    `tolerance_change`, or after `max_eval` calls of the closure (default: max_iter · 5/4).

    γ is `lr`. `line_search_fn` is None or "strong_wolfe". The closure is required: it clears the gradients, computes
    the loss with its gradients and returns it. `step` returns the first loss. There is one group of parameters, and the
    state of the first parameter holds that of all: `func_evals`, `n_iter`, `d`, `t`, `old_dirs` (y), `old_stps` (s),
    `ro` (1 / yᵀs), `H_diag`, `prev_flat_grad`, `prev_loss`, `al`. Sparse gradients are taken as dense ones.

    Source: torch.optim.LBFGS; Nocedal and Wright, "Numerical Optimization", algorithms 7.4 and 3.5.
    """

    _numbers: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_options(lr=lr)
        max_eval = max_iter * 5 // 4 if max_eval is None else max_eval
        options = {"lr": lr, "max_iter": max_iter, "max_eval": max_eval, "tolerance_grad": tolerance_grad}
        options |= {"tolerance_change": tolerance_change, "history_size": history_size}
        super().__init__(params, options | {"line_search_fn": line_search_fn})
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @torch.no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Up to `max_iter` iterations; returns the loss before the first."""
        (group,) = self.param_groups
        lr, max_iter, max_eval = scalar(group["lr"]), group["max_iter"], group["max_eval"]
        tolerance_grad, tolerance_change = group["tolerance_grad"], group["tolerance_change"]
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError("only 'strong_wolfe' is supported")
        closure = torch.enable_grad()(closure)

        state = self.state[group["params"][0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)

        first_loss = closure()
        loss, grad = float(first_loss), self._gradient()
        evals = 1
        state["func_evals"] += 1
        if grad.abs().max() <= tolerance_grad:
            return first_loss

        for n in range(1, max_iter + 1):
            state["n_iter"] += 1
            first = state["n_iter"] == 1
            if first:
                state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
                d = grad.neg()
            else:
                self._remember(state, grad - state["prev_flat_grad"], state["d"] * state["t"], group["history_size"])
                d = self._direction(state, grad, group["history_size"])
            t = min(1.0, 1.0 / grad.abs().sum()) * lr if first else lr
            previous_loss = loss
            state.update(d=d, t=t, prev_flat_grad=grad.clone(), prev_loss=loss)

            # gᵀd, the slope along d: level ground?
            slope = grad.dot(d)
            if slope > -tolerance_change:
                break

            calls = 0
            if group["line_search_fn"] is not None:
                here = Point(0, loss, grad, slope)
                found, calls = strong_wolfe(self._along(d, closure), here, t, d.abs().max(), max_eval - evals)
                t, loss, grad, _ = found
                state["t"] = t
                self._move(t, d)
            else:
                self._move(t, d)
                if n != max_iter:  # nobody will look at the loss after the last one
                    loss, grad = float(closure()), self._gradient()
                    calls = 1
            evals += calls
            state["func_evals"] += calls

            if evals >= max_eval or grad.abs().max() <= tolerance_grad:
                break
            if (d * t).abs().max() <= tolerance_change or abs(loss - previous_loss) < tolerance_change:
                break
        return first_loss

    @staticmethod
    def _remember(state: dict[str, Any], y: Tensor, s: Tensor, history_size: int) -> None:
        """Keeps the pair (y, s) if the slope grew along s; the oldest makes room."""
        ys = y.dot(s)
        if ys <= 1e-10:
            return
        if len(state["old_dirs"]) == history_size:
            for name in ("old_dirs", "old_stps", "ro"):
                state[name].pop(0)
        state["old_dirs"].append(y)
        state["old_stps"].append(s)
        state["ro"].append(1.0 / ys)
        # H before the first pair is a multiple of the identity, of the size of the newest curvature: sᵀy / yᵀy
        state["H_diag"] = ys / y.dot(y)

    @staticmethod
    def _direction(state: dict[str, Any], grad: Tensor, history_size: int) -> Tensor:
        """−H g in two loops over the pairs, without ever writing H down.

        H ← (1 − s yᵀ/yᵀs) H (1 − y sᵀ/yᵀs) + s sᵀ/yᵀs       for each pair, from the oldest to the newest
        """
        pairs = list(zip(state["old_dirs"], state["old_stps"], state["ro"], strict=True))
        al = state.setdefault("al", [None] * history_size)
        d = grad.neg()
        # the right-hand factors, newest first
        for i, (y, s, ro) in reversed(list(enumerate(pairs))):
            al[i] = s.dot(d) * ro
            d.add_(y, alpha=-al[i])
        d.mul_(state["H_diag"])
        # the left-hand factors and the last term, oldest first
        for i, (y, s, ro) in enumerate(pairs):
            d.add_(s, alpha=al[i] - y.dot(d) * ro)
        return d

    # ------------------------------------------------------------------------------------- all parameters as one vector

    def _gradient(self) -> Tensor:
        """The gradients of all parameters in one vector; zeros where there is none."""
        parts = []
        for p in self.param_groups[0]["params"]:
            grad = torch.zeros_like(p) if p.grad is None else p.grad.to_dense() if p.grad.is_sparse else p.grad
            parts.append((torch.view_as_real(grad) if grad.is_complex() else grad).reshape(-1))
        return torch.cat(parts)

    def _move(self, t: Any, d: Tensor) -> None:
        """θ ← θ + t d"""
        start = 0
        for p in self.param_groups[0]["params"]:
            real = torch.view_as_real(p) if p.is_complex() else p
            real.add_(d[start : start + real.numel()].view_as(real), alpha=t)
            start += real.numel()

    def _along(self, d: Tensor, closure: Callable[[], Any]) -> "Callable[[Any], Point]":
        """t -> the point θ + t d; θ is put back after each look."""
        params = self.param_groups[0]["params"]
        before = [p.clone() for p in params]

        def look(t: Any) -> Point:
            self._move(t, d)
            loss, grad = float(closure()), self._gradient()
            for p, old in zip(params, before, strict=True):
                p.copy_(old)
            return Point(t, loss, grad, grad.dot(d))

        return look


class Point(NamedTuple):
    """What is known at θ + t d: the loss, its gradient, and its slope along d."""

    t: Any
    loss: float
    grad: Tensor
    slope: Tensor


def strong_wolfe(
    look: Callable[[Any], Point], here: Point, t: Any, size: Tensor, most: int, c1: float = 1e-4, c2: float = 0.9
) -> tuple[Point, int]:
    """A step that lowers the loss enough and leaves little slope, and how many points were looked at for it.

        f(θ + t d) ≤ f(θ) + c₁ t gᵀd         enough: at least the part c₁ of what the slope promised
        |slope there| ≤ c₂ |gᵀd|             little slope: a minimum along d is near

    First t grows until a minimum must lie between two points; then the two close in on it. `size` is the largest entry
    of d; after `most` points the better one has to do.
    """

    def too_high(p: Point) -> Any:
        return p.loss > here.loss + c1 * p.t * here.slope

    def nearly_level(p: Point) -> Any:
        return abs(p.slope) <= -c2 * here.slope

    last, point, looks = here, look(t), 0
    while looks < most:
        if too_high(point) or (looks > 1 and point.loss >= last.loss):
            break
        if nearly_level(point):
            return point, looks + 1
        if point.slope >= 0:
            break
        # still going down: further out, at most ten times as far
        t = cubic_minimum(last, point, point.t + 0.01 * (point.t - last.t), point.t * 10)
        last, point, looks = point, look(t), looks + 1
    else:
        last = here
    ends = [last, point]
    low = 0 if last.loss <= point.loss else 1

    stuck = False
    while looks < most and abs(ends[1].t - ends[0].t) * size >= 1e-9:
        left, right = min(ends[0].t, ends[1].t), max(ends[0].t, ends[1].t)
        t = cubic_minimum(ends[0], ends[1], left, right)
        # Twice in a row near an end, or on it, is no progress: then a tenth of the way inwards.
        margin = 0.1 * (right - left)
        near = min(right - t, t - left) < margin
        if near and (stuck or t >= right or t <= left):
            t = right - margin if abs(t - right) < abs(t - left) else left + margin
            near = False
        stuck = near

        point, looks = look(t), looks + 1
        if too_high(point) or point.loss >= ends[low].loss:
            ends[1 - low] = point
            low = 0 if ends[0].loss <= ends[1].loss else 1
            continue
        done = nearly_level(point)
        if not done and point.slope * (ends[1 - low].t - ends[low].t) >= 0:
            ends[1 - low] = ends[low]
        ends[low] = point
        if done:
            break
    return ends[low], looks + 1


def cubic_minimum(a: Point, b: Point, low: Any, high: Any) -> Any:
    """Where the cubic with the losses and slopes of two points has its minimum, kept within [low, high]."""
    if a.t > b.t:
        a, b = b, a
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:  # it has none
        return (low + high) / 2.0
    d2 = square.sqrt()
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(t, low), high)
