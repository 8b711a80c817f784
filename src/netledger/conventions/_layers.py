"""What PyTorch calls the layers of a spec: the class of the module, the function that it calls."""

from __future__ import annotations

from collections.abc import Iterator

from netledger.core.ledger import Entry, Told
from netledger.core.network import Tensor
from netledger.core.work import Term

__all__ = ["FUNCTIONS", "LAYERS", "local_name", "parts_of"]

_NN = "torch.nn.modules."

_CLASSES = {
    "conv": ("conv", "Conv{}d"),
    "conv_transpose": ("conv", "ConvTranspose{}d"),
    "linear": ("linear", "Linear"),
    "bilinear": ("linear", "Bilinear"),
    "batchnorm": ("batchnorm", "BatchNorm{}d"),
    "layernorm": ("normalization", "LayerNorm"),
    "groupnorm": ("normalization", "GroupNorm"),
    "rmsnorm": ("normalization", "RMSNorm"),
    "instancenorm": ("instancenorm", "InstanceNorm{}d"),
    "lrn": ("normalization", "LocalResponseNorm"),
    "maxpool": ("pooling", "MaxPool{}d"),
    "avgpool": ("pooling", "AvgPool{}d"),
    "adaptive_avgpool": ("pooling", "AdaptiveAvgPool{}d"),
    "global_avgpool": ("pooling", "AdaptiveAvgPool{}d"),
    "adaptive_maxpool": ("pooling", "AdaptiveMaxPool{}d"),
    "global_maxpool": ("pooling", "AdaptiveMaxPool{}d"),
    "lp_pool": ("pooling", "LPPool{}d"),
    "relu": ("activation", "ReLU"),
    "relu6": ("activation", "ReLU6"),
    "leaky_relu": ("activation", "LeakyReLU"),
    "prelu": ("activation", "PReLU"),
    "elu": ("activation", "ELU"),
    "selu": ("activation", "SELU"),
    "celu": ("activation", "CELU"),
    "gelu": ("activation", "GELU"),
    "silu": ("activation", "SiLU"),
    "mish": ("activation", "Mish"),
    "sigmoid": ("activation", "Sigmoid"),
    "tanh": ("activation", "Tanh"),
    "hardswish": ("activation", "Hardswish"),
    "hardsigmoid": ("activation", "Hardsigmoid"),
    "softplus": ("activation", "Softplus"),
    "softmax": ("activation", "Softmax"),
    "log_softmax": ("activation", "LogSoftmax"),
    "multihead_attention": ("activation", "MultiheadAttention"),
    "upsample": ("upsampling", "Upsample"),
    "embedding": ("sparse", "Embedding"),
    "dropout": ("dropout", "Dropout"),
    "flatten": ("flatten", "Flatten"),
    "rnn": ("rnn", "RNN"),
    "lstm": ("rnn", "LSTM"),
    "gru": ("rnn", "GRU"),
    "rnn_cell": ("rnn", "RNNCell"),
    "lstm_cell": ("rnn", "LSTMCell"),
    "gru_cell": ("rnn", "GRUCell"),
}

LAYERS = {kind: f"{_NN}{module}.{name}" for kind, (module, name) in _CLASSES.items()}
"""The class of the module that a kind of operator is; {} stands for the number of axes. All others are functions."""

