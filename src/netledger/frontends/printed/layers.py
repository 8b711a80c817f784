"""What each printed class is as an operator. PyTorch and Paddle print what differs from their own defaults."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from netledger.core.language import later
from netledger.core.operator import Operator
from netledger.frontends.operators import load
from netledger.frontends.printed.text import Printed

__all__ = ["CONTAINERS", "LAYERS", "Layer"]

CONTAINERS = (
    "Sequential",
    "ModuleList",
    "LayerList",
    "ModuleDict",
    "LayerDict",
    "ConvNormActivation",
    "Conv2dNormActivation",
)
"""Classes that run their layers one after another, or are taken to."""


class Layer(NamedTuple):
    """An operator, and what the printed layer is made for.

    Args:
        op: the operator.
        channels: the channels, or features, that its weights are made for; 0: any.
        axes: how many axes its input has, the batch included; 0: any.
        silent: what the framework does not print, and is assumed.

    """

    op: Operator
    channels: int = 0
    axes: int = 0
    silent: str = ""


_NO_BIAS = later("Paddle does not print whether a layer has a bias: each is taken to have one.")


_OPTIONAL = ("stride",)


def _of(printed: Printed, place: int, name: str, default: Any = None) -> Any:
    """An argument by its place or name; it must be there, unless it has a default."""
    found = printed.values[place] if place < len(printed.values) else printed.named.get(name, default)
    if found is None and name not in _OPTIONAL:
        raise ValueError(name)
    return found


def _one(value: Any) -> Any:
    """One number where all are the same."""
    parts = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(part, (int, float, Fraction)) for part in parts):
        raise ValueError(value)
    return parts[0] if len(set(parts)) == 1 else parts


def _is_paddle(printed: Printed) -> bool:
    return printed.kind.endswith(("1D", "2D", "3D", "Transpose")) or "data_format" in printed.named


def _axes(printed: Printed) -> int:
    """The axes of the input: the digit in the class's name, batch and channels."""
    return 2 + next((int(sign) for sign in printed.kind if sign in "123"), 0)


def _padding(printed: Printed) -> Any:
    value = printed.named.get("padding", 0)
    return value.lower() if isinstance(value, str) else _one(value)


def _channels(printed: Printed) -> str:
    return "last" if str(printed.named.get("data_format", "NCHW")) in ("NHWC", "NDHWC", "NLC") else "first"


def _weighed(printed: Printed, kind: str, **more: Any) -> Layer:
    given = printed.named
    operator = load(kind)(
        out=int(_of(printed, 1, "out_channels")),
        kernel=_one(_of(printed, 2, "kernel_size")),
        stride=_one(given.get("stride", 1)),
        padding=_padding(printed),
        dilation=_one(given.get("dilation", 1)),
        groups=int(given.get("groups", 1)),
        bias=given.get("bias", True) is not False,
        channels=_channels(printed),
        **more,
    )
    silent = _NO_BIAS if _is_paddle(printed) else ""
    return Layer(operator, int(_of(printed, 0, "in_channels")), _axes(printed), silent)


def _conv(printed: Printed) -> Layer:
    return _weighed(printed, "conv")


def _conv_transpose(printed: Printed) -> Layer:
    return _weighed(printed, "conv_transpose", output_padding=_one(printed.named.get("output_padding", 0)))


def _linear(printed: Printed) -> Layer:
    features = int(_of(printed, 0, "in_features"))
    bias = printed.named.get("bias")
    operator = load("linear")(int(_of(printed, 1, "out_features")), bias is not False)
    return Layer(operator, features, 0, _NO_BIAS if bias is None else "")


def _batchnorm(printed: Printed) -> Layer:
    given = printed.named
    affine, track = given.get("affine", True), given.get("track_running_stats", True)
    operator = load("batchnorm")(float(given.get("eps", given.get("epsilon", 1e-5))), bool(affine), bool(track))
    return Layer(operator, int(_of(printed, 0, "num_features")), _axes(printed) if "1" not in printed.kind else 0)


