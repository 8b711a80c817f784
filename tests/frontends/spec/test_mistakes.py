"""Every mistake in a spec gives file, line, column, the text, the rule and the next step."""

from __future__ import annotations

import pytest

import netledger as nl

HEAD = "input: 3x32x32\nlayers:\n"

CASES = {
    "- convv: {out: 3}": ("3:4", "unknown layer 'convv'", "Did you mean conv?"),
    "- conv: {out: 3, kernal: 3}": ("3:19", "conv has no 'kernal'", "Did you mean kernel?"),
    "- conv: {out: 3}": ("3:4", "conv needs kernel: size of the kernel", ""),
    "- conv: {out: 3, kernel: big}": ("3:27", "unknown name 'big'", "Known: in_channels."),
    "- conv: {out: 3, kernel: 1.5}": ("3:27", "not 3/2 = 1.5", "Use floor(), ceil(), round() or multiple()."),
    "- conv: {out: 0, kernel: 1}": ("3:4", "out must be at least 1", ""),
    "- conv: {out: true, kernel: 1}": ("3:16", "not 'true'", ""),
    "- conv: {out: 3, kernel: [1, 2, 3]}": ("3:4", "kernel needs one number per axis", "a list of 2"),
    "- conv: {out: 3, kernel: 1, padding: sam}": ("3:39", "same or valid", "Did you mean same?"),
    "- conv: {out: 3, kernel: 1, padding: [[1, 2, 3], 1]}": ("3:40", "[before, after]", ""),
    "- conv: {out: 3, kernel: 1, rounding: up}": ("3:40", "unknown choice 'up'", "Known: ceil, floor."),
    "- conv: {out: 3, kernel: 1, bias: 2}": ("3:36", "true or false is needed here", ""),
    "- conv: {out: 3, kernel: 40}": ("3:4", "the output would be empty", "Inputs of at least 40×40"),
    "- conv: {out: 4, kernel: 1, groups: 2}": (
        "3:4",
        "groups must divide the input channels",
        "Inputs with channels = 2 or 4 fit; or write groups: 1.",
    ),
    "- conv: {out: 1 + , kernel: 1}": ("3:16", "the expression ends too early", "An expression has"),
    "- conv: {out: flor(3), kernel: 1}": ("3:16", "unknown function 'flor'", "Did you mean floor?"),
    "- conv: {out: 1 / 0, kernel: 1}": ("3:16", "division by zero", ""),
    "- add": ("3:4", "add takes at least 2 inputs, not 1", "from: [one, another]"),
    "- add: {from: [conv1, last]}": ("3:17", "unknown layer to take from 'conv1'", ""),
    "- relu: {from: []}": ("3:17", "the name of a layer is needed here", ""),
    "- relu: {name: last}": ("3:17", "there is already something called 'last'", ""),
    "- relu: {name: 1st}": ("3:17", "is a letter, then letters", ""),
    "- split: {parts: 3}\n - relu": ("4:4", "relu takes 1 input, not 3", "split1.0"),
    "- split: {parts: 2}": ("3:4", "the parts must divide the axis", ""),
    "- branches: {join: sum, paths: [[], []]}": ("3:21", "unknown join 'sum'", ""),
    "- branches: {paths: [[], []]}": ("3:4", "branches needs join", "Write branches:"),
    "- repeat: {times: -1, layers: []}": ("3:20", "times must not be negative", ""),
    "- use: {block: b}": ("3:17", "unknown block 'b'", ""),
    "- use: {}": ("3:4", "use needs block", ""),
    "- [relu]": ("3:4", "a layer is a name", "Write - relu"),
    "- {relu: {}, tanh: {}}": ("3:4", "a layer is a name", "Write - relu"),
    "- relu: 3": ("3:10", "relu takes no value", "Write - relu."),
    "- rel: 3": ("3:4", "unknown layer 'rel'", "Did you mean relu"),
    "- repeat: 3": ("3:12", "repeat takes `name: value` lines", ""),
    "- softmax: {axis: 4}": ("3:4", "there is no axis 4", "0 (the batch) to 3"),
    "- upsample: {scale: 2, mode: trilinear}": ("3:4", "trilinear needs 3 axes", "Use linear"),
    "- flatten\n - conv: {out: 3, kernel: 1}": ("4:4", "the input must have a batch, channels", "After flatten"),
    "- concat: {from: [input, input], axis: 1}\n - add: {from: [input, last]}": ("4:4", "sizes must be equal", ""),
    "- linear: {out: 3, in_features: 5}": ("3:4", "the weight has 5 input features, and the input has 32", ""),
    "- reshape: {shape: [5, -1]}": (
        "3:4",
        "the sizes must hold as many elements",
        "write shape: [4, -1] or shape: [6, -1].",
    ),
    "- conv: {out: 3, out: 4}": ("3:19", "'out' is given twice", "Remove one"),
    "- conv: {out: 3, [1]: 4}": ("3:19", "a name is a word", ""),
    "- !!python/object/apply:os.system [ls]": ("3:4", "tags such as", "Remove it."),
    "- *nothing": ("3:4", "nothing", ""),
    "- repeat: {name: r, times: 1, layers: [concat: {from: [last, r]}]}": ("3:63", "'r' is not finished here", ""),
    "- conv(8, 3)": ("3:4", "calls are for the command line", "Write conv: {…}"),
    "- dense: 3": ("3:4", "unknown layer 'dense'", "It is called linear here."),
    "- conv: {out: 3, kernel: 1, padding: SAME}": ("3:39", "same or valid", "Did you mean same?"),
    "- conv: {filters: 8}": ("3:11", "conv has no 'filters'", "name, from, trainable"),
    "- batchnorm: {eps: 1e999}": ("3:21", "a finite number is needed here", ""),
    "- pad: {padding: 32, mode: reflect}": ("3:4", "reflect padding is at most 31 here", "write padding: 31 or less."),
    "- conv: {out: 3": ("5:1", "this is not YAML", "Check the indentation"),
}


