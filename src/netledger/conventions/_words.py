"""What people call kinds of operators."""

from __future__ import annotations

__all__ = ["several", "words"]

_ONE = {
    "batchnorm": "batch-norm",
    "layernorm": "layer-norm",
    "groupnorm": "group-norm",
    "instancenorm": "instance-norm",
    "lstm_cell": "LSTM cell",
    "gru_cell": "GRU cell",
    "rnn_cell": "RNN cell",
    "maxpool": "max-pool",
    "avgpool": "average-pool",
    "adaptive_avgpool": "adaptive average-pool",
    "adaptive_maxpool": "adaptive max-pool",
    "global_avgpool": "adaptive average-pool",
    "global_maxpool": "adaptive max-pool",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "leaky-ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
}

_SEVERAL = {
    "attention": "fused attention",
    "multihead_attention": "multi-head attention",
    "matmul": "matrix products",
    "einsum": "sums after Einstein",
    "linear": "linear layers",
    "bilinear": "bilinear layers",
    "conv": "convolutions",
    "conv_transpose": "transposed convolutions",
    "deform_conv": "deformable convolutions",
    "lstm": "LSTMs",
    "gru": "GRUs",
    "rnn": "RNNs",
}


def words(kind: str) -> str:
    """One of a kind, as it stands before another noun.

    >>> words("batchnorm"), words("softmax")
    ('batch-norm', 'softmax')
    """
    return _ONE.get(kind) or kind.replace("_", " ")


def several(kind: str) -> str:
    """All of a kind that forms products.

    >>> several("conv"), several("lstm_cell")
    ('convolutions', 'LSTM cells')
    """
    return _SEVERAL.get(kind) or f"{words(kind)}s"
