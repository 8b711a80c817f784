"""Every number of a layer gets the name that it has in the field."""

from __future__ import annotations

from typing import Any

import pytest

from netledger.core.formula import TEXT, symbols
from netledger.core.network import Tensor
from netledger.core.trace import name_outputs, trace
from netledger.ops import load


def names(shape: Any) -> list[str]:
    return [size.name for size in shape]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((5,), ["F_in"]),
        ((1, 5), ["N", "F_in"]),
        ((1, 3, 5), ["N", "C_in", "L_in"]),
        ((1, 3, 5, 5), ["N", "C_in", "H_in", "W_in"]),
        ((1, 3, 5, 5, 5), ["N", "C_in", "D_in", "H_in", "W_in"]),
        ((1, 3, 5, 5, 5, 5), ["N", "C_in", "L1_in", "L2_in", "L3_in", "L4_in"]),
    ],
)
def test_sizes_of_an_input(shape: tuple[int, ...], expected: list[str]) -> None:
    _, (tensor,) = trace(load("relu")(), (Tensor(shape, "float16"),))
    assert names(tensor.shape) == expected
    assert [size.value for size in tensor.shape] == list(shape)  # type: ignore[attr-defined]
    assert tensor.dtype == "float16"


def test_several_inputs_are_numbered() -> None:
    _, inputs = trace(load("add")(), (Tensor((1, 5)), Tensor((1, 5))))
    assert [names(tensor.shape)[1] for tensor in inputs] == ["F_in1", "F_in2"]


def test_computed_sizes_of_outputs_are_named_and_others_stay() -> None:
    op, inputs = trace(load("conv")(4, 3), (Tensor((1, 2, 9, 9)),))
    (one,) = name_outputs(op, op.infer(inputs))
    assert names(one.shape) == ["N", "C_out", "H_out", "W_out"]
    op, inputs = trace(load("split")(2), (Tensor((1, 8)),))
    assert [names(tensor.shape) for tensor in name_outputs(op, op.infer(inputs))] == [["N", "F_out1"], ["N", "F_out2"]]
    op, inputs = trace(load("global_avgpool")(), (Tensor((1, 2, 9, 9)),))
    assert name_outputs(op, op.infer(inputs))[0].shape[2:] == (1, 1)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"kernel": 3}, {"H_in": 9, "K": 3, "S": 2, "P": 0}),
        ({"kernel": (3, 5)}, {"H_in": 9, "K_h": 3, "S": 2, "P": 0}),
        ({"kernel": 3, "padding": (1, 2)}, {"H_in": 9, "K": 3, "S": 2, "P_h": 1}),
        (
            {"kernel": 3, "padding": ((0, 1), (2, 3)), "dilation": (2, 1)},
            {"H_in": 9, "K": 3, "S": 2, "P_h_before": 0, "P_h_after": 1, "D_h": 2},
        ),
    ],
)
def test_attributes_get_a_symbol_per_axis_and_side(attributes: dict[str, Any], expected: dict[str, int]) -> None:
    op, inputs = trace(load("maxpool")(stride=2, **attributes), (Tensor((1, 2, 9, 9)),))
    assert symbols(op.infer(inputs)[0].shape[2]) == expected


def test_words_and_what_is_left_out_stay() -> None:
    op: Any = trace(load("avgpool")(2, padding="same"), (Tensor((1, 2, 9, 9)),))[0]
    assert op.padding == "same"
    assert op.stride is None
    assert op.count_include_pad is True


def test_the_derivation_of_alexnets_first_size() -> None:
    op, inputs = trace(load("conv")(96, 11, 4), (Tensor((1, 3, 227, 227)),))
    size = op.infer(inputs)[0].shape[2]
    assert size.value == 55  # type: ignore[attr-defined]
    assert TEXT.formula(size) == "⌊(H_in + 2·P − K) / S⌋ + 1"
    assert TEXT.substitution(size) == "⌊(227 + 2·0 − 11) / 4⌋ + 1"