@pytest.mark.parametrize("text", CASES)
def test_a_mistake_is_placed_and_explained(text: str) -> None:
    place, rule, hint = CASES[text]
    with pytest.raises(nl.NetledgerError) as caught:
        nl.count(f"{HEAD} {text}\n\n")
    message = str(caught.value)
    assert f"spec:{place}" in message or "not YAML" in rule
    assert rule in message
    assert hint in message


TOPS = {
    "layers: []": ("1:1", "the size of the input is not known"),
    "input: 3x4": ("1:1", "a spec needs layers"),
    "input: 3xa\nlayers: []": ("1:8", "'3xa' is not a shape"),
    "input: flot32[3]\nlayers: []": ("1:8", "unknown element type 'flot32'"),
    "input: 0x3\nlayers: []": ("1:8", "a size is between 1 and 2^31"),
    "inputs: 3\nlayers: []": ("1:1", "a spec has no 'inputs'"),
    "input: 3\nlet: {1a: 3}\nlayers: []": ("2:7", "a name under let"),
    "input: 3\nlet: {a: b}\nlayers: []": ("2:10", "unknown name 'b'"),
    "input: 3\nlet: {w-h: 3}\nlayers: []": ("2:7", "a name under let cannot be 'w-h'"),
    "input: 3\nlet: {in_channels: 3}\nlayers: []": ("2:7", "a name under let cannot be 'in_channels'"),
    "input: 3\nblocks: {b: {parameters: {from: 1}, layers: []}}\nlayers: []": ("2:27", "a parameter cannot be 'from'"),
    "input: 4*2x4\nlayers: []": ("1:8", "'4*2x4' is not a shape"),
    "input: 3\nlayers: relu\n": ("2:9", "a list of layers is needed here"),
    "input: 3\nblocks: {a: {layer: []}}\nlayers: []": ("2:14", "block a has no 'layer'"),
    "input: 3\nblocks: {a: {}}\nlayers: []": ("2:13", "block a needs layers"),
    "input: 3\nrounding: up\nlayers: [{maxpool: 1}]": ("2:11", "unknown choice 'up'"),
    "input: 3\nrounding: {pool: up}\nlayers: []": ("2:18", "unknown choice 'up'"),
    "input: 3\nrounding: {clip: 2}\nlayers: []": ("2:18", "true or false is needed here"),
    "input: 3\nrounding: {pol: ceil}\nlayers: []": ("2:12", "rounding has no 'pol'"),
    "- a\n- b": ("1:1", "a spec is needed here"),
    "input: 3\nlayers: []\n---\ninput: 3": ("4:1", "a spec is one document"),
    "\n": ("1:1", "the spec is empty"),
}


