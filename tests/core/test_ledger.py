"""The ledger: sums over entries, and what is not counted."""

from __future__ import annotations

import pytest

from netledger.conventions import load as convention
from netledger.core.ledger import Entry, Gap, Ledger, ParameterCounts, build, count_parameters, price
from netledger.core.network import Builder, Parameter, Provenance, Tensor
from netledger.ops import load
from tests.laws.entries import entry_of, ledger_of

IMAGE = Tensor((2, 3, 8, 8))


def small() -> Ledger:
    steps = (load("conv")(4, 3, bias=False), load("batchnorm")(), load("relu")(), load("flatten")(), load("linear")(10))
    return ledger_of(*steps, inputs=(IMAGE,))


def test_an_entry_tells_its_facts() -> None:
    entry = small().entries[0]
    assert (entry.name, entry.op, entry.call) == ("conv1", "conv", "conv(4, 3, bias=false)")
    assert (entry.inputs, entry.outputs) == ((IMAGE,), (Tensor((2, 4, 6, 6)),))
    assert entry.attributes["kernel"] == 3
    assert entry.provenance == Provenance()
    assert [part.role for part in entry.parameters] == ["weight"]
    assert entry.counted
    assert not entry.view
    assert entry.gap is None


def test_work_is_summed_by_action_and_role() -> None:
    entry = entry_of((load("conv")(4, 3), (IMAGE,)))
    outputs, products = 2 * 4 * 6 * 6, 2 * 4 * 6 * 6 * 27
    assert entry.where("multiply") == entry.where("multiply", "product") == products
    assert entry.where(role="accumulate") == products - outputs
    assert entry.where("add") == products
    assert entry.where(role="bias") == outputs
    assert entry.where() == 2 * products
    assert entry.where("divide") == entry.where("add", "product") == 0


def test_parameters_are_summed_by_kind() -> None:
    assert small().parameter_counts == ParameterCounts(
        total=108 + 8 + 1450, trainable=1566, weights=108 + 4 + 1440, biases=4 + 10, buffers=8
    )
    assert [entry.parameter_counts.total for entry in small()] == [108, 8, 0, 0, 1450]


def test_frozen_parameters_count_but_do_not_train() -> None:
    ledger = ledger_of(load("linear")(133), inputs=(Tensor((1, 16)),), trainable=False)
    assert ledger.parameter_counts == ParameterCounts(2261, 0, 2128, 133, 0)


def with_keys(*keys: str) -> Ledger:
    entries = small().entries
    made = [
        entries[4]._replace(name=f"fc{place}", parameters=(Parameter("weight", (3, 3), key=key),))
        for place, key in enumerate(keys)
    ]
    return Ledger("net", "", (IMAGE,), tuple(made))


def test_shared_parameters_count_once() -> None:
    assert with_keys("w", "w").parameter_counts.total == 9
    assert with_keys("w", "v").parameter_counts.total == 18


def test_parameters_without_a_key_are_their_layers_own() -> None:
    assert with_keys("", "").parameter_counts.total == 18


def test_memory_by_kind() -> None:
    """Views write nothing: flatten is not counted again."""
    maps = 3 * (2 * 4 * 6 * 6) + 2 * 10
    assert small().bytes == {"input": 4 * 384, "feature_maps": 4 * maps, "parameters": 4 * (1566 + 8)}


def test_prices_are_sums() -> None:
    ledger = small()
    products = 2 * 144 * 27 + 2 * 1440
    assert price(convention("macs"), ledger) == products
    assert price(convention("flops"), ledger.entries) == 2 * products
    assert price(convention("macs"), ()) == 0


def test_what_has_no_rule_is_a_gap_with_a_bound() -> None:
    custom = load("custom")("mystery", (5,))
    ledger = ledger_of(load("relu")(), custom, inputs=(Tensor((2, 4)),))
    assert not ledger.complete
    assert ledger.gaps == (Gap("custom2", "custom", "there is no rule for this operation", 2 * 8 * 10),)
    assert ledger.entries[1].gap == ledger.gaps[0]
    assert small().complete
    assert small().gaps == ()


def test_the_bound_covers_parameters_too() -> None:
    entry = entry_of((load("custom")("mystery", (5,)), (Tensor((1, 4)),)))
    with_weight = entry._replace(parameters=(Parameter("weight", (7,)),))
    assert with_weight.gap is not None
    assert with_weight.gap.bound == 2 * (4 + 7) * 5


def test_sums_of_no_parameters() -> None:
    assert count_parameters(()) == ParameterCounts(0, 0, 0, 0, 0)


def test_an_empty_network_has_an_empty_ledger() -> None:
    builder = Builder()
    number = builder.input(IMAGE)
    ledger = build(builder.network("nothing", "", (number,)))
    assert ledger.entries == ()
    assert ledger.complete
    assert ledger.bytes == {"input": IMAGE.bytes, "feature_maps": 0, "parameters": 0}
    assert list(ledger) == []


def test_a_ledger_is_frozen() -> None:
    ledger = small()
    with pytest.raises(AttributeError):
        ledger.name = "other"  # type: ignore[misc]
    entry: Entry = ledger.entries[0]
    with pytest.raises(AttributeError):
        entry.work = ()  # type: ignore[misc]
