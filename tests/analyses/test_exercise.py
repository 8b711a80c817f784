"""Problem sheets drawn by a seed, and what answers to them are worth."""

from __future__ import annotations

import base64
import json
import math
import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import netledger as nl
from netledger.analyses.exercise import code
from netledger.analyses.exercise.grading import ROUGH
from netledger.analyses.exercise.grading import grade as judge
from netledger.analyses.exercise.mistakes import MISTAKES, made
from netledger.analyses.exercise.paper import Paper
from netledger.analyses.exercise.problems import Problem, answer, padding_that_keeps
from netledger.analyses.exercise.told import sheet, written
from netledger.core.document import Table
from netledger.core.ledger import Entry

SOURCES = ("lenet", "alexnet", "vgg16", "googlenet", "mobilenet_v2", "resnet50", "unet", "vit_b_16")
FORMATS = ("text", "markdown", "latex", "html")


@pytest.mark.parametrize("source", SOURCES)
def test_a_seed_is_an_exercise(source: str) -> None:
    one, same, other = (nl.exercise(source, seed=seed) for seed in (7, 7, 8))
    assert str(one.sheet) == str(same.sheet)
    assert str(one.key) == str(same.key)
    assert str(one.sheet) != str(other.sheet)


@pytest.mark.parametrize("source", SOURCES)
def test_every_blank_is_a_figure_of_the_ledger(source: str) -> None:
    ledger = nl.count(source)
    for seed in range(5):
        for problem in nl.exercise(source, seed=seed, blanks=20)._paper.problems:
            if problem.question:
                continue
            entry = ledger[problem.layer]
            figures = {
                "output": entry.outputs[0][1:],
                "parameters": (entry.parameters,),
                "macs": (entry.total("macs"),),
                "flops": (entry.total("flops"),),
            }
            assert problem.answer == figures[problem.what]


@pytest.mark.parametrize("source", ["alexnet", "resnet50", "mobilenet_v2"])
def test_the_questions_are_answered_as_pytorch_does(source: str) -> None:
    fields = nl.receptive_field(source)
    for seed in range(20):
        for problem in nl.exercise(source, seed=seed, blanks=1)._paper.problems:
            if problem.what == "padding":
                assert problem.answer == _padding_by_torch(problem.entry)
            elif problem.what == "field":
                assert set(problem.answer or ()) == {fields[problem.layer][axis].size for axis in (2, 3)}
            elif problem.question:
                assert problem.answer == (sum(part.numel() for part in _convolution(problem.entry).parameters()),)


def _convolution(entry: Entry, **changed: Any) -> torch.nn.Conv2d:
    given = {**entry.attributes, **changed}
    return torch.nn.Conv2d(
        entry.inputs[0].shape[1],
        given["out"],
        given["kernel"],
        given["stride"],
        given["padding"],
        given["dilation"],
        given["groups"],
        given["bias"],
        device="meta",
    )


def _padding_by_torch(entry: Entry) -> tuple[int, ...] | None:
    given = torch.empty(entry.inputs[0].shape, device="meta")
    for padding in range(40):
        try:
            if _convolution(entry, padding=padding)(given).shape[2:] == given.shape[2:]:
                return (padding,)
        except RuntimeError:
            continue
    return None


