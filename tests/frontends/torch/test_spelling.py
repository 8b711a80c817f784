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


def test_a_function_that_was_kept_is_told_from_one_called_by_name() -> None:
    kept = nn.functional.relu

    def both(a: Any, b: Any) -> Any:
        return kept(a) + nn.functional.relu(b)

    ledger = nl.count(both, SHAPE, SHAPE)
    assert [entry.provenance.kept for entry in ledger if entry.op == "relu"] == [True, False]
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval()
    assert [entry.provenance.kept for entry in nl.count(layer, (2, 5, 8)) if entry.op == "relu"] == [True]
    assert not any(entry.provenance.kept for entry in nl.count(nn.Sequential(nn.ReLU(), nn.GELU()), (2, 8)))


def test_what_is_given_by_name_is_told() -> None:
    class Join(nn.Module):
        def forward(self, a: Any, b: Any) -> Any:
            return a + b

    (call,) = nl.count(Join(), SHAPE, kwargs={"b": SHAPE}).data.calls
    assert (len(call.inputs), call.named) == (2, 1)


def test_a_tensor_given_twice_is_one_input() -> None:
    given = torch.zeros(3, 3)
    ledger = nl.count(lambda a, b: a @ b, given, given)
    assert ledger.inputs == ((3, 3),)
    assert ledger.data.entries[0].reads == (0, 0)
    again = nl.Ledger.from_json(ledger.to_json())
    assert again == ledger
    assert again.data.outputs == (1,)