def _pool(kind: str) -> Callable[[Printed], Layer]:
    def make(printed: Printed) -> Layer:
        given = printed.named
        kernel = _of(printed, 0, "kernel_size")
        stride = _of(printed, 1, "stride")
        common: dict[str, Any] = {
            "padding": _padding(printed),
            "rounding": "ceil" if given.get("ceil_mode") else "floor",
            "clip": not _is_paddle(printed),
        }
        if kind == "maxpool":
            common["dilation"] = _one(given.get("dilation", 1))
        else:
            told = "count_include_pad" in given
            common["count_include_pad"] = bool(given["count_include_pad"]) if told else not _is_paddle(printed)
        operator = load(kind)(_one(kernel), None if stride is None else _one(stride), **common)
        return Layer(operator, 0, _axes(printed))

    return make


def _adaptive(kind: str) -> Callable[[Printed], Layer]:
    def make(printed: Printed) -> Layer:
        return Layer(load(kind)(_one(_of(printed, 0, "output_size"))), 0, _axes(printed))

    return make


def _layernorm(printed: Printed) -> Layer:
    shape = _of(printed, 0, "normalized_shape")
    over = len(shape) if isinstance(shape, tuple) else 1
    given = printed.named
    eps = float(given.get("eps", given.get("epsilon", 1e-5)))
    affine = given.get("elementwise_affine", True) is not False
    return Layer(load("layernorm")(over, eps, affine, affine and given.get("bias", True) is not False))


def _groupnorm(printed: Printed) -> Layer:
    given = printed.named
    operator = load("groupnorm")(int(_of(printed, 0, "num_groups")), 1e-5, given.get("affine", True) is not False)
    return Layer(operator, int(_of(printed, 1, "num_channels")))


def _instancenorm(printed: Printed) -> Layer:
    affine = bool(printed.named.get("affine", _is_paddle(printed)))
    return Layer(load("instancenorm")(1e-5, affine), int(_of(printed, 0, "num_features")), _axes(printed))


def _embedding(printed: Printed) -> Layer:
    return Layer(load("embedding")(int(_of(printed, 0, "num_embeddings")), int(_of(printed, 1, "embedding_dim"))))


def _recurrent(kind: str) -> Callable[[Printed], Layer]:
    def make(printed: Printed) -> Layer:
        given = printed.named
        both = given.get("bidirectional") or str(given.get("direction", "forward")) in ("bidirect", "bidirectional")
        sizes = (int(_of(printed, 1, "hidden_size")), int(given.get("num_layers", 1)))
        operator = load(kind)(*sizes, bool(both), given.get("bias", True) is not False)
        return Layer(operator, int(_of(printed, 0, "input_size")), 3)

    return make


def _upsample(printed: Printed) -> Layer:
    given = printed.named
    mode, corners = str(given.get("mode", "nearest")).lower(), bool(given.get("align_corners"))
    size, factor = given.get("size"), given.get("scale_factor")
    if size is not None:
        return Layer(load("upsample")(size=_one(size), mode=mode, align_corners=corners), 0)
    parts = factor if isinstance(factor, tuple) else (factor,)
    found = _one(tuple(Fraction(str(part)) for part in parts))
    return Layer(load("upsample")(scale=found, mode=mode, align_corners=corners), 0)


def _pad(printed: Printed) -> Layer:
    given = _of(printed, 0, "padding")
    flat = given if isinstance(given, tuple) else (given,) * 2 * (_axes(printed) - 2)
    pairs = tuple(zip(flat[::2], flat[1::2], strict=True))[::-1]
    mode = {"Ref": "reflect", "Rep": "replicate", "Cir": "circular"}.get(printed.kind[:3], "constant")
    return Layer(load("pad")(pairs, mode), 0, _axes(printed))


def _flatten(printed: Printed) -> Layer:
    given = printed.named
    start, end = given.get("start_dim", given.get("start_axis", 1)), given.get("end_dim", given.get("stop_axis", -1))
    return Layer(load("flatten")(int(start), int(end)))


def _softmax(kind: str) -> Callable[[Printed], Layer]:
    def make(printed: Printed) -> Layer:
        axis = printed.named.get("dim", printed.named.get("axis", -1))
        return Layer(load(kind)(-1 if axis is None else int(axis)))

    return make


