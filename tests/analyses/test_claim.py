"""Claims: how they are read, and what is found for published ones, for made-up ones, and for hostile ones."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import json
import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import netledger as nl
from docs.build import ROOT
from netledger.analyses.claim import _PLAIN
from netledger.analyses.claim.claimed import MAX_TEXT, Claimed, decimal, read
from netledger.analyses.claim.variants import VARIANTS, Graph, changed
from netledger.commands import program
from netledger.conventions import FOLDER
from netledger.core.ledger import Ledger

RUN = settings(max_examples=60, deadline=None, database=None)
DATA = Path(__file__).parent / "data" / "claims.csv"

READ = {
    "3.8G": ("", 3_800_000_000, 10**8),
    "4.1 GFLOPs": ("FLOP", 4_100_000_000, 10**8),
    "ResNet-50: 4.1 GFLOPs": ("FLOP", 4_100_000_000, 10**8),
    "65.3 BFLOPs": ("FLOP", 65_300_000_000, 10**8),
    "4.10 TFLOPS": ("FLOP", 4_100_000_000_000, 10**10),
    "25.6M params": ("parameters", 25_600_000, 10**5),
    "Params (M): 25.6": ("parameters", 25_600_000, 10**5),
    "25,557,032 parameters": ("parameters", 25_557_032, 1),
    "Total GFlops: 0.00778": ("FLOP", 7_780_000, 10**4),
    "Total mult-adds (G): 4.09": ("MAC", 4_090_000_000, 10**7),
    "4.12 GMac": ("MAC", 4_120_000_000, 10**7),
    "300M MAdds": ("MAC", 300_000_000, 10**6),
    "300 MMAdds": ("MAC", 300_000_000, 10**6),
    "1.135 x 10^9 MACs": ("MAC", 1_135_000_000, 10**6),
    "1.135 × 10⁹ MACs": ("MAC", 1_135_000_000, 10**6),
    "1.135 x 109 MACs": ("MAC", 1_135_000_000, 10**6),
    "1.135 * 10**9 MACs": ("MAC", 1_135_000_000, 10**6),
    "4.089 billion multiply-adds": ("MAC", 4_089_000_000, 10**6),
    "1.5 billion multiply-add operations": ("MAC", 1_500_000_000, 10**8),
    "7.8 billion multiply and accumulate operations": ("MAC", 7_800_000_000, 10**8),
    "1.5 GOPs": ("operations", 1_500_000_000, 10**8),
    "4,089,184,256": ("", 4_089_184_256, 1),
    "4 089 184 256": ("", 4_089_184_256, 1),
    "4'089'184'256": ("", 4_089_184_256, 1),
    "4089184256": ("", 4_089_184_256, 1),
    "4,1 G": ("", 4_100_000_000, 10**8),
    ".5G": ("", 500_000_000, 10**8),
    "4.1e9": ("", 4_100_000_000, 10**8),
    "4.1E+09": ("", 4_100_000_000, 10**8),
    "1e-3 G": ("", 10**6, 10**6),
    "61.7k weights": ("parameters", 61_700, 100),
    "25.5570320M": ("", 25_557_032, Fraction(1, 10)),
}

REFUSED = {
    "": "no number",
    "a lot": "no number",
    "nan GFLOPs": "no number",
    "4.1 GFLOPs, 25.6M params": "2 numbers",
    "10^9": "2 numbers",
    "-3G": "greater than 0",
    "0": "greater than 0",
    "0.00 G": "greater than 0",
    "97 MB": "memory",
    "97 MiB": "memory",
    "100 bytes": "memory",
    "4.1 TFLOP/s": "speed",
    "4 GFLOP per second": "speed",
    "1e31": "an exponent is at most 30",
    "1e99999999999999": "an exponent is at most 30",
    "1 x 10^-31": "an exponent is at most 30",
    "1e5.5": "cannot be read",
    "1.2.3": "cannot be read",
    "1..2": "cannot be read",
    "٣.٨G": "cannot be read",
    "4.1 M G": "2 scales",
    "1 flops params": "2 units",
    "9" * (MAX_TEXT + 1): "at most 200 characters",
}


@pytest.mark.parametrize("text", READ)
def test_claims_are_read(text: str) -> None:
    claimed = read(text)
    assert (claimed.meaning, claimed.value, claimed.step) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_claim_is_refused(text: str) -> None:
    with pytest.raises(nl.SourceError, match=REFUSED[text]) as raised:
        nl.claim("lenet", text)
    assert "--claim" in raised.value.hint


@RUN
@given(st.text(max_size=250) | st.text("0123456789.,xeE^*10GM +-FLOPs'", max_size=60))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with contextlib.suppress(nl.SourceError):
        claimed = read(text)
        assert claimed.value > 0
        assert 0 < claimed.step < 10 ** (30 + 15 + 1)
        assert decimal(claimed.value)


WAYS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN)


@RUN
@given(st.integers(1, 10**15), st.integers(0, 12), st.integers(-25, 25), st.sampled_from(WAYS))
def test_a_figure_agrees_if_it_can_be_printed_so(figure: int, digits: int, tenths: int, way: str) -> None:
    """Held against the decimal module's rounding: the figure itself, and others up to some steps away."""
    printed = Decimal(figure).scaleb(-digits).quantize(Decimal(1), way)
    claimed = Claimed("", Fraction(printed) * 10**digits, Fraction(10**digits), "")
    other = figure + tenths * 10**digits // 10
    assert claimed.agrees(figure)
    if other > 0:
        prints = {Decimal(other).scaleb(-digits).quantize(Decimal(1), way) for way in WAYS}
        assert bool(claimed.agrees(other)) == (printed in prints)


