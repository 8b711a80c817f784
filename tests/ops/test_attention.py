"""Matmul, einsum, attention, and learned tensors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from netledger.conventions import load as convention
from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.entries import amount, entry_of
from tests.laws.strategies import QUICK, Case, cases
from tests.ops.helpers import entry, refused, shape, stored, work

MACS = convention("macs")


def macs(kind: str, *given_: tuple[int, ...], **attributes: Any) -> int:
    return amount(MACS, (load(kind)(**attributes), tuple(map(Tensor, given_))))


def test_matmul() -> None:
    assert shape("matmul", (2, 1, 3, 4), (5, 4, 6)) == (2, 5, 3, 6)
    assert work("matmul", (2, 1, 3, 4), (5, 4, 6)) == {
        "multiply product": 2 * 5 * 3 * 6 * 4,
        "add accumulate": 2 * 5 * 3 * 6 * 3,
    }
    assert shape("matmul", (4,), (4,)) == ()
    assert "the last axis of the first input" in refused("matmul", (2, 3), (2, 3)).rule
    assert "at least one axis" in refused("matmul", (), (2, 3)).rule


@pytest.mark.parametrize(
    ("equation", "given_", "expected"),
    [
        ("bij,bjk->bik", ((2, 3, 4), (2, 4, 5)), {"multiply product": 120, "add accumulate": 90}),
        ("i,j->ij", ((3,), (4,)), {"multiply gate": 12}),
        ("ij,ij->ij", ((3, 4), (3, 4)), {"multiply gate": 12}),
        ("ij->i", ((3, 4),), {"add reduction": 9}),
        ("ii->i", ((3, 3),), {}),
        ("ij,jk,kl->il", ((2, 3), (3, 4), (4, 5)), {"multiply product": 24 + 40, "add accumulate": 16 + 30}),
        ("i,j,ij->", ((2,), (3,), (2, 3)), {"multiply gate": 6, "multiply product": 6, "add accumulate": 5}),
    ],
)
def test_einsum(equation: str, given_: tuple[tuple[int, ...], ...], expected: dict[str, int]) -> None:
    assert work("einsum", *given_, equation=equation) == expected


@pytest.mark.parametrize(
    ("equation", "given_", "rule"),
    [
        ("ij,jk->ik", ((2, 3),), "the equation is about 2 inputs, not 1"),
        ("ij->ijk", ((2, 3),), "every index of the output must be one of an input"),
        ("ij->ii", ((2, 3),), "an index must not stand twice in the output"),
        ("i1->i", ((2, 3),), "an index is one letter"),
        ("ijk->i", ((2, 3),), "ijk does not name 2 axes"),
        ("ii->i", ((2, 3),), "the axes called i must be equally long"),
        ("ij,jk->ik", ((2, 3), (4, 5)), "the sizes of j must be equal, or one of them 1"),
    ],
)
def test_equations_that_do_not_fit(equation: str, given_: tuple[tuple[int, ...], ...], rule: str) -> None:
    assert refused("einsum", *given_, equation=equation).rule == rule


def test_bilinear() -> None:
    assert work("bilinear", (2, 3), (2, 4), out=5) == {
        "multiply product": 2 * 5 * 4 * (3 + 1),
        "add accumulate": 2 * 5 * (4 * 2 + 3),
        "add bias": 10,
    }
    assert stored("bilinear", (2, 3), (2, 4), out=5, bias=False) == {"weight": (5, 3, 4)}
    assert refused("bilinear", (2, 3), (4, 3), out=1).rule == "both inputs must agree on every axis but the last"


def test_learned_tensors() -> None:
    assert stored("embedding", (2, 7), count=10, features=3) == {"weight": (10, 3)}
    assert shape("class_token", (2, 196, 768)) == (2, 197, 768)
    assert stored("class_token", (2, 196, 768)) == {"token": (1, 1, 768)}
    assert work("position_embedding", (2, 197, 768)) == {"add position": 2 * 197 * 768}
    assert stored("position_embedding", (2, 5, 3), most=9) == {"weight": (1, 9, 3)}
    assert refused("position_embedding", (2, 5, 3), most=4).rule == "there are 4 positions, and the input has 5"
    assert "(N, H·W, C)" in refused("class_token", (1, 3, 4, 4)).hint
    assert entry("parameter", shape=(1, 4)).outputs == (Tensor((1, 4)),)


def test_attention() -> None:
    rows, scores = 12 * 64, 12 * 64 * 64
    products = scores * 128
    given_ = ((1, 12, 64, 64),) * 3
    assert work("attention", *given_, (64, 64)) == {
        "multiply product": products,
        "add accumulate": products - scores - rows * 64,
        "multiply scale": scores,
        "add mask": scores,
        "compare activation": scores - rows,
        "subtract activation": scores,
        "exponential activation": scores,
        "add activation": scores - rows,
        "divide activation": scores,
    }
    assert entry("attention", *given_, causal=True).valid_products == 12 * (64 * 65 // 2) * 128
    assert entry("attention", *given_).valid_products == products
    assert entry("attention", (1, 5, 2), (1, 3, 2), (1, 3, 2), causal=True).valid_products == (6 + 2 * 3) * 4


@pytest.mark.parametrize(
    ("given_", "flags", "rule"),
    [
        (((2, 3), (2, 4), (2, 3)), {}, "query and key must have as many features"),
        (((2, 3), (2, 3), (3, 3)), {}, "there must be as many values as keys"),
        (((3,), (3,), (3,)), {}, "query, key and value have a length and features"),
        (((2, 3), (4, 3), (4, 3), (1, 2, 4)), {}, "the mask has too many axes"),
        (((2, 3), (4, 3), (4, 3), (3, 4)), {}, "the sizes of the mask must be 1, or those needed, on every axis"),
        (
            ((4, 2, 3), (3, 2, 3), (3, 2, 3)),
            {"grouped": True},
            "the heads of the keys must divide those of the queries",
        ),
        (((2, 3), (2, 3), (2, 3)), {"grouped": True}, "grouped heads need an axis of heads"),
    ],
)
def test_attention_that_does_not_fit(given_: Any, flags: dict[str, bool], rule: str) -> None:
    assert refused("attention", *given_, **flags).rule == rule


def test_multihead_attention() -> None:
    assert macs("multihead_attention", (2, 5, 8), heads=2) == 3360
    assert macs("multihead_attention", (2, 5, 8), (2, 7, 8), heads=2) == 4192
    assert stored("multihead_attention", (2, 5, 8), heads=2) == {
        "in_weight": (24, 8),
        "in_bias": (24,),
        "out_weight": (8, 8),
        "out_bias": (8,),
    }
    grouped = stored("multihead_attention", (2, 5, 8), heads=4, kv_heads=2, bias=False)
    assert grouped == {"q_weight": (8, 8), "k_weight": (4, 8), "v_weight": (4, 8), "out_weight": (8, 8)}
    apart = stored("multihead_attention", (2, 5, 8), heads=2, apart=True)
    assert [apart[f"{name}_weight"] for name in "qkv"] == [(8, 8)] * 3
    assert [apart[f"{name}_bias"] for name in "qkv"] == [(8,)] * 3
    added = stored("multihead_attention", (2, 5, 8), heads=2, bias_kv=True)
    assert added["bias_k"] == added["bias_v"] == (1, 1, 8)


@pytest.mark.parametrize(
    ("given_", "words", "rule"),
    [
        (((2, 5, 8),), {"heads": 3}, "the heads must divide the features"),
        (((2, 5, 8),), {"heads": 4, "kv_heads": 3}, "kv_heads must divide heads"),
        (((2, 5, 8),), {"heads": 2, "mask": True}, "attention takes 1 to 3 inputs and a mask"),
        (((2, 5, 8), (3, 5, 8)), {"heads": 2}, "all inputs must have the same batch"),
        (((2, 5, 8), (2, 5, 8), (2, 4, 8)), {"heads": 2}, "there must be as many values as keys"),
        (((5, 8),), {"heads": 2}, "the input must have a batch, a length and features"),
    ],
)
def test_multihead_attention_that_does_not_fit(given_: Any, words: dict[str, Any], rule: str) -> None:
    assert refused("multihead_attention", *given_, **words).rule == rule


@QUICK
@given(cases("multihead_attention"))
def test_multihead_attention_is_its_parts(case: Case) -> None:
    """Four linear layers and attention, whatever the convention."""
    op: Any = case[0]
    given_ = case[1][:-1] if op.mask else case[1]
    query, key, value = given_[0], given_[min(1, len(given_) - 1)], given_[-1]
    served, head = op.kv_heads or op.heads, op.head or query.shape[2] // op.heads
    wide = op.value_head or head
    parts = zip((query, key, value), (op.heads * head, served * head, served * wide), strict=True)
    linear = [entry_of((load("linear")(out=width, bias=op.bias), (part,))) for part, width in parts]
    batch, queries, _ = query.shape
    keys = key.shape[1] + op.bias_kv + op.zero_attn
    inner = [(batch, op.heads, queries, head), (batch, served, keys, head), (batch, served, keys, wide)]
    mask = [(queries, keys)] if op.mask else []
    linear.append(entry("attention", *inner, *mask, grouped=True, causal=op.causal))
    made = Tensor((batch, queries, op.heads * wide))
    linear.append(entry_of((load("linear")(out=op.out or query.shape[2], bias=op.bias), (made,))))
    whole = entry_of(case)
    for name in ("macs", "macs+bias", "textbook", "arithmetic"):
        pricing = convention(name)
        together = sum(sum(pricing.amounts(part).values()) for part in linear)
        assert sum(pricing.amounts(whole).values()) == together


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_a_batch_of_b_costs_b_times_as_much(batch: int) -> None:
    """Where the batch is an axis of every input."""
    for kind, shapes, words in (
        ("matmul", ((3, 4), (4, 5)), {}),
        ("attention", ((2, 4, 3), (2, 5, 3), (2, 5, 6)), {"causal": True}),
        ("einsum", ((3, 4), (4, 5)), {"equation": "...ij,...jk->...ik"}),
    ):
        one = work(kind, *((1, *part) for part in shapes), **words)
        many = work(kind, *((batch, *part) for part in shapes), **words)
        assert many == {name: batch * count for name, count in one.items()}
