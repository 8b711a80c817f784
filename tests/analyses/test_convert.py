"""Units: exact, every factor stated, and what is no quantity is refused."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netledger as nl
from netledger.analyses.quantity import read, rounded, short, written
from tests.frontends.torch.command import run_command


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("4089184256", 4089184256, ""),
        ("4,089,184,256 MACs", 4089184256, "MAC"),
        ("4.089G", 4089 * 10**6, ""),
        ("4.089 GMACs", 4089 * 10**6, "MAC"),
        ("1.5e3 MFLOPs", 1500 * 10**6, "FLOP"),
        ("10TFLOPS", 10**13, "FLOPS"),
        ("10 TFLOP/s", 10**13, "FLOPS"),
        ("5TMACs/s", 5 * 10**12, "MAC/s"),
        ("2GiB", 2**31, "B"),
        ("2GB", 2 * 10**9, "B"),
        ("3ms", Fraction(3, 1000), "s"),
        ("300k", 300_000, ""),
        ("300K", 300_000, ""),
        (".5M", 500_000, ""),
        ("1P", 10**15, ""),
    ],
)
def test_quantities(text: str, value: Any, unit: str) -> None:
    assert read(text) == (value, unit)


@pytest.mark.parametrize(
    "text", ["", "G", "-5", "1.2.3", "1,2", "5 apples", "1e99", "9" * 101, "0x10", "١٢", "1 2", "nan", "inf", "5Gi Gi"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(nl.SourceError):
        read(text)


@given(st.fractions(0, 10**18), st.sampled_from([1, 2]))
def test_there_and_back(value: Fraction, counts: int) -> None:
    digits = Fraction(int(value * 1000), 1000)
    there = nl.convert(written(digits), "FLOPs", unit="MACs", mac_counts=counts).value
    assert there == counts * digits
    assert nl.convert(written(there), "MACs", unit="FLOPs", mac_counts=counts).value == digits


@given(st.fractions(0, 10**9))
def test_rounding_is_to_the_nearest(value: Fraction) -> None:
    text = rounded(value).removeprefix("≈ ")
    assert abs(Fraction(text.replace(",", "")) - value) <= Fraction(1, 2000)
    assert rounded(value).startswith("≈") == (Fraction(text.replace(",", "")) != value)


@pytest.mark.parametrize(
    ("value", "to", "options", "expected"),
    [
        ("4089184256", "FLOPs", {"unit": "MACs"}, 8178368512),
        (4089184256, "GFLOPs", {"unit": "MACs"}, Fraction(8178368512, 10**9)),
        ("8.2GFLOPs", "ms", {"at": "10TFLOPS"}, Fraction(82, 100)),
        ("4.1GMACs", "ms", {"at": "10TFLOPS"}, Fraction(82, 100)),
        ("4.1GMACs", "ms", {"at": "10TFLOPS", "mac_counts": 1}, Fraction(41, 100)),
        ("4.1GMACs", "ms", {"at": "5TMACs/s"}, Fraction(82, 100)),
        ("2s", "TFLOPs", {"at": "10TFLOPS"}, 20),
        ("2s", "TMACs", {"at": "10TFLOPS"}, 10),
        ("312TFLOPS", "TMACs/s", {}, 156),
        ("2GiB", "GB", {}, Fraction(2**31, 10**9)),
        ("5MACs", "MACs", {}, 5),
    ],
)
def test_conversions(value: Any, to: str, options: dict[str, Any], expected: Any) -> None:
    assert nl.convert(value, to, **options).value == expected


@pytest.mark.parametrize(
    ("value", "to", "options", "said"),
    [
        ("4G", "FLOPs", {}, "a unit is needed"),
        ("4GMACs", "G", {}, "a unit is needed"),
        ("4GMACs", "FLOPS", {}, "FLOPS .FLOP/s. is a rate"),
        ("4GMACs", "s", {}, "need a rate"),
        ("4GMACs", "B", {}, "bytes into bytes"),
        ("4GMACs", "s", {"at": "3G"}, "--at is a rate"),
        ("4GMACs", "s", {"at": "0FLOPS"}, "--at is a rate"),
        ("4GMACs", "FLOPs", {"mac_counts": 3}, "one FLOP or as two"),
        ("4GMACs", "FLOPs", {"unit": "FLOPs"}, "in MAC already"),
        ("4GMACs", "apples", {}, "not a unit"),
    ],
)
def test_conversions_that_are_none(value: Any, to: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(nl.SourceError) as caught:
        nl.convert(value, to, **options)
    import re

    assert re.search(said, str(caught.value))


def test_every_factor_is_told() -> None:
    text = str(nl.convert("4089184256 MACs", "FLOPs"))
    assert "8,178,368,512 FLOP" in text
    assert "≈ 8.178 GFLOP" in text
    assert "counts as two FLOPs" in text
    assert "counts as one FLOP" in str(nl.convert("4089184256 MACs", "FLOPs", mac_counts=1))
    assert "all of it used" in str(nl.convert("1GMACs", "s", at="1TFLOPS"))


def test_short_forms() -> None:
    assert short(Fraction(999), "MAC") == ("999 MAC",)
    assert short(Fraction(1023), "B") == ("≈ 1.023 kB",) or short(Fraction(1023), "B") == ("1.023 kB",)
    assert written(Fraction(-1, 3), 3) == "−0.333…"


@pytest.mark.parametrize("format_name", ["text", "markdown", "latex", "html", "json"])
def test_on_the_command_line(format_name: str) -> None:
    ran = run_command("convert", "4.089G", "--from", "MACs", "--to", "FLOPs", "--format", format_name)
    assert ran.code == 0
    if format_name == "json":
        assert json.loads(ran.output)["made"] == {"value": "8178000000", "unit": "FLOP"}
    assert run_command("convert", "4.089G", "--to", "FLOPs").code == 2
    assert run_command("convert", "4.089x", "--from", "MACs", "--to", "FLOPs").code == 2
