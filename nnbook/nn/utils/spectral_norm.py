"""Spectral normalisation: a weight divided by how much, at most, it stretches a vector."""

from typing import Any

import torch
from torch import Tensor

from nnbook.nn.distance import normalize
from nnbook.nn.parameter import Parameter


class SpectralNorm:
    """A hook that computes W / σ(W) before each call of its module, and σ a little better at each call in training."""

    def __init__(self, name: str, n_power_iterations: int, dim: int, eps: float) -> None:
        if n_power_iterations <= 0:
            raise ValueError(f"n_power_iterations must be positive, but is {n_power_iterations}")
        self.name, self.n_power_iterations, self.dim, self.eps = name, n_power_iterations, dim, eps

    def matrix(self, weight: Tensor) -> Tensor:
        """The weight as a matrix (outputs, everything else)."""
        return weight.movedim(self.dim, 0).reshape(weight.size(self.dim), -1)

    def compute_weight(self, module: Any, do_power_iteration: bool) -> Tensor:
        """W / σ, σ = uᵀ W v, where u and v, in training, first take a step towards W's first singular vectors."""
        weight, u, v = (getattr(module, self.name + suffix) for suffix in ("_orig", "_u", "_v"))
        w = self.matrix(weight)
        if do_power_iteration:
            with torch.no_grad():
                for _ in range(self.n_power_iterations):
                    # v <- Wᵀ u / ‖Wᵀ u‖, u <- W v / ‖W v‖, in place: they are the module's buffers
                    v.copy_(normalize(w.t() @ u, dim=0, eps=self.eps))
                    u.copy_(normalize(w @ v, dim=0, eps=self.eps))
            # Copies for the graph: a second call must not change what the first one's backward pass needs.
            u, v = u.clone(), v.clone()
        return weight / torch.dot(u, w @ v)

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, module.training))


def spectral_norm(
    module: Any, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Any:
    """W / σ(W), where σ(W) = max ‖W h‖₂ / ‖h‖₂ is W's largest singular value. Like `torch.nn.utils.spectral_norm`.

    The parameter `name` becomes name_orig; the buffers name_u and name_v hold the singular vectors, found by power
    iteration. Weights of more dimensions are matrices (dim, everything else); dim is 1 for transposed convolutions,
    else 0. States saved by torch 0.4, which lack name_v, are
    not read. Miyato et al., arXiv 1802.05957.
    """
    if dim is None:
        dim = 1 if any(base.__name__.startswith("ConvTranspose") for base in type(module).__mro__) else 0
    if any(isinstance(h, SpectralNorm) and h.name == name for h in module._forward_pre_hooks.values()):
        raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
    hook, weight = SpectralNorm(name, n_power_iterations, dim, eps), module._parameters[name]
    if weight is None:
        raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
    if hasattr(weight, "materialize"):
        raise ValueError("a lazy module must be called once before its weight can be normalised")
    with torch.no_grad():
        u, v = (normalize(weight.new_empty(n).normal_(0, 1), dim=0, eps=eps) for n in hook.matrix(weight).shape)
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    # Something of that name must be there before the first call, but no second parameter.
    setattr(module, name, weight.detach())
    module.register_buffer(name + "_u", u)
    module.register_buffer(name + "_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """Makes W / σ one parameter again. Like `torch.nn.utils.remove_spectral_norm`."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, SpectralNorm) and hook.name == name:
            with torch.no_grad():
                weight = hook.compute_weight(module, do_power_iteration=False)
            for suffix in ("", "_u", "_v", "_orig"):
                delattr(module, name + suffix)
            module.register_parameter(name, Parameter(weight.detach()))
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"spectral_norm of '{name}' not found in {module}")
