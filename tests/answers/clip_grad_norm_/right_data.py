import torch


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    if torch.is_tensor(parameters):
        parameters = (parameters,)
    with_grad = list(filter(lambda p: p.grad is not None, parameters))
    if not with_grad:
        return torch.tensor(0.0)
    if norm_type == torch.inf:
        total = max(p.grad.data.abs().max() for p in with_grad)
    else:
        total = sum(p.grad.data.abs().pow(norm_type).sum() for p in with_grad).pow(1.0 / norm_type)
    if error_if_nonfinite and bool(total.isnan() | total.isinf()):
        raise RuntimeError(f"norm {total}")
    coefficient = max_norm / (total + 1e-6)
    if coefficient < 1:
        for p in with_grad:
            p.grad.data.mul_(coefficient)
    return total
