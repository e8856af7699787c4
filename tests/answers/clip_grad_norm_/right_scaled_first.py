import torch


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    params = [parameters] if isinstance(parameters, torch.Tensor) else [*parameters]
    grads = [p.grad.detach() for p in params if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    largest = torch.stack([g.abs().max() for g in grads]).max()
    norm = largest
    if norm_type != float("inf") and 0 < largest < float("inf"):
        # divided by the largest, no power can overflow
        norm = largest * sum(((g / largest).abs() ** norm_type).sum() for g in grads) ** (1 / norm_type)
    if error_if_nonfinite and not bool(torch.isfinite(norm)):
        raise RuntimeError("not finite")
    for g in grads:
        g *= torch.clamp_max(max_norm / (norm + 1e-6), 1.0)
    return norm
