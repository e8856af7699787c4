"""Which operators do a component's whole job, and a watch that sees them called, under whatever name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

# Names of functions, Tensor methods and aten operators (without namespace and overload). One list for the library's
# from-scratch test and for learners: what is fused away from the reader may not be used to rebuild it.
_FUSED = """
    linear bilinear embedding embedding_bag embedding_renorm_ conv1d conv2d conv3d convolution _convolution
    conv_transpose1d conv_transpose2d conv_transpose3d conv_tbc mkldnn_convolution thnn_conv2d slow_conv3d
    convolution_overrideable im2col col2im fold max_pool1d max_pool2d max_pool3d
    max_pool2d_with_indices max_pool3d_with_indices avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d
    adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d
    _adaptive_avg_pool2d _adaptive_avg_pool3d
    fractional_max_pool2d fractional_max_pool3d lp_pool1d lp_pool2d lp_pool3d max_unpool1d max_unpool2d
    max_unpool3d rnn_tanh rnn_relu rnn_tanh_cell rnn_relu_cell lstm lstm_cell gru gru_cell _thnn_fused_lstm_cell
    mkldnn_rnn_layer scaled_dot_product_attention _scaled_dot_product_flash_attention_for_cpu
    _thnn_fused_gru_cell _cudnn_rnn _scaled_dot_product_attention_math _scaled_dot_product_flash_attention
    _scaled_dot_product_efficient_attention _scaled_dot_product_cudnn_attention
    multi_head_attention_forward _native_multi_head_attention _transformer_encoder_layer_fwd relu relu_ relu6
    relu6_ leaky_relu leaky_relu_ rrelu rrelu_ prelu _prelu_kernel elu elu_ selu selu_ celu celu_ gelu gelu_
    silu silu_ mish mish_ softplus softsign tanhshrink softshrink hardshrink hardtanh hardtanh_ hardswish
    hardswish_ hardsigmoid hardsigmoid_ logsigmoid log_sigmoid log_sigmoid_forward glu threshold threshold_
    sigmoid sigmoid_ expit softmax softmin _softmax log_softmax _log_softmax gumbel_softmax _safe_softmax
    mse_loss l1_loss smooth_l1_loss huber_loss nll_loss nll_loss2d nll_loss_nd nll_loss_forward
    nll_loss2d_forward cross_entropy cross_entropy_loss linear_cross_entropy binary_cross_entropy
    binary_cross_entropy_with_logits kl_div poisson_nll_loss gaussian_nll_loss ctc_loss _ctc_loss
    hinge_embedding_loss cosine_embedding_loss margin_ranking_loss multi_margin_loss
    multilabel_margin_loss multilabel_margin_loss_forward multilabel_soft_margin_loss soft_margin_loss
    triplet_margin_loss triplet_margin_with_distance_loss
    cosine_similarity pairwise_distance dropout dropout_ dropout1d dropout2d dropout3d alpha_dropout
    alpha_dropout_ feature_dropout feature_dropout_ feature_alpha_dropout feature_alpha_dropout_ native_dropout
    _fused_dropout batch_norm native_batch_norm _native_batch_norm_legit _native_batch_norm_legit_no_training
    cudnn_batch_norm _batch_norm_impl_index batch_norm_stats _batch_norm_with_update layer_norm
    native_layer_norm group_norm native_group_norm instance_norm rms_norm _fused_rms_norm local_response_norm
    pixel_shuffle pixel_unshuffle channel_shuffle native_channel_shuffle interpolate upsample upsample_nearest
    upsample_bilinear upsample_nearest1d upsample_nearest2d upsample_nearest3d _upsample_nearest_exact1d
    _upsample_nearest_exact2d _upsample_nearest_exact3d upsample_linear1d upsample_bilinear2d upsample_bicubic2d
    upsample_trilinear3d _upsample_bilinear2d_aa _upsample_bicubic2d_aa _upsample_lanczos2d_aa grid_sample
    grid_sampler grid_sampler_2d grid_sampler_3d affine_grid affine_grid_generator pdist _pdist_forward cdist
    _cdist_forward norm_except_dim _weight_norm_interface clip_grad_norm_
    clip_grad_value_ weight_norm _weight_norm spectral_norm _fused_sgd _fused_sgd_ _fused_adam _fused_adam_
    _fused_adamw _fused_adamw_ _fused_adagrad _fused_adagrad_
"""
FUSED: frozenset[str] = frozenset(_FUSED.split())

# Seen by the dispatcher under these names when the function of the same job is called; reported under the job's name.
_SPELLINGS = {
    "_softmax": "softmax",
    "_log_softmax": "log_softmax",
    "native_batch_norm": "batch_norm",
    "_native_batch_norm_legit": "batch_norm",
    "convolution": "conv2d",
    "native_dropout": "dropout",
    "expit": "sigmoid",
    "nll_loss_forward": "nll_loss",
    "cross_entropy_loss": "cross_entropy",
}


def without(names: Iterable[str]) -> frozenset[str]:
    """FUSED but for these jobs, under whatever name the dispatcher knows them."""
    jobs = set(names)
    return frozenset(n for n in FUSED if n not in jobs and _SPELLINGS.get(n, n) not in jobs)


class OperatorWatch:
    """A context in which calls of the named operators are written down, however they were reached.

    Two nets: a TorchFunctionMode sees every call from Python by its public name, a TorchDispatchMode sees the operators
    that arrive at the dispatcher, such as those reached through torch.ops or from inside another function.
    """

    def __init__(self, names: Iterable[str], deep: bool = True, found: dict[str, None] | None = None):
        self.names = frozenset(names)
        self.deep = deep
        self._found: dict[str, None] = {} if found is None else found
        self._modes: list[Any] = []

    def shallow(self) -> OperatorWatch:
        """A watch with the first net alone, which costs a fraction; what it sees is written down in the same place."""
        return OperatorWatch(self.names, deep=False, found=self._found)

    @property
    def seen(self) -> list[str]:
        """The forbidden operators that were called, in the order of their first call."""
        return list(self._found)

    def note(self, name: str) -> None:
        """Called for each operator; keeps the forbidden ones."""
        if name in self.names:
            self._found.setdefault(_SPELLINGS.get(name, name))

    def __enter__(self) -> OperatorWatch:
        if self.names:
            self._modes = [_Functions(self), *([_Dispatched(self)] if self.deep else [])]
            for mode in self._modes:
                mode.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        while self._modes:
            self._modes.pop().__exit__(*error)


class _Functions(TorchFunctionMode):
    def __init__(self, watch: OperatorWatch):
        super().__init__()
        self.watch = watch

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if name in self.watch.names:
            self.watch.note(name)
        return func(*args, **(kwargs or {}))


class _Dispatched(TorchDispatchMode):
    @classmethod
    def _should_skip_dynamo(cls):
        # "True" would wrap __torch_dispatch__ for torch's compiler and import all of it, which takes over a second.
        return False

    def __init__(self, watch: OperatorWatch):
        super().__init__()
        self.watch = watch

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if name in self.watch.names:
            self.watch.note(name)
        return func(*args, **(kwargs or {}))
