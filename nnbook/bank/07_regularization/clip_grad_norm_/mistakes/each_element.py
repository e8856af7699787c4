"""a clipping of each element by itself

Elements beyond ±max_norm are cut, the others stay: that is what `clip_grad_value_` does, and the direction changes
with it. For the gradient (3, 4) and max_norm 1 it gives (1, 1), where (0.6, 0.8) is meant.
"""

import torch


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Shrink all gradients by one factor, so that their joint norm is at most max_norm; returns the norm before."""
    if isinstance(parameters, torch.Tensor):
        parameters = [parameters]
    grads = [p.grad.detach() for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    sizes = torch.cat([g.abs().reshape(-1) for g in grads])
    if norm_type == float("inf"):
        norm = sizes.max()
    else:
        norm = (sizes**norm_type).sum() ** (1 / norm_type)
    if error_if_nonfinite and not torch.isfinite(norm):
        raise RuntimeError(f"the norm of the gradients is {norm}")
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for g in grads:
        g.clamp_(-max_norm, max_norm)
    return norm