def test_halves() -> None:
    even, odd = read("2.4"), read("2.3")
    assert [even.agrees(Fraction(245, 100)), odd.agrees(Fraction(235, 100))] == ["rounded", "cut off"]
    assert [even.agrees(Fraction(235, 100)), odd.agrees(Fraction(225, 100))] == ["rounded", "rounded"]
    assert [even.agrees(Fraction(25, 10)), even.agrees(Fraction(2349, 1000)), even.agrees(Fraction(24, 10))] == [
        "",
        "",
        "exact",
    ]


def best(source: str, text: str) -> tuple[int, str, tuple[int, ...], tuple[str, ...], str]:
    match = nl.claim(source, text).matches[0]
    return (
        match.figure.amount,
        match.figure.names[0],
        match.figure.inputs[0].shape[2:],
        match.figure.variants,
        match.how,
    )


FIRST = "stride in the 1x1 convolution"


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("resnet50", "4.1 GFLOPs", (4_089_184_256, "macs", (224, 224), (), "rounded")),
        ("resnet50", "8.2 GFLOPs", (8_178_368_512, "flops", (224, 224), (), "rounded")),
        ("resnet50", "3.8G", (3_857_973_248, "macs", (224, 224), (FIRST,), "cut off")),
        ("resnet50", "3.86G", (3_857_973_248, "macs", (224, 224), (FIRST,), "rounded")),
        ("resnet101", "7.6G", (7_570_194_432, "macs", (224, 224), (FIRST,), "rounded")),
        ("resnet152", "11.3G", (11_282_415_616, "macs", (224, 224), (FIRST,), "rounded")),
        ("resnet50", "25.6M params", (25_557_032, "parameters", (224, 224), (), "rounded")),
        ("resnet50", "25,610,152", (25_610_152, "parameters and buffers", (224, 224), (), "exact")),
        ("resnet50", "4.133742592e9", (4_133_742_592, "thop", (224, 224), (), "exact")),
        ("resnet50", "23,508,032", (23_508_032, "parameters", (224, 224), ("without the last linear layer",), "exact")),
        ("alexnet", "1.14 G", (1_135_256_096, "macs", (227, 227), (), "rounded")),
        ("alexnet_grouped", "0.72G", (724_406_816, "macs", (227, 227), (), "rounded")),
        ("alexnet_grouped", "1.135 x 10^9 MACs", (1_135_256_096, "macs", (227, 227), ("groups ignored",), "rounded")),
        ("vgg16", "15.5 GFLOPs", (15_470_264_320, "macs", (224, 224), (), "rounded")),
        (
            "vgg16",
            "15.35 GFLOPs",
            (15_346_630_656, "macs", (224, 224), ("without the linear layers at the end",), "rounded"),
        ),
        ("vgg16", "138M params", (138_357_544, "parameters", (224, 224), (), "rounded")),
        ("mobilenet_v2", "300M mult-adds", (300_774_272, "macs", (224, 224), (), "cut off")),
        ("mobilenet_v1", "186M mult-adds", (186_400_768, "macs", (128, 128), (), "rounded")),
        ("vit_b_16", "55.48 GFLOPs", (55_484_350_464, "macs", (384, 384), (), "rounded")),
        ("vit_b_16", "16.85 GFLOPs", (16_848_500_736, "calflops-macs", (224, 224), (), "rounded")),
    ],
)
def test_well_known_claims(source: str, text: str, expected: tuple[object, ...]) -> None:
    assert best(source, text) == expected


