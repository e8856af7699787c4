"""a clipping by the sum of the norms

The norms of the parts do not add up to the norm of the whole: (3) and (4) together have the norm 5. The sum is too
large, so everything is clipped too much. Compare with one parameter that holds all the values.
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
        norm = sum((g.abs() ** norm_type).sum() ** (1 / norm_type) for g in grads)
    if error_if_nonfinite and not torch.isfinite(norm):
        raise RuntimeError(f"the norm of the gradients is {norm}")
    factor = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    for g in grads:
        g.mul_(factor)
    return norm
