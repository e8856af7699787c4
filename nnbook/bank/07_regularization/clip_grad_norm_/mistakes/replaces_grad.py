"""a clipping that replaces each gradient by a new tensor

The numbers are right, but p.grad is another tensor than before. Who holds the old one (an optimizer's flat buffer,
another process, the caller) goes on with what was not clipped. Keep `g = p.grad` and look at `p.grad is g` after the
call.
"""

import torch


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Shrink all gradients by one factor, so that their joint norm is at most max_norm; returns the norm before."""
    if isinstance(parameters, torch.Tensor):
        parameters = [parameters]
    parameters = [p for p in parameters if p.grad is not None]
    grads = [p.grad.detach() for p in parameters]
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
    for p, g in zip(parameters, grads):
        p.grad = g * factor
    return norm