FUNCTIONS = {
    "conv": ("torch", "conv{}d"),
    "conv_transpose": ("torch", "conv_transpose{}d"),
    "linear": ("F", "linear"),
    "bilinear": ("F", "bilinear"),
    "matmul": ("torch", "matmul"),
    "einsum": ("torch", "einsum"),
    "attention": ("F", "scaled_dot_product_attention"),
    "batchnorm": ("F", "batch_norm"),
    "layernorm": ("F", "layer_norm"),
    "groupnorm": ("F", "group_norm"),
    "rmsnorm": ("F", "rms_norm"),
    "instancenorm": ("F", "instance_norm"),
    "lrn": ("F", "local_response_norm"),
    "maxpool": ("F", "max_pool{}d"),
    "avgpool": ("F", "avg_pool{}d"),
    "adaptive_avgpool": ("F", "adaptive_avg_pool{}d"),
    "global_avgpool": ("F", "adaptive_avg_pool{}d"),
    "adaptive_maxpool": ("F", "adaptive_max_pool{}d"),
    "global_maxpool": ("F", "adaptive_max_pool{}d"),
    "relu": ("F", "relu"),
    "relu6": ("F", "hardtanh"),
    "leaky_relu": ("F", "leaky_relu"),
    "prelu": ("F", "prelu"),
    "elu": ("F", "elu"),
    "gelu": ("F", "gelu"),
    "silu": ("F", "silu"),
    "sigmoid": ("torch", "sigmoid"),
    "tanh": ("torch", "tanh"),
    "softmax": ("F", "softmax"),
    "upsample": ("F", "interpolate"),
    "grid_sample": ("F", "grid_sample"),
    "embedding": ("F", "embedding"),
    "add": ("Tensor", "__add__"),
    "multiply": ("Tensor", "__mul__"),
    "mean": ("Tensor", "mean"),
    "rnn": ("torch", "rnn_tanh"),
    "lstm": ("torch", "lstm"),
    "gru": ("torch", "gru"),
}
"""What belongs to torch.nn.functional (F), torch or Tensor, and the name of the function; {}: the number of axes."""

_NAMES = {"scale": "weight", "shift": "bias", "slope": "weight"} | {
    f"{part}_{what}": f"{part}_proj_{what}" for part in ("in", "q", "k", "v") for what in ("weight", "bias")
}


def local_name(role: str) -> str:
    """What PyTorch calls a stored tensor of this role."""
    return _NAMES.get(role, role)


def _given(entry: Entry) -> tuple[Tensor, Tensor, Tensor]:
    """Query, key and value."""
    given = entry.inputs[:-1] if entry.attributes["mask"] else entry.inputs
    return (given[0], given[min(1, len(given) - 1)], given[-1])


def parts_of(entry: Entry) -> tuple[Entry, ...]:
    """The operations that PyTorch makes of one of a spec: projections, attention, a projection."""
    return tuple(_attention(entry)) if entry.op == "multihead_attention" else (entry,)


def _attention(entry: Entry) -> Iterator[Entry]:
    held = {part.role: part for part in entry.parameters}
    (query, key, value), out = _given(entry), held["out_weight"].shape
    biased, heads = bool({"in_bias", "q_bias"} & held.keys()), entry.attributes["heads"]
    widths = _widths(entry)
    if query is key is value and "in_weight" in held:
        yield _linear(entry, query, sum(widths), biased)
    else:
        for tensor, width in zip((query, key, value), widths, strict=True):
            yield _linear(entry, tensor, width, biased)
    batch, length, keys = query.shape[0], query.shape[1], key.shape[1] + _added(entry)
    sizes = ((length, widths[0] // heads), (keys, widths[0] // heads), (keys, out[1] // heads))
    parts = tuple(query.like((batch, heads, *size)) for size in sizes)
    made = query.like((batch, heads, length, out[1] // heads))
    scores = batch * heads * length * keys * (widths[0] // heads + out[1] // heads)
    yield _part(entry, "attention", parts, made, scores)
    yield _linear(entry, query.like((batch, length, out[1])), out[0], "out_bias" in held)


def _widths(entry: Entry) -> tuple[int, ...]:
    held = {part.role: part.shape for part in entry.parameters}
    if "in_weight" in held:
        return (held["in_weight"][0] // 3,) * 3
    return tuple(held[role][0] for role in ("q_weight", "k_weight", "v_weight"))


def _added(entry: Entry) -> int:
    """How many keys are added to the sequence."""
    return int(entry.attributes["bias_kv"]) + int(entry.attributes["zero_attn"])


def _linear(entry: Entry, given: Tensor, width: int, biased: bool) -> Entry:
    made = given.like((*given.shape[:-1], width))
    more = (Term("add", "bias", made.elements),) if biased else ()
    return _part(entry, "linear", (given,), made, made.elements * given.shape[-1], *more)


def _part(entry: Entry, kind: str, given: tuple[Tensor, ...], made: Tensor, formed: int, *more: Term) -> Entry:
    operator = Told(kind, kind, {"bias": bool(more)})
    work = (Term("multiply", "product", formed), *more)
    return Entry(entry.name, entry.scope, operator, given, (made,), (), work, entry.provenance)
