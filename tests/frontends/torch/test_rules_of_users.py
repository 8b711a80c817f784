"""Users write one class for their own function, module or operator of torch.library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

import netledger as nl
from netledger.frontends.torch import custom, memory
from netledger.frontends.torch.rules import _registry


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Rules of one test are not those of the next."""
    before = dict(custom.FUNCTIONS), dict(custom.MODULES), dict(_registry.RULES)
    yield
    for table, old in zip((custom.FUNCTIONS, custom.MODULES, _registry.RULES), before, strict=True):
        table.clear()
        table.update(old)
    _registry.forget()
    memory.forget()


class Doubling(nl.Operator):
    """y = 2·x."""

    __slots__ = ()

    KIND = "doubling"

    def work(self, inputs: Any, outputs: Any) -> Any:
        return (nl.Term("multiply", "scale", inputs[0].elements),)


def test_a_function_however_it_is_reached() -> None:
    factor = 3

    def scan(x: torch.Tensor, weight: torch.Tensor, decay: float = 0.5) -> torch.Tensor:
        return x * weight * decay * factor

    @nl.rule(scan)
    class Scan(nl.Operator):
        """h[t] = a·h[t − 1] + x[t]."""

        KIND = "scan"

        decay: float = nl.real("how much is kept", 1.0)

        def infer(self, inputs: Any) -> Any:
            return inputs[:1]

        def work(self, inputs: Any, outputs: Any) -> Any:
            return nl.accumulate(2 * inputs[0].elements, inputs[0].elements, biased=False)

    class Layer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Parameter(torch.ones(4))
            self.scan = scan

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.scan(x, self.a, decay=0.25) + 1

    code = scan.__code__
    ledger = nl.count(Layer(), (2, 3, 4))
    assert scan.__code__ is code
    assert [entry.call for entry in ledger] == ["scan(decay=0.25)", "add(constant=1)"]
    assert ledger.total("macs") == 48
    assert ledger["scan1"].parameter_list[0].key == "a"
    assert ledger["scan1"].provenance.function.endswith("scan")
    assert torch.equal(scan(torch.ones(4), torch.ones(4)), torch.full((4,), 1.5))


def test_a_class_of_modules() -> None:
    class Mixer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.state = 7
            self.inner = nn.Linear(4, 4, bias=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.ops.aten.nonsense(self.inner(x))

    @nl.rule(Mixer)
    class Mixing(nl.Operator):
        """y = mixed x."""

        state: int = nl.number("S", "states")

        def work(self, inputs: Any, outputs: Any) -> Any:
            return nl.accumulate(inputs[0].elements * self.state, inputs[0].elements, biased=False)

    ledger = nl.count(nn.Sequential(Mixer(), nn.Linear(4, 2)), (3, 4))
    assert [entry.name for entry in ledger] == ["0", "1"]
    assert ledger["0"].total("macs") == 84
    assert ledger.parameters == 16 + 10
    assert ledger["0"].op == "mixing"


def test_an_operator_of_torch_library() -> None:
    @torch.library.custom_op("netledger_tests::twice", mutates_args=())
    def twice(x: torch.Tensor, times: int) -> torch.Tensor:
        return x * times

    @twice.register_fake
    def _(x: torch.Tensor, times: int) -> torch.Tensor:
        return torch.empty_like(x)

    ledger = nl.count(lambda x: twice(x, 2), (3, 4))
    assert not ledger.complete
    assert "netledger_tests" in ledger.gaps[0].reason
    nl.rule(twice)(Doubling)
    assert nl.count(lambda x: twice(x, 2), (3, 4))["doubling1"].work == (nl.Term("multiply", "scale", 12),)
    assert nl.count(lambda x: torch.ops.netledger_tests.twice(x, 2), (3, 4)).complete


def test_a_function_of_autograd() -> None:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor, times: int) -> torch.Tensor:
            ctx.save_for_backward(x)
            return x * times

    assert nl.count(lambda x: Double.apply(x, 2), (3, 4))[0].op == "multiply"
    nl.rule(Double)(Doubling)
    assert nl.count(lambda x: Double.apply(x, 2), (3, 4))[0].op == "doubling"
    assert "apply" not in vars(Double)
    assert torch.equal(Double.apply(torch.ones(2), 2), torch.full((2,), 2.0))


@pytest.mark.parametrize("target", [3, "no operator", torch.relu])
def test_what_can_have_no_rule(target: Any) -> None:
    with pytest.raises(nl.NetledgerError):
        nl.rule(target)(Doubling)


def test_a_rule_is_an_operator() -> None:
    with pytest.raises(nl.NetledgerError, match="no operator"):
        nl.rule(lambda x: x)(int)
