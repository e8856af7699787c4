import torch


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    params = [parameters] if isinstance(parameters, torch.Tensor) else parameters
    with torch.no_grad():
        grads = [p.grad for p in params if p.grad is not None]
        if grads == []:
            return torch.tensor(0.0)
        whole = torch.cat([g.flatten() for g in grads])
        norm = whole.norm(norm_type)
        if error_if_nonfinite and (norm != norm or norm == float("inf")):
            raise RuntimeError("a gradient is not finite")
        whole = whole * torch.clamp(max_norm / (norm + 1e-6), max=1.0)
        start = 0
        for g in grads:
            g.copy_(whole[start : start + g.numel()].view(g.shape))
            start += g.numel()
    return norm