def published() -> list[dict[str, str]]:
    with DATA.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", published(), ids=lambda row: f"{row['preset']} {row['claim']} {row['source'][:8]}")
def test_published_claims(row: dict[str, str]) -> None:
    """What the tables of papers and of torchvision print, and the figure that it is; none, where the file has none."""
    matches = nl.claim(row["preset"], row["claim"]).matches
    found = (str(matches[0].figure.amount), str(matches[0].rank[0])) if matches else ("", "")
    assert found == (row["figure"], row["departures"])


def test_how_many_published_claims_are_explained() -> None:
    rows = published()
    assert sum(row["departures"] == "0" for row in rows) == 54
    assert len(rows) == 81
    assert sum(row["figure"] == "" for row in rows) == 6


@RUN
@given(st.data())
def test_what_a_convention_gives_is_found_again(data: st.DataObject) -> None:
    """A random preset under a random convention, printed to a random precision."""
    source = data.draw(
        st.sampled_from(["lenet", "alexnet", "alexnet_grouped", "vgg11", "squeezenet1_0", "resnet18", "vgg_mnist"])
    )
    name = data.draw(st.sampled_from(FOLDER.names()))
    total = nl.count(source).total(name)
    places = data.draw(st.integers(0, 6))
    printed = Decimal(total).scaleb(-6).quantize(Decimal(1).scaleb(-places), data.draw(st.sampled_from(WAYS)))
    if printed == 0:
        return
    unit = data.draw(st.sampled_from(["", "FLOPs", "MACs", " mult-adds"]))
    answer = nl.claim(source, f"{printed} M{unit}")
    assert answer.matches
    found = [match.figure for match in answer.matches if match.figure.amount == total]
    assert any(name in figure.names and not figure.variants and figure.factor == 1 for figure in found)


def test_a_claim_in_words_and_the_same_in_digits_have_the_same_figures() -> None:
    one, other = nl.claim("resnet50", "4.089 billion"), nl.claim("resnet50", "4.089 x 10^9")
    assert [match.figure for match in one.matches] == [match.figure for match in other.matches]


def test_flop_figures_come_first_where_flops_are_claimed() -> None:
    units = [match.figure.unit for match in nl.claim("lenet", "0.7 MFLOPs").matches if match.rank[0] == 0]
    assert units == sorted(units)
    assert "1 MAC taken as 1 FLOP" in str(nl.claim("resnet50", "4.1 GFLOPs"))


def test_equal_figures_stand_in_one_row() -> None:
    figures = [match.figure for match in nl.claim("alexnet", "1.1G").matches]
    assert len({(figure.amount, figure.unit) for figure in figures}) == len(figures)
    assert {"macs", "calflops-macs", "deepspeed-macs"} <= set(figures[0].names)


def test_the_nearest_where_nothing_agrees() -> None:
    answer = nl.claim("resnet50", "5.123456G")
    assert not answer.matches
    assert len(answer.nearest) == 5
    differences = [abs(match.difference) for match in answer.nearest]
    assert differences == sorted(differences)
    assert all(match.difference == 5_123_456_000 - match.figure.amount for match in answer.nearest)
    assert "of the claim" in str(answer)


def test_a_batch_that_was_not_told() -> None:
    """The claim is for one image, the network was given two."""
    match = nl.claim("alexnet", "1.135 G", (2, 3, 227, 227)).matches[0]
    assert match.figure.inputs[0].shape == (1, 3, 227, 227)


def test_a_ledger_is_not_counted_again() -> None:
    ledger = nl.Ledger.from_json(nl.count("resnet50").to_json())
    answer = nl.claim(ledger, "3.86G")
    assert answer.tried.inputs == 1
    assert answer.matches[0].figure.variants == (FIRST,)


def test_a_sequence_has_no_usual_sizes() -> None:
    assert nl.claim("transformer_encoder", "1.23456 G").tried.inputs == 1