def _plain(kind: str, **attributes: tuple[str, Any]) -> Callable[[Printed], Layer]:
    """An operator of a few attributes; each is printed by this name, with this default."""

    def make(printed: Printed) -> Layer:
        values = {ours: printed.named.get(theirs, default) for ours, (theirs, default) in attributes.items()}
        return Layer(load(kind)(**values))

    return make


def _prelu(printed: Printed) -> Layer:
    return Layer(load("prelu")("one" if _of(printed, 0, "num_parameters", 1) == 1 else "channel"))


def _dropout(printed: Printed) -> Layer:
    return Layer(load("dropout")(float(printed.named.get("p", 0.5))))


_PLAIN = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "silu": "SiLU Silu Swish",
    "mish": "Mish",
    "hardswish": "Hardswish HardSwish",
    "hardsigmoid": "Hardsigmoid HardSigmoid",
    "selu": "SELU",
    "softsign": "Softsign",
    "logsigmoid": "LogSigmoid",
    "tanhshrink": "Tanhshrink",
    "identity": "Identity",
}

_HOW = ("Zero", "Reflection", "Replication", "Circular")
_PADS = [f"{how}Pad{axes}{sign}" for how in _HOW for axes in (1, 2, 3) for sign in "dD"]
_DROPS = ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "Dropout2D", "Dropout3D", "AlphaDropout", "DropPath")

LAYERS: dict[str, Callable[[Printed], Layer]] = {
    **{name: _plain(kind) for kind, names in _PLAIN.items() for name in names.split()},
    **{f"Conv{axes}{sign}": _conv for axes in (1, 2, 3) for sign in "dD"},
    **{f"ConvTranspose{axes}d": _conv_transpose for axes in (1, 2, 3)},
    **{f"Conv{axes}DTranspose": _conv_transpose for axes in (1, 2, 3)},
    **{f"BatchNorm{axes}{sign}": _batchnorm for axes in (1, 2, 3) for sign in "dD"},
    **{f"InstanceNorm{axes}{sign}": _instancenorm for axes in (1, 2, 3) for sign in "dD"},
    **{f"MaxPool{axes}{sign}": _pool("maxpool") for axes in (1, 2, 3) for sign in "dD"},
    **{f"AvgPool{axes}{sign}": _pool("avgpool") for axes in (1, 2, 3) for sign in "dD"},
    **{f"AdaptiveAvgPool{axes}{sign}": _adaptive("adaptive_avgpool") for axes in (1, 2, 3) for sign in "dD"},
    **{f"AdaptiveMaxPool{axes}{sign}": _adaptive("adaptive_maxpool") for axes in (1, 2, 3) for sign in "dD"},
    **dict.fromkeys(_PADS, _pad),
    **dict.fromkeys(_DROPS, _dropout),
    "Linear": _linear,
    "LayerNorm": _layernorm,
    "GroupNorm": _groupnorm,
    "Embedding": _embedding,
    "LSTM": _recurrent("lstm"),
    "GRU": _recurrent("gru"),
    "Upsample": _upsample,
    "Flatten": _flatten,
    "Softmax": _softmax("softmax"),
    "LogSoftmax": _softmax("log_softmax"),
    "PReLU": _prelu,
    "GELU": _plain("gelu"),
    "LeakyReLU": _plain("leaky_relu", slope=("negative_slope", 0.01)),
    "ELU": _plain("elu", alpha=("alpha", 1.0)),
    "CELU": _plain("celu", alpha=("alpha", 1.0)),
    "Softplus": _plain("softplus"),
    "Hardtanh": _plain("hardtanh", low=("min_val", -1.0), high=("max_val", 1.0)),
    "PixelShuffle": _plain("pixel_shuffle", factor=("upscale_factor", 2)),
    "PixelUnshuffle": _plain("pixel_unshuffle", factor=("downscale_factor", 2)),
    "LocalResponseNorm": lambda printed: Layer(load("lrn")(int(_of(printed, 0, "size", 5)))),
}
"""How a layer of each class is made."""
