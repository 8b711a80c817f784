"""Where a framework does something else than the others: what, and how much it makes, worked out from the preset."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

__all__ = ["DIFFERENCES"]

Difference = Callable[[Any], int]


def second_biases(spec: Any) -> int:
    """PyTorch and Paddle keep two biases per gate of an LSTM where the preset, as Keras, has one."""
    return sum(len(_cells(entry)) * 4 * entry.attributes["hidden"] for entry in _of(spec, "lstm"))


def adding_second_biases(spec: Any) -> int:
    """Each is added at every step."""
    return sum(len(_cells(entry)) * _steps(entry) * 4 * entry.attributes["hidden"] for entry in _of(spec, "lstm"))


def sums_apart(spec: Any) -> int:
    """Flax adds up what a gate makes of the input and of the state by an addition that is no part of a layer."""
    return -adding_second_biases(spec)


def reversing(spec: Any) -> int:
    """Flax turns a sequence around by places that it works out: an operation for each, in two layers."""
    return sum(_steps(entry) for entry in _of(spec, "lstm"))


def scaled_queries(spec: Any) -> int:
    """The queries are scaled, not the scores: so many elements, not so many."""
    found = 0
    for entry in _of(spec, "multihead_attention"):
        batch, length, width = entry.inputs[0]
        found += batch * length * width - batch * entry.attributes["heads"] * length * length
    return found


def normalised_in_three(spec: Any) -> int:
    """Flax normalises by a subtraction, a multiplication and an addition; the preset by two, prepared per channel."""
    return sum(prod(entry.outputs[0]) - 2 * entry.outputs[0][1] for entry in _of(spec, "batchnorm"))


def folded_parameters(spec: Any) -> int:
    """PyTorch's exporter folds a batch norm into the convolution before it: a bias for a scale and a shift."""
    return -sum(entry.outputs[0][1] for entry in _of(spec, "batchnorm"))


def folded_biases(spec: Any) -> int:
    """The convolution adds that bias."""
    return sum(prod(entry.outputs[0]) for entry in _of(spec, "batchnorm"))


def folded(spec: Any) -> int:
    """A bias is added instead of all that a batch norm does."""
    return folded_biases(spec) - sum(entry.total("arithmetic") for entry in _of(spec, "batchnorm"))


def squares_of_rows(spec: Any) -> int:
    """Flax takes the variance of a row from the mean of its squares: three operations more, and never below 0."""
    return sum(3 * prod(entry.outputs[0][:-1]) for entry in _of(spec, "layernorm"))


def no_adaptive_pool(spec: Any) -> int:
    """What is 7×7 already is not pooled to 7×7: Flax has no adaptive pooling."""
    return -sum(prod(entry.outputs[0]) for entry in _of(spec, "adaptive_avgpool") if entry.inputs == entry.outputs)


def _of(spec: Any, kind: str) -> list[Any]:
    return [entry for entry in spec if entry.op == kind]


def _cells(entry: Any) -> range:
    return range(entry.attributes["layers"] * (2 if entry.attributes["bidirectional"] else 1))


def _steps(entry: Any) -> int:
    return int(entry.inputs[0][1])


def _sum(*found: Difference) -> Difference:
    return lambda spec: sum(one(spec) for one in found)


_TWO_BIASES: dict[str, Difference] = {
    "parameters": second_biases,
    "textbook": adding_second_biases,
    "arithmetic": adding_second_biases,
}

_FOLDED: dict[str, Difference] = {
    "parameters": folded_parameters,
    "textbook": folded_biases,
    "arithmetic": folded,
}

DIFFERENCES: dict[tuple[str, str], dict[str, Difference]] = {
    ("torch", "lstm_classifier"): _TWO_BIASES,
    ("paddle", "lstm_classifier"): _TWO_BIASES,
    ("onnx", "lstm_classifier"): _TWO_BIASES,
    ("onnx", "resnet18"): _FOLDED,
    ("onnx", "resnet50"): _FOLDED,
    ("onnx", "mobilenet_v2"): _FOLDED,
    ("paddle", "transformer_encoder"): {"arithmetic": scaled_queries},
    ("flax", "vgg16"): {"arithmetic": no_adaptive_pool},
    ("flax", "resnet18"): {"arithmetic": normalised_in_three},
    ("flax", "resnet50"): {"arithmetic": normalised_in_three},
    ("flax", "mobilenet_v2"): {"arithmetic": normalised_in_three},
    ("flax", "transformer_encoder"): {"arithmetic": _sum(scaled_queries, squares_of_rows)},
    ("flax", "lstm_classifier"): {"textbook": sums_apart, "arithmetic": reversing},
}
"""By front end and network: the figure, and the difference."""