class Net(nn.Module):
    """A network with a head that only training needs."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.head, self.aid = nn.Linear(8, 10), nn.Linear(8, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        pooled = self.stem(x).mean(dim=(2, 3))
        return self.head(pooled), self.aid(pooled)


def test_a_model_and_its_auxiliary_head() -> None:
    answer = nl.claim(Net(), "314 params", (1, 3, 32, 32))
    assert answer.matches[0].figure.variants == ("without what the first output does not need",)
    assert nl.claim(Net(), str(27 * 8 * 64 * 64 + 160), (1, 3, 32, 32)).matches[0].figure.inputs[0].shape[2:] == (
        64,
        64,
    )


def variant(name: str, ledger: Ledger) -> Ledger:
    """The ledger of a variant, without what is left out."""
    change = next(other for other in VARIANTS if other.name == name).change(Graph(ledger))
    assert change is not None
    made = changed(ledger, change.others)
    entries = tuple(entry for place, entry in enumerate(made.entries) if place not in change.left_out)
    return dataclasses.replace(made, entries=entries)


def facts(ledger: Ledger) -> list[tuple[object, ...]]:
    return [(entry.name, entry.call, entry.inputs, entry.outputs, entry.parameters, entry.work) for entry in ledger]


def test_stride_in_the_first_convolution_is_the_network_built_so() -> None:
    text = (ROOT / "src" / "netledger" / "presets" / "resnet50.yaml").read_text()
    text = text.replace("out: mid, kernel: 3, stride: stride, ", "out: mid, kernel: 3, ")
    text = text.replace("{name: conv1, out: mid, kernel: 1, ", "{name: conv1, out: mid, kernel: 1, stride: stride, ")
    built, made = nl.count(text).data, variant(FIRST, nl.count("resnet50").data)
    assert facts(built) == facts(made)
    assert facts(variant("stride in the 3x3 convolution", built)) == facts(nl.count("resnet50").data)


def test_groups_ignored_is_the_network_without() -> None:
    assert (
        variant("groups ignored", nl.count("alexnet_grouped").data).parameter_counts
        == nl.count("alexnet").parameter_counts
    )


def test_inverted_residuals_have_no_stride_to_move() -> None:
    names = {FIRST, "stride in the 3x3 convolution"}
    for source in ("mobilenet_v2", "shufflenet_v2_x1_0", "vgg16", "vit_b_16", "unet"):
        graph = Graph(nl.count(source).data)
        assert not any(other.change(graph) for other in VARIANTS if other.name in names)


@pytest.mark.parametrize("other", VARIANTS, ids=lambda other: other.name)
@pytest.mark.parametrize("source", nl.presets())
def test_a_variant_leaves_places_and_shapes(source: str, other: object) -> None:
    graph = Graph(nl.count(source).data)
    change = other.change(graph)  # type: ignore[attr-defined]
    if change is not None:
        assert change.left_out or change.others
        assert change.left_out <= set(range(len(graph.entries)))
        assert len(changed(graph.ledger, change.others).tensors) == len(graph.ledger.tensors)


def test_plain_conventions_are_conventions() -> None:
    assert set(_PLAIN) <= set(FOLDER.names())


def keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(key for part in value.values() for key in keys(part))}
    return {key for part in value for key in keys(part)} if isinstance(value, list) else set()


@pytest.mark.parametrize("text", ["4.1 GFLOPs", "5.123456G"])
def test_json_is_documented(text: str) -> None:
    record = json.loads(nl.claim("resnet50", text).to("json"))
    assert record["schema"] == 1
    documented = (ROOT / "docs" / "json.md").read_text().partition("# A claim as JSON")[2]
    assert keys(record) <= set(re.findall(r"`(\w+)`", documented))


def test_json_is_exact() -> None:
    record = json.loads(nl.claim("lenet", "0.34125600001 M").to_json())
    assert record["claim"]["value"] == "341256.00001"
    assert record["claim"]["step"] == "0.00001"
    assert record["nearest"][0]["difference"].lstrip("-").partition(".")[2]


@pytest.mark.parametrize("format_name", ["text", "markdown", "latex", "html", "json"])
def test_the_command(format_name: str) -> None:
    done = CliRunner().invoke(program, ["reconcile", "lenet", "--claim", "0.34M MACs", "--format", format_name])
    assert done.exit_code == 0
    assert "341256" in done.output.replace(",", "").replace("{}", "")


def test_the_command_tries_every_convention() -> None:
    done = CliRunner().invoke(program, ["reconcile", "lenet", "--claim", "1M", "--convention", "macs"])
    assert done.exit_code == 2
    assert "leave out --convention" in done.output