def test_an_even_kernel_keeps_no_size() -> None:
    for kernel in range(1, 12):
        for dilation in (1, 2, 3):
            entry = _layer(8, 8, kernel, dilation=dilation, size=64)
            beyond = dilation * (kernel - 1)
            assert padding_that_keeps(entry) == (None if beyond % 2 else (beyond // 2,))


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("source", SOURCES)
def test_right_answers_are_right(source: str, format_name: str) -> None:
    made = nl.exercise(source, seed=3)
    given = {problem.number: written(problem.answer, problem.what) for problem in made._paper.problems}
    graded = nl.grade(made.sheet.to(format_name), given)
    assert graded.passed
    assert graded.first_wrong is None
    assert f"{len(given)} of {len(given)} answers are right." in str(graded)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_sheet_does_not_tell_what_it_asks(format_name: str) -> None:
    made = nl.exercise("alexnet", seed=3)
    text = made.sheet.to(format_name).split("\n", 1)[1].replace("{,}", ",")
    assert "614,656" in text
    for asked in ("885,120", "16,781,312", "4,097,000"):
        assert asked in str(made.key)
        assert asked not in text
    assert len(re.findall(r"\(\d+\) (?:\\?_){6}", text)) == 8


def test_sizes_may_stand_in_any_usual_order_and_numbers_may_be_rounded() -> None:
    made = nl.exercise("alexnet", seed=3)
    right = made.answers
    assert right[1] == (256, 13, 13)
    for text in ("256x13x13", "13×13×256", "(1, 256, 13, 13)", "13 x 13 x 256"):
        assert 1 not in nl.grade(made.sheet.to("text"), {1: text}).mistakes
    assert right[3] == (885120,)
    for text in ("885,120", "885120", "885 120", "885K", "0.885 M"):
        assert 3 not in nl.grade(made.sheet.to("text"), {3: text}).mistakes
    for text in ("886K", "885121", "lots", "-885120", "1e999999", "9" * 500):
        assert 3 in nl.grade(made.sheet.to("text"), {3: text}).mistakes


def test_an_answer_tells_every_size_and_is_rounded_moderately() -> None:
    made = nl.exercise("alexnet", seed=3)
    sheet, said = made.sheet.to("text"), "the channels are missing"
    assert (made.answers[1], made.answers[3]) == ((256, 13, 13), (885120,))
    for text in ("13x13", "13", "? ? 13", "n x n x 13", "256x?x13", "13x256x13"):
        assert nl.grade(sheet, {1: text}).mistakes == {1: (said,) if text == "13x13" else ()}
    for text in ("256x13x13", "? x 256 x 13 x 13", "none,13,13,256"):
        assert nl.grade(sheet, {1: text}).mistakes == {}
    for text in ("0M", "0.0G", "1M", "9e5", "0.9M"):  # 885,120 rounds to each of them
        assert nl.grade(sheet, {3: text}).mistakes[3] in ((), (ROUGH,))
    assert nl.grade(sheet, {3: "0M"}).mistakes[3] == (ROUGH,)
    assert nl.grade(sheet, {3: "885120 bytes"}).mistakes == {3: ()}
    for value in (885120, "0.89M", "890k"):
        assert nl.grade(sheet, {3: value}).mistakes == ({} if value != "890k" else {3: ()})
    assert nl.grade(sheet, {1: (256, 13, 13), 3: None}).mistakes == {}


def test_padding_is_never_rounded_and_none_answers_nothing_else() -> None:
    paper = _paper("conv1", "output", "conv2", "output")
    verdicts = judge(paper, {1: "96x1x1", 2: "none"}).verdicts  # conv2 fits no more
    assert [verdict.right for verdict in verdicts] == [False, False]
    made = nl.exercise("alexnet", seed=7, blanks=6)
    assert made.answers[7] == (3,)
    assert [nl.grade(made.sheet.to("text"), {7: text}).graded.verdicts[6].right for text in ("3", "3.0", "0k")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("source", ["resnet18", "vgg16", "densenet121", "vit_b_16"])
def test_no_row_shows_what_another_asks(source: str, seed: int) -> None:
    paper = nl.exercise(source, seed=seed, blanks=30)._paper
    calls = [(entry.call, entry.inputs, entry.outputs) for entry in paper.rows]
    assert len(calls) == len(set(calls))
    blanks = {problem.layer: problem.number for problem in paper.problems if problem.what == "output"}
    table = next(block for block in sheet(paper).blocks if isinstance(block, Table))
    made = {number: node for node in paper.network.nodes for number in node.outputs}
    for entry, cells in zip(paper.rows, table.rows, strict=True):
        before = made.get(entry.reads[0])
        if before and before.name in blanks:
            assert cells[2] == f"({blanks[before.name]})"
            if entry.op in ("batchnorm", "layernorm"):
                assert cells[3].startswith("(")


def test_layers_without_height_and_width_are_asked_in_other_words() -> None:
    for shape, words in (("3x40", "along every axis"), ("3x9x9", "height and width"), ("3x9x9x9", "along every axis")):
        made = nl.exercise(f"input: {shape}\nlayers:\n  - conv: {{out: 4, kernel: 2}}\n", seed=1)
        assert words in str(made.sheet)


# Each mistake, made by hand in 20 random layers, is named.


def _layer(channels: int, out: int, kernel: int, size: int = 32, **attributes: Any) -> Entry:
    words = ", ".join(f"{name}={str(value).lower()}" for name, value in attributes.items())
    return nl.layer(f"conv({out}, {kernel}{', ' if words else ''}{words})", (channels, size, size)).data


def _pool(kernel: int, stride: int, padding: int, size: int) -> Entry:
    return nl.layer(f"maxpool({kernel}, stride={stride}, padding={padding})", (8, size, size)).data


def _random(draw: random.Random) -> Entry:
    groups = draw.choice((1, 2, 4))
    kernel = draw.choice((1, 2, 3, 5, 7))
    return _layer(
        groups * draw.randint(1, 12),
        groups * draw.randint(1, 12),
        kernel,
        draw.randint(20, 70),
        stride=draw.randint(1, 4),
        padding=draw.randint(0, 3),
        dilation=draw.randint(1, 2),
        groups=groups,
        bias=draw.choice(("true", "false")),
    )


def _facts(entry: Entry) -> tuple[int, ...]:
    """Channels in and out, kernel, stride, padding, dilation, groups, size in, by plain arithmetic."""
    given = entry.attributes
    _, channels, size, _ = entry.inputs[0].shape
    names = ("out", "kernel", "stride", "padding", "dilation", "groups")
    return (channels, *(given[name] for name in names), size)


def _bias_forgotten(entry: Entry) -> tuple[str, tuple[int, ...]] | None:
    channels, out, kernel, _, _, _, groups, _ = _facts(entry)
    return ("parameters", (out * (channels // groups) * kernel**2,)) if entry.attributes["bias"] else None


def _ceil(entry: Entry) -> tuple[str, tuple[int, ...]] | None:
    _, out, kernel, stride, padding, dilation, _, size = _facts(entry)
    made = math.ceil((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1
    return "output", (out, made, made)


def _groups_ignored(entry: Entry) -> tuple[str, tuple[int, ...]] | None:
    channels, out, kernel, *_ = _facts(entry)
    bias = out if entry.attributes["bias"] else 0
    return "parameters", (out * channels * kernel**2 + bias,)


def _padding_once(entry: Entry) -> tuple[str, tuple[int, ...]] | None:
    _, out, kernel, stride, padding, dilation, _, size = _facts(entry)
    made = (size + padding - dilation * (kernel - 1) - 1) // stride + 1
    return ("output", (out, made, made)) if padding else None


def _input_area(entry: Entry) -> tuple[str, tuple[int, ...]] | None:
    channels, out, kernel, _, _, _, groups, size = _facts(entry)
    return "macs", (out * (channels // groups) * kernel**2 * size**2,)


def _twice(entry: Entry) -> tuple[str, tuple[int, ...]] | None:
    channels, out, kernel, _, _, _, groups, _ = _facts(entry)
    return "macs", (2 * out * (channels // groups) * kernel**2 * math.prod(entry.outputs[0].shape[2:]),)


def _once(entry: Entry) -> tuple[str, tuple[int, ...]] | None:
    found = _twice(entry)
    assert found
    return "flops", (found[1][0] // 2,)


BY_HAND: dict[str, Callable[[Entry], tuple[str, tuple[int, ...]] | None]] = {
    "the bias was forgotten": _bias_forgotten,
    "rounded up (ceil) instead of down (floor)": _ceil,
    "groups were ignored": _groups_ignored,
    "the padding was counted once, not on both sides": _padding_once,
    "the area of the input was taken, not that of the output": _input_area,
    "a multiply-add was counted twice": _twice,
    "a multiply-add was counted once": _once,
}


@pytest.mark.parametrize("words", BY_HAND)
def test_a_mistake_made_by_hand_is_named(words: str) -> None:
    draw, named = random.Random(words), 0
    while named < 20:
        entry = _random(draw)
        found = BY_HAND[words](entry)
        if found is None or found[1] == answer(found[0], entry):
            continue
        what, wrong = found
        assert words in _named(entry, what, written(wrong, what)), (entry.call, entry.inputs, wrong)
        named += 1


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.words.replace(" ", "_"))
def test_every_mistake_is_named(mistake: Any) -> None:
    draw, named, tried = random.Random(mistake.words), 0, 0
    while named < 20:
        tried += 1
        assert tried < 5000, "this mistake applies to no layer"
        entry = _random(draw) if tried % 2 else _random_pool(draw)
        for what in sorted(mistake.spoils):
            problem = Problem(1, what, entry, answer(what, entry))
            found = made(mistake, problem)
            if found is not None and all(size > 0 for size in found):
                assert mistake.words in _named(entry, what, written(found, what))
                named += 1


def _random_pool(draw: random.Random) -> Entry:
    kernel = draw.randint(2, 5)
    rounding = draw.choice(("ceil", "floor"))
    words = f"maxpool({kernel}, stride={draw.randint(1, 3)}, padding={draw.randint(0, 1)}, rounding={rounding})"
    return nl.layer(words, (8, draw.randint(12, 40), draw.randint(12, 40))).data


def _named(entry: Entry, what: str, given: str) -> tuple[str, ...]:
    """The mistakes that grading names for one answer about one layer."""
    problem = Problem(1, what, entry, answer(what, entry))
    ledger = nl.count("lenet")
    assert ledger.network is not None
    paper = Paper(ledger.network, ledger.data, 0, (what,), (entry,), (problem,))
    verdict = judge(paper, {1: given}).verdicts[0]
    assert verdict.right is False
    return verdict.mistakes


# The first wrong step.


def test_what_follows_from_a_wrong_answer_counts_as_right() -> None:
    paper = _paper("conv1", "output", "conv2", "output", "conv2", "macs", "fc1", "parameters")
    right = [written(problem.answer, problem.what) for problem in paper.problems]
    assert right == ["96x55x55", "256x27x27", "447,897,600", "37,752,832"]
    one_more = {1: "96x56x56", 2: "256x27x27", 3: "447,897,600", 4: "37,752,832"}
    verdicts = judge(paper, one_more).verdicts
    assert [verdict.right for verdict in verdicts] == [False, True, True, True]
    larger = {1: "96x58x58", 2: "256x28x28", 3: f"{256 * 28 * 28 * 96 * 25}", 4: "37,752,832"}
    verdicts = judge(paper, larger).verdicts
    assert [(verdict.right, verdict.carried) for verdict in verdicts] == [
        (False, False),
        (True, True),
        (True, True),
        (True, False),
    ]
    graded = judge(paper, larger)
    assert graded.first_wrong is verdicts[0] or graded.first_wrong == verdicts[0]
    assert not graded.passed


def _paper(*asked: str) -> Paper:
    ledger = nl.count("alexnet")
    assert ledger.network is not None
    pairs = list(zip(asked[::2], asked[1::2], strict=True))
    problems = tuple(
        Problem(number, what, ledger[layer].data, answer(what, ledger[layer].data))
        for number, (layer, what) in enumerate(pairs, 1)
    )
    return Paper(ledger.network, ledger.data, 0, ("output", "parameters", "macs"), (), problems)


def test_the_first_wrong_step_is_shown_with_its_derivation() -> None:
    made = nl.exercise("alexnet", seed=3)
    graded = nl.grade(made.sheet.to("markdown"), {1: "256x13x13", 2: "384x13x13", 3: "884736", 4: "1", 9: "none"})
    assert graded.first_wrong == 3
    said = str(graded)
    assert "The first wrong step is (3), parameters of conv3: it is 885,120, not 884736." in said
    assert "Likely: the bias was forgotten." in said
    assert "weight = C_out·C_in·K·K = 384·256·3·3 = 884,736" in said
    assert said.count("not answered") == 6


# Files and formats.


def test_answers_may_be_written_in_many_ways(tmp_path: Path) -> None:
    made = nl.exercise("alexnet", seed=3)
    sheet = tmp_path / "sheet.html"
    sheet.write_text(made.sheet.to("html"), encoding="utf-8")
    for text in (
        "question,answer\n1,13x13x256\n3,885,120\n",
        '1,13x13x256\n3,"885,120"\n',
        "\ufeffnumber;answer\n(1);13x13x256\n(3);885120\n",
        "1\t13x13x256\n3\t885120\n\n",
        "question,answer\n1,256;13;13\n3,885120\n",
        "问题；答案\n（1）;256,13,13\n（3）;885120\n",
        "1,13x13x256\r3,885120\r",
        "1.,13x13x256,,\n3.,885120,,\n3,\n3,885120\n",
    ):
        path = tmp_path / "answers.csv"
        path.write_text(text, encoding="utf-8")
        graded = nl.grade(sheet, path)
        assert graded.mistakes == {}
        assert "2 of 11 answers are right." in str(graded)
        assert "9 questions are left." in str(graded)


def test_the_form_asks_every_question() -> None:
    made = nl.exercise("lenet", seed=7)
    assert made.form().split("\n") == ["question,answer", *(f"{number}," for number in made.answers)]
    assert nl.grade(made.sheet.to("text"), made.form() + "\n").graded.first_wrong is None


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({99: "1"}, "there is no question 99"),
        ("1,2\nx,3\n", "'x' is not the number of a question"),
        ("3,885120\n3,4\n", "question 3 is answered twice"),
        ('1,"2\n' + "a" * 200_000, "no CSV file|characters"),
        ("1,2\n" + "x" * 2_000_000, "characters"),
    ],
)
def test_answers_that_cannot_be_read_are_refused(answers: Any, message: str) -> None:
    with pytest.raises(nl.SourceError, match=message):
        nl.grade(nl.exercise("lenet", seed=7).sheet.to("text"), answers)


def _line(data: bytes) -> str:
    return f"netledger exercise 1: {base64.b64encode(data).decode()}\n"


@pytest.mark.parametrize(
    "sheet",
    [
        "no sheet at all\n",
        "netledger exercise 2: AAAA\n",
        "netledger exercise 1: AAAA\n",
        "netledger exercise 1: A\n",
        _line(zlib.compress(b"[]")),
        _line(zlib.compress(b"{}")),
        _line(zlib.compress(b"[" * 100_000)),
        _line(zlib.compress(b" " * 2**26)),
        _line(zlib.compress(json.dumps({"spec": 1, "seed": 2, "blanks": 3, "notation": 4}).encode())),
        _line(zlib.compress(json.dumps({"spec": "x", "seed": 2, "blanks": 10**9, "notation": "field"}).encode())),
        _line(zlib.compress(json.dumps({"spec": "net.py:Net", "seed": 2, "blanks": 3, "notation": "field"}).encode())),
        _line(zlib.compress(json.dumps({"spec": "x", "seed": 2, "blanks": 3, "notation": "../x"}).encode())),
    ],
)
def test_a_sheet_that_is_none_is_refused(sheet: str) -> None:
    with pytest.raises(nl.NetledgerError):
        nl.grade(sheet, {1: "2"})


def test_nothing_in_a_sheet_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text("raise SystemExit('run!')")
    made = code.Code("net.py:Net", 1, 8, "field")
    with pytest.raises(nl.NetledgerError):
        nl.grade(code.write(made) + "\n", {1: "1"})


def test_what_a_spec_cannot_say_is_refused() -> None:
    with pytest.raises(nl.SourceError, match="there is no layer to ask about"):
        nl.exercise("input: 3x8x8\nlayers: [relu]\n", seed=1)
    with pytest.raises(nl.SourceError, match="a seed is a whole number from 0 on"):
        nl.exercise("lenet", seed=-7)
    with pytest.raises(nl.SourceError, match="1 to 100 blanks, not 0"):
        nl.exercise("lenet", seed=1, blanks=0)
    with pytest.raises(nl.UnknownNameError, match="unknown notation"):
        nl.exercise("lenet", seed=1, notation="latin")
    again = nl.Ledger.from_json(nl.count("lenet").to_json())
    with pytest.raises(nl.SourceError, match="no graph"):
        nl.exercise(again, seed=1)


def test_the_key_follows_the_notation() -> None:
    made = nl.exercise("alexnet", seed=3, notation="cs231n")
    assert "⌊(H_1 + 2·P − F) / S⌋ + 1" in str(made.key)
    assert "cs231n" in repr(code.read(made.sheet.to("text")))


def test_an_exercise_shows_itself() -> None:
    made = nl.exercise("lenet", seed=7)
    assert repr(made) == "<Exercise: LeNet, seed 7>"
    assert str(made) == str(made.sheet)
    assert made._repr_html_() == made.sheet.to("html")
