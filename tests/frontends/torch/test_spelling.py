"""Methods and operators are told apart: some tools see only the one or the other."""

from __future__ import annotations

import operator
from typing import Any

import pytest
import torch
from torch import nn

import netledger as nl

SHAPE = (3, 3)

SPELLINGS = {
    "__add__": lambda a, b: a + b,
    "add": lambda a, b: a.add(b),
    "__mul__": lambda a, b: 2.0 * a,
    "mul": lambda a, b: (a @ b).mul(b),
    "__matmul__": lambda a, b: (a.matmul(b)) @ b,
    "matmul": lambda a, b: (a @ b).matmul(b),
    "__truediv__": lambda a, b: a / b,
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_last_call_is_spelled_so(name: str) -> None:
    ledger = nl.count(SPELLINGS[name], SHAPE, SHAPE)
    assert ledger[len(ledger) - 1].provenance.function == f"torch.Tensor.{name}"


def functions(made: Any) -> list[str]:
    return [entry.provenance.function for entry in nl.count(made, SHAPE, SHAPE)]


def test_what_calls_the_operator_is_one() -> None:
    assert functions(lambda a, b: (a.add(b), sum([a, b]), operator.add(a, b))[2]) == [
        "torch.Tensor.add",
        *["torch.Tensor.__add__"] * 3,
    ]


def test_functions_are_as_they_are_called() -> None:
    assert functions(lambda a, b: torch.add(torch.relu(a), nn.functional.relu(b))) == [
        "torch.relu",
        "torch.nn.functional.relu",
        "torch.add",
    ]


def test_in_the_code_of_pytorch_itself() -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval()
    for _ in range(2):  # as it is met first, and as it is remembered
        spelled = [entry.provenance.function for entry in nl.count(layer, (2, 5, 8)) if entry.op == "add"]
        assert spelled == ["torch.Tensor.__add__"] * 2