@pytest.mark.parametrize("text", TOPS)
def test_a_mistake_above_the_layers(text: str) -> None:
    place, rule = TOPS[text]
    with pytest.raises(nl.NetledgerError) as caught:
        nl.count(f"{text}\n")
    assert rule in str(caught.value)
    assert str(caught.value).startswith((f"spec:{place}: ", "pool1")) or f"spec:{place}" in str(caught.value)


def test_the_whole_message() -> None:
    with pytest.raises(nl.ShapeError) as caught:
        nl.count("input: 3x8x8\nlayers:\n  - relu\n  - maxpool: {kernel: 9, name: big}\n")
    assert str(caught.value) == (
        "spec:4:5: big, maxpool(9): the output would be empty: no window fits\n"
        "      - maxpool: {kernel: 9, name: big}\n"
        "        ^\n"
        "  values: input 1x3x8x8, size 8, kernel 9, stride 9, padding [0, 0], dilation 1\n"
        "  big expects at least 9×9; the input gives 8×8. Inputs of at least 9×9 (tried up to 64×64) fit; or write "
        "kernel: 8 or less, or padding: 1 or more."
    )


def test_what_was_counted_before_the_mistake_is_kept() -> None:
    with pytest.raises(nl.ShapeError) as caught:
        nl.count("input: 3x8x8\nlayers:\n  - conv: {out: 4, kernel: 3}\n  - maxpool: {kernel: 9}\n")
    assert [entry.name for entry in caught.value.ledger] == ["conv1"]


def test_a_bad_setting() -> None:
    with pytest.raises(nl.UnknownNameError, match=r"unknown name to set 'widht'\n  Did you mean width"):
        nl.count("mobilenet_v1", let={"widht": 0.5})
    with pytest.raises(nl.SpecError, match="--set width:1:1: the expression ends too early"):
        nl.count("mobilenet_v1", let={"width": "1 +"})


def test_inputs_that_do_not_fit() -> None:
    with pytest.raises(nl.SpecError, match="input input has 3 axes besides the batch"):
        nl.count("alexnet", (224, 224))
    with pytest.raises(nl.UnknownNameError, match="unknown input"):
        nl.count("alexnet", {"image": (3, 224, 224)})
    with pytest.raises(nl.UnknownNameError, match="one too many"):
        nl.count("alexnet", (3, 227, 227), (3, 227, 227))


def test_all_inputs_have_one_batch() -> None:
    spec = "input: {a: 3x4x4, b: 3x4x4}\nlayers: [add: {from: [a, b]}]"
    assert nl.count(spec, {"a": (2, 3, 4, 4)}).inputs == ((2, 3, 4, 4), (2, 3, 4, 4))
    with pytest.raises(nl.SpecError, match="all inputs have the same batch"):
        nl.count(spec, {"a": (2, 3, 4, 4), "b": (3, 3, 4, 4)})
    with pytest.raises(nl.SpecError, match="all inputs have the same batch"):
        nl.count(spec, {"a": (2, 3, 4, 4)}, batch=3)


def test_values_without_a_name_come_first() -> None:
    with pytest.raises(nl.SpecError, match="values without a name come first"):
        nl.layer("conv(stride=4, 96, out=11)", "3x227x227")
    with pytest.raises(nl.SpecError, match="out is given twice"):
        nl.layer("conv(96, out=11)", "3x227x227")
    with pytest.raises(nl.SpecError, match="relu takes at most 0 values"):
        nl.layer("relu(3)", "3")
    with pytest.raises(nl.SpecError, match="brackets do not match"):
        nl.layer("conv(3, [3)", "3x9x9")
