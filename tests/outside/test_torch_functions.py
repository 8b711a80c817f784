"""Every rule of the PyTorch front end, in every form in which its functions are called: shapes, element types and FLOPs
are what eager PyTorch makes and what FlopCounterMode counts."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

import netledger as nl
from netledger.frontends.torch.rules import RULES, name_of
from tests.outside.torch_functions import CALLS, KNOWN, ONLY_ELSEWHERE, REAL, UNSEEN, Call, inputs, run

pytestmark = pytest.mark.filterwarnings("ignore")

Facts = list[tuple[tuple[int, ...], str]]


def facts(value: Any) -> Facts:
    """Shape and element type of every tensor in it."""
    if isinstance(value, torch.Tensor):
        return [(tuple(value.shape), str(value.dtype).removeprefix("torch."))]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    return [fact for part in parts for fact in facts(part)]


def seen_by_counter(call: Call) -> int | None:
    """What FlopCounterMode counts; None where PyTorch cannot do it on meta."""
    try:
        with FlopCounterMode(display=False) as counter, torch.device("meta"), torch.no_grad():
            call(*inputs(call, "meta"))
    except (RuntimeError, TypeError, NotImplementedError, ValueError, IndexError, AssertionError):
        return None
    return int(counter.get_total_flops())


def complaint(call: Call) -> str:
    """How the count differs from PyTorch; empty if it does not."""
    expected = run(call)
    answers = []

    def model(*tensors: torch.Tensor) -> Any:
        answers.append(call(*tensors))
        return answers[-1]

    try:
        ledger = nl.count(model, *inputs(call, "cpu" if call.real else "meta"))
    except nl.NetledgerError as error:
        return f"{call}: {type(error).__name__}: {error}"
    network = ledger.network
    assert network is not None
    found = [(network.tensors[number].shape, network.tensors[number].dtype) for number in network.outputs]
    if found != facts(expected):
        return f"{call}: {found}, not {facts(expected)}"
    if not isinstance(expected, torch.Tensor) and type(answers[0]) is not type(expected):
        return f"{call}: a {type(answers[0]).__name__}, not a {type(expected).__name__}"
    if not found and isinstance(expected, (bool, int, float, complex)) and answers[0] != expected:
        return f"{call}: {answers[0]}, not {expected}"
    ours, theirs = ledger.total("flops"), seen_by_counter(call)
    if str(call) in UNSEEN:
        return "" if (ours, theirs) == UNSEEN[str(call)] else f"{call}: {ours} FLOPs, and {theirs} by FlopCounterMode"
    return "" if theirs in (None, ours) else f"{call}: {ours} FLOPs, not {theirs}"


SOUND = [call for call in (*CALLS, *REAL) if str(call) not in KNOWN]
WRONG = [call for call in (*CALLS, *REAL) if str(call) in KNOWN]


def family(call: Call) -> str:
    """What calls are tested together: those of one function that stand side by side."""
    found = re.search(r"(?:^|[.])([A-Za-z]\w{2,})\(", str(call))
    return found[1].strip("_") if found else "signs"


FAMILIES = [(name, list(group)) for name, group in groupby(SOUND, family)]


@pytest.mark.parametrize("calls", [pytest.param(group, id=name) for name, group in FAMILIES])
def test_calls(calls: list[Call]) -> None:
    assert not [said for said in map(complaint, calls) if said]


def confusion(call: Call) -> str:
    """How a second call on other tensors of the same shapes is taken for the first; empty if it is not."""

    def listed(value: Any) -> Any:
        return list(value) if hasattr(value, "__next__") else value

    def twice(*tensors: torch.Tensor) -> Any:
        half = len(tensors) // 2
        return listed(call(*tensors[:half])), listed(call(*tensors[half:]))

    given = [inputs(call, "cpu" if call.real else "meta") for _ in range(2)]
    alone = nl.count(lambda *tensors: listed(call(*tensors)), *given[0]).network
    for _ in range(2):  # of the second count, all is known
        both = nl.count(twice, *given[0], *given[1]).network
        assert alone is not None
        assert both is not None
        known = set(both.inputs)
        for node in both.nodes:
            if not known.issuperset(node.inputs):
                return f"{call}: {node.name} reads what is not made yet"
            known.update(node.outputs)
        first, second = both.outputs[: len(alone.outputs)], both.outputs[len(alone.outputs) :]
        if len(first) != len(second) or set(first) & set(second) or not known.issuperset(both.outputs):
            return f"{call}: answers {first}, then {second}"
    return ""


@pytest.mark.parametrize("calls", [pytest.param(group, id=name) for name, group in FAMILIES])
def test_calls_on_other_tensors(calls: list[Call]) -> None:
    assert not [said for said in map(confusion, calls) if said]


@pytest.mark.parametrize(
    "call",
    [pytest.param(call, id=str(call), marks=pytest.mark.xfail(strict=True, reason=KNOWN[str(call)])) for call in WRONG],
)
def test_known_defects(call: Call) -> None:
    assert not complaint(call)


def test_lists_are_of_calls_that_exist() -> None:
    texts = {str(call) for call in (*CALLS, *REAL)}
    assert not set(KNOWN) - texts
    assert not set(UNSEEN) - texts


class _Names(TorchFunctionMode):
    """Writes down what functions are called."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = name_of(func)
        self.names.add(name if name in RULES else name[:-1])
        return func(*args, **(kwargs or {}))


def test_every_rule_is_called() -> None:
    """A new rule: add a row to torch_functions.py for every form in which its function is called."""
    with _Names() as seen:
        for call in (*CALLS, *REAL):
            run(call)
    assert not set(RULES) - seen.names - set(ONLY_ELSEWHERE), "rules that no call in torch_functions.py reaches"
    assert not set(ONLY_ELSEWHERE) - set(RULES), "no such rules (any more)"
    assert not set(ONLY_ELSEWHERE) & seen.names, "these can be called after all: take them out of ONLY_ELSEWHERE"
