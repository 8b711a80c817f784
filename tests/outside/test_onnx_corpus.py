"""The nodes that ONNX itself is tested with: every output has the shape and the type that ONNX says."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

import netledger as nl
from netledger.core.errors import NetledgerError, SourceError, ValuesNeededError
from netledger.core.network import DTYPE_BITS

DATA_DEPENDENT = frozenset(
    (
        *("test_unique_sorted_without_axis", "test_unique_not_sorted_without_axis", "test_unique_sorted_with_axis"),
        *("test_unique_sorted_with_axis_3d", "test_unique_sorted_with_negative_axis", "test_unique_length_1"),
        "test_range_bfloat16_type_positive_delta_expanded",  # NumPy has no such numbers: their values are not read
    )
)
"""How large a result is, only its values say."""

NO_NUMBERS = ("element type 8 of ONNX", "is no tensor of a known type")
"""Texts, sequences and optional values as inputs of the whole model: refused, and said so."""

SHAPE_ONLY = frozenset(
    (
        *(
            "Adagrad",
            "Adam",
            "Momentum",
            "Gradient",
            "ArrayFeatureExtractor",
            "Binarizer",
            "TreeEnsemble",
            "LabelEncoder",
        ),
        *("CausalConvWithState", "LinearAttention", "FlexAttention", "Det", "ImageDecoder", "NonMaxSuppression"),
        *("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss", "RoiAlign", "TfIdfVectorizer", "STFT"),
        *("MaxRoiPool",),
        *("NonZero", "Unique", "Loop"),
    )
)
"""Operators without a rule: their row says not counted, their shape is that of the file."""

PARTLY = frozenset(
    ("AveragePool", "LpPool", "Col2Im", "DFT", "LSTM", "Resize", "Range", "ScatterElements", "ScatterND", "Scan")
)
"""Operators some uses of which have no rule (dilated means, other activations, smoothing …)."""


@cache
def cases() -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases

        return list(collect_testcases(None))


def array(value: Any) -> Any:
    return numpy_helper.to_array(value) if isinstance(value, TensorProto) else value


def counted(case: Any) -> tuple[nl.Ledger, Any]:
    inputs, outputs = case.data_sets[0]
    return nl.count(case.model, *[array(value) for value in inputs]), outputs


def test_there_are_many() -> None:
    """The corpus is there."""
    assert len(cases()) > 1500


def test_every_shape_and_type() -> None:
    """Those of ONNX's own results."""
    wrong, seen = [], 0
    for case in cases():
        try:
            ledger, outputs = counted(case)
        except NetledgerError as error:
            if _excused(case, error):
                continue
            wrong.append((case.name, str(error)))
            continue
        if any(isinstance(value, (list, dict)) or value is None for value in outputs):
            continue  # a sequence
        seen += 1
        wrong += _differences(case, ledger, outputs)
    assert not wrong, f"{len(wrong)}: {wrong[:5]}"
    assert seen > 1700


def _excused(case: Any, error: NetledgerError) -> bool:
    if isinstance(error, ValuesNeededError):
        return case.name in DATA_DEPENDENT
    return isinstance(error, SourceError) and any(words in str(error) for words in NO_NUMBERS)


def _differences(case: Any, ledger: nl.Ledger, outputs: Any) -> list[tuple[str, Any, Any]]:
    network = ledger.network
    assert network is not None
    made = network.at(network.outputs)
    told = [tuple(value.dims) if isinstance(value, TensorProto) else np.shape(value) for value in outputs]
    if told != [tensor.shape for tensor in made]:
        return [(case.name, told, [tensor.shape for tensor in made])]
    types = [
        (str(np.asarray(value).dtype), tensor.dtype)
        for value, tensor in zip(outputs, made, strict=True)
        if not isinstance(value, TensorProto)
    ]
    return [(case.name, one, other) for one, other in types if one != other and one in DTYPE_BITS]


def test_what_is_not_counted() -> None:
    """Only what is on the lists has no rule."""
    found: dict[str, str] = {}
    for case in cases():
        try:
            ledger, _ = counted(case)
        except NetledgerError:
            continue
        for gap in ledger.gaps:
            found.setdefault(gap.reason, case.name)
    known = {reason for reason in found for name in (*SHAPE_ONLY, *PARTLY) if name in reason}
    left = {reason: name for reason, name in found.items() if reason not in known and "values" not in reason}
    assert not left, left


@pytest.mark.parametrize("version", range(7, onnx.defs.onnx_opset_version() + 1))
def test_every_version_of_operators(version: int) -> None:
    """A small network of that version is counted."""
    weight = numpy_helper.from_array(np.ones((4, 3, 3, 3), np.float32), "weight")
    nodes = [onnx.helper.make_node("Conv", ["x", "weight"], ["y"]), onnx.helper.make_node("Softmax", ["y"], ["z"])]
    inputs = [onnx.helper.make_tensor_value_info("x", 1, (1, 3, 8, 8))]
    graph = onnx.helper.make_graph(nodes, "net", inputs, [onnx.helper.make_tensor_value_info("z", 1, None)], [weight])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", version)])
    assert nl.count(model).total("macs") == 4 * 27 * 36
