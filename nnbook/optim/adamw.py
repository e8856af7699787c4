"""AdamW: Adam whose weight decay is kept apart from the gradient."""

from typing import Any

from torch import Tensor

from nnbook.optim.adam import Adam

__all__ = ["AdamW"]


class AdamW(Adam):
    r"""Adam that shrinks the weights by themselves. Like `torch.optim.AdamW`.

        θ ← (1 − γ λ) θ             new against Adam: every weight shrinks by the same factor, before the step
        g ← ∇f(θ)                    new against Adam: no λ θ in it, so none in m and v, and none divided by √v̂

    The rest is Adam's, in which `decoupled_weight_decay` does exactly this; here it is always on, also after a state
    of Adam was loaded. λ, `weight_decay`, is 0.01 unless said otherwise, where Adam's is 0.

    Source: torch.optim.AdamW; Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
    https://arxiv.org/abs/1711.05101.
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        flags: dict[str, Any] = {
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True, **flags
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
