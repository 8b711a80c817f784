"""Any bytes give a network or an error of ours; every valid spec is accepted."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import netledger as nl
from netledger.core.ledger import build
from netledger.frontends.spec import Options, lay_out, read
from netledger.frontends.spec.document import MAX_BYTES
from netledger.frontends.spec.schema import schema
from netledger.frontends.spec.source import PRESETS, presets
from tests.frontends.spec.strategies import specs

WORDS = [
    *(
        "input: 3x8x8\n",
        "layers:\n",
        "- ",
        "  ",
        "\n",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "&a ",
        "*a",
        "!!int ",
        "'",
        '"',
        "|",
        "#",
    ),
    *(
        "conv",
        "relu",
        "out",
        "kernel",
        "branches",
        "join: add",
        "paths",
        "repeat",
        "times",
        "use",
        "block",
        "let",
        "from",
    ),
    *(
        "1",
        "0",
        "-1",
        "1.5",
        "999999999999999999999",
        "width",
        "in_channels",
        "same",
        "(",
        ")",
        "*",
        "//",
        "null",
        "true",
    ),
    *("\x00", "\ufeff", "\u2028", "é", "\ud7ff", "%YAML 1.1\n", "---\n", "...\n", "? ", "\t", "<<: *a"),
]

validator = Draft202012Validator(schema())


def network(data: bytes) -> Any:
    return lay_out(read(data, "spec.yaml"), Options())


def either(data: bytes) -> None:
    """A network whose ledger can be built and shown, or an error of ours that can be printed."""
    try:
        made = network(data)
    except nl.NetledgerError as error:
        str(error)
    else:
        build(made)


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    either(data)


@given(st.lists(st.sampled_from(WORDS), max_size=60).map("".join))
@settings(max_examples=400)
def test_any_text_of_the_words_of_the_language(text: str) -> None:
    either(text.encode())
    either(f"input: 3x8x8\nlayers:\n{text}".encode())


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_any_damage_to_a_preset(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(presets()))
    text = Path(PRESETS, f"{name}.yaml").read_text()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    either((text[:start] + data.draw(st.sampled_from(["", *WORDS])) + text[end:]).encode())


@given(specs(), st.booleans())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_valid_spec_is_accepted(spec: dict[str, Any], flow: bool) -> None:
    as_yaml = network(yaml.safe_dump(spec, default_flow_style=flow, allow_unicode=True).encode())
    as_json = network(json.dumps(spec).encode())
    assert [(node.name, node.op) for node in as_yaml.nodes] == [(node.name, node.op) for node in as_json.nodes]
    assert build(as_yaml).parameter_counts == build(as_json).parameter_counts


@given(specs())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_valid_spec_fits_the_schema(spec: dict[str, Any]) -> None:
    assert [error.message for error in validator.iter_errors(spec)] == []


@pytest.mark.parametrize("name", presets())
def test_every_preset_fits_the_schema(name: str) -> None:
    spec = yaml.safe_load(Path(PRESETS, f"{name}.yaml").read_text())
    assert [error.message for error in validator.iter_errors(spec)] == []


@pytest.mark.parametrize(
    "layer",
    [
        "convv",
        {"conv": {"out": 3}},
        {"conv": {"out": 3, "kernel": 1, "kernal": 1}},
        {"use": {}},
        {"repeat": {"times": 1}},
    ],
)
def test_the_schema_refuses(layer: Any) -> None:
    assert not validator.is_valid({"input": "3", "layers": [layer]})


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema())


PIECES = "input: 256x1x1\nlayers:\n  - split: {name: s, parts: 256}\n"
LONG = ", ".join(f"p{place}: {'1+' * 120}1" for place in range(250))
BOMBS = {
    "layers in a loop": "input: 3\nlayers: [{repeat: {times: 999999999, layers: [relu]}}]",
    "an empty loop": "input: 3\nlayers: [{repeat: {times: 999999999, layers: []}}]",
    "loops in loops": "input: 3\nlayers: [{repeat: {times: 9999, layers: [{repeat: {times: 9999, layers: []}}]}}]",
    "a chain of blocks": "input: 3\nblocks:\n"
    + "".join(f"  b{i}: {{layers: [{{use: {{block: b{i + 1}}}}}]}}\n" for i in range(2000))
    + "  b2000: {layers: []}\nlayers: [{use: {block: b0}}]",
    "a tree of blocks": "input: 3\nblocks:\n"
    + "".join(f"  b{i}: {{layers: [{{use: {{block: b{i + 1}}}}}, {{use: {{block: b{i + 1}}}}}]}}\n" for i in range(40))
    + "  b40: {layers: []}\nlayers: [{use: {block: b0}}]",
    "a block in itself": "input: 3\nblocks: {a: {layers: [{use: {block: a}}]}}\nlayers: [{use: {block: a}}]",
    "aliases of aliases": "a: &a0 [x, x]\n" + "".join(f"b{i}: &a{i + 1} [*a{i}, *a{i}, *a{i}]\n" for i in range(60)),
    "deep lists": "[" * 5000 + "\n",
    "deep mappings": "{a: " * 5000 + "\n",
    "deep parentheses": f"input: 3\nlayers: [{{linear: {'(' * 100}1{')' * 100}}}]",
    "a long expression": f"input: 3\nlayers: [{{linear: {'1+' * 200}1}}]",
    "growing numbers": "input: 3\nlet: {a: 99999999999, b: a * a}\nlayers: []",
    "small fractions": "input: 3\nlet: {a: 1 / 99999999999, b: a * a}\nlayers: []",
    "many numbers": f"input: 3\nlet: {{{', '.join(f'n{i}: 1' for i in range(300))}}}\nlayers: []",
    "huge feature maps": "input: 3x8x8\nlayers: [{upsample: 999999999}, {upsample: 999999999}, {upsample: 999999999}]",
    "many axes": f"input: 3\nlayers: [{{reshape: {{shape: [{', '.join(['1'] * 20)}, 3]}}}}]",
    "many pieces": "input: 4096\nlayers: [{repeat: {times: 9999, layers: [{split: {parts: 4096}}, concat]}}]",
    "pieces in a loop": PIECES + "  - repeat: {times: 5000, layers: [add: {from: s}]}",
    "pieces of what is unknown": PIECES + "  - repeat: {times: 3900, layers: [custom: {from: s, what: x, out: 1}]}",
    "pieces many times over": f"{PIECES}  - concat: {{from: [{', '.join(['s'] * 15000)}]}}",
    "many long parameters": f"input: 3\nblocks: {{b: {{parameters: {{{LONG}}}, layers: []}}}}\n"
    "layers: [{repeat: {times: 6000, layers: [use: {block: b}]}}]",
    "calls cut in pieces": "[(" + ",a" * 120_000 + "]",
    "open calls": "[" + "((," * 80_000 + "]",
    "a large input": "input: 99999999999x99999999999\nlayers: []",
    "many axes of input": f"input: {'1x' * 20}1\nlayers: []",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name: str) -> None:
    start = time.perf_counter()
    with pytest.raises(nl.NetledgerError) as caught:
        network(f"{BOMBS[name]}\n".encode())
    assert time.perf_counter() - start < 30, "far above what it takes, far below what it took"
    assert len(str(caught.value)) < 2000


def test_a_large_file_is_refused() -> None:
    with pytest.raises(nl.SpecError, match="at most 262144 bytes"):
        network(b"#" * (MAX_BYTES + 1))


def test_control_characters_do_not_reach_the_terminal() -> None:
    with pytest.raises(nl.NetledgerError) as caught:
        network(b'input: 3\nlayers: ["\\e[31mred"]')
    assert "\x1b" not in str(caught.value)
