"""What print(net) shows, read as text: the exact table, what is assumed, and whatever else the text may be."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.frontends import printed
from netledger.frontends.printed.text import parsed
from tests.matrix import torch_models
from tests.outside.paddle_runs import paddle

LENET = (
    "LeNet((features): Sequential((0): Conv2D(1, 6, kernel_size=[3, 3], padding=1, data_format=NCHW) (1): ReLU() "
    "(2): MaxPool2D(kernel_size=2, stride=2, padding=0) (3): Conv2D(6, 16, kernel_size=[5, 5], data_format=NCHW) "
    "(4): ReLU() (5): MaxPool2D(kernel_size=2, stride=2, padding=0)) (fc): Sequential((0): Linear(in_features=400, "
    "out_features=120, dtype=float32) (1): Linear(in_features=120, out_features=84, dtype=float32) "
    "(2): Linear(in_features=84, out_features=10, dtype=float32)))"
)


def test_the_table_is_paddles_own() -> None:
    ledger = nl.count(LENET, (1, 28, 28))
    net = paddle().vision.models.LeNet()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        real = nl.count(net, (1, 1, 28, 28))
    assert [line.split("|")[2:] for line in ledger.to("paddle").splitlines()] == [
        line.split("|")[2:] for line in real.to("paddle").splitlines()
    ]
    assert [entry.name for entry in ledger][5:8] == ["features.5", "fc.0.flatten", "fc.0"]
    assert ledger.total("paddle") == 347560
    assert ledger.parameters == 61610


def test_what_is_assumed_is_said() -> None:
    notes = " ".join(nl.count(LENET, (1, 28, 28)).data.notes)
    assert "one after another" in notes
    assert "flatten" in notes
    assert "bias" in notes


@pytest.mark.parametrize("name", ["lenet", "lenet5", "alexnet", "vgg16"])
def test_chains_of_pytorch_are_what_they_are(name: str) -> None:
    model, shape = torch_models.NETWORKS[name]()
    read, real = nl.count(str(model), shape), nl.count(model, shape)
    assert read.complete
    assert read.parameters == real.parameters
    for convention in ("macs", "flops", "textbook", "arithmetic"):
        assert read.total(convention) == real.total(convention)


@pytest.mark.parametrize("name", ["LeNet", "vgg11"])
def test_chains_of_paddle_are_what_they_are(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = getattr(paddle().vision.models, name)()
        shape = (1, 1, 28, 28) if name == "LeNet" else (1, 3, 224, 224)
        real = nl.count(net, shape)
    read = nl.count(str(net), shape)
    assert read.parameters == real.parameters
    assert read.total("arithmetic") == real.total("arithmetic")


@pytest.mark.parametrize(
    "text",
    [
        "Conv2d(3, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), bias=False)",
        "ConvTranspose2d(3, 8, kernel_size=(2, 2), stride=(2, 2))",
        "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
        "MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=True)",
        "AvgPool2d(kernel_size=3, stride=2, padding=1)",
        "AdaptiveAvgPool2d(output_size=(1, 1))",
        "Upsample(scale_factor=2.0, mode='bilinear')",
        "ZeroPad2d((1, 2, 0, 1))",
        "GroupNorm(3, 3, eps=1e-05, affine=True, bias=True)",
        "PReLU(num_parameters=1)",
        "LayerNorm((8,), eps=1e-05, elementwise_affine=True, bias=True)",
        "GELU(approximate='none')",
    ],
)
def test_layers_are_those_of_pytorch(text: str) -> None:
    import torch

    layer = eval(f"torch.nn.{text}", {"torch": torch})
    assert str(layer) == text
    read, real = nl.count(text, (1, 3, 8, 8)), nl.count(layer.eval(), (1, 3, 8, 8))
    assert read.data.entries[0].outputs == real.data.entries[0].outputs
    assert read.parameters == real.parameters
    assert read.total("arithmetic") == real.total("arithmetic")


def test_unknown_classes_are_gaps() -> None:
    ledger = nl.count("Net(\n  (a): Conv2d(1, 2, kernel_size=(1, 1), stride=(1, 1))\n  (b): Magic(3)\n)", (1, 4, 4))
    assert [gap.layer for gap in ledger.gaps] == ["b"]
    inner = "Net(\n  (a): Block(\n    (c): Conv2d(1, 2, kernel_size=(1, 1), stride=(1, 1))\n  )\n)"
    assert [entry.name for entry in nl.count(inner, (1, 4, 4))] == ["a.c", "a"]
    assert not nl.count(inner, (1, 4, 4)).complete


def test_layers_that_stand_for_several() -> None:
    text = "Net(\n  (a): ModuleList(\n    (0-2): 3 x Linear(in_features=4, out_features=4, bias=True)\n  )\n)"
    assert [entry.name for entry in nl.count(text, (4,))] == ["a.0", "a.1", "a.2"]


@pytest.mark.parametrize(
    ("text", "shape", "said"),
    [
        (LENET, (1, 32, 32), "C·H·W 576"),
        (LENET, (3, 28, 28), "made for 1 channels"),
        (LENET[:-30], (1, 28, 28), "not closed"),
        (LENET + " x", (1, 28, 28), "goes on"),
        ("Net((a): Conv2d(1, x, kernel_size=(3, 3)))", (1, 8, 8), "cannot read what is printed of Conv2d"),
        ("Net((a): Conv2d())", (1, 8, 8), "cannot read what is printed of Conv2d"),
        ("A((a): " * 300 + "ReLU()" + ")" * 300, (1, 8, 8), "deep"),
        ("A((a): 999999 x ReLU())", (1, 8, 8), "at most"),
        ("A((a): 400 x B((b): 400 x C((c): 400 x ReLU())))", (1, 8, 8), "at most"),
    ],
)
def test_mistakes(text: str, shape: tuple[int, ...], said: str) -> None:
    with pytest.raises(nl.NetledgerError) as caught:
        nl.count(text, shape)
    assert said in str(caught.value)


def test_places_are_those_of_the_text() -> None:
    text = "Net(\n  (a): ReLU()\n\n  (b): Linear(in_features=3, out_features=2, bias=True)\n)"
    with pytest.raises(nl.ShapeError) as caught:
        nl.count(text, (4,))
    assert (caught.value.where.line, caught.value.where.column) == (4, 8)
    assert caught.value.where.text == text.splitlines()[3]


def test_a_long_line_takes_its_length_in_time_and_memory() -> None:
    """A hundred kilobytes on one line, and every place knows it: one text, not one for each."""
    text = f"Net({' '.join(f'({place}): ReLU(inplace=True)' for place in range(4000))})"
    layers = parsed(text).children
    assert len(layers) == 4000
    assert len({id(layer.place.text) for layer in layers}) == 1


def test_from_standard_input_and_a_file(tmp_path: Path) -> None:
    path = tmp_path / "net.txt"
    path.write_text(LENET)
    command = [sys.executable, "-m", "netledger", "show"]
    for args, text in (["-"], LENET), ([str(path)], ""):
        run = [*command, *args, "--input", "1x28x28"]
        done = subprocess.run(run, input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert "61,610" in done.stdout
    run = [*command, "-", "--input", "1x32x32"]
    wrong = subprocess.run(run, input=LENET, capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "in_features 400" in wrong.stderr


def test_nothing_is_run() -> None:
    text = "Net((a): Linear(in_features=__import__('os').abort(), out_features=3))"
    with pytest.raises(nl.SourceError):
        nl.count(text, (4,))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_text_that_was_changed_is_a_ledger_or_a_mistake(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(LENET)))
    put = data.draw(st.text("()[]{},:=0123456789x- \nABab'\"", max_size=6))
    text = LENET[:start] + put + LENET[start + data.draw(st.integers(0, 12)) :]
    if printed.accepts(text):
        try:
            assert nl.count(text, (1, 28, 28)).parameters >= 0
        except nl.NetledgerError:
            return


def test_what_is_no_printed_text() -> None:
    for source in (
        "lenet",
        "net.py:Net(width=2)",
        "timm:resnet50(num_classes=2)",
        "layers:\n  - relu\n",
        3,
        "",
        "a (b)",
    ):
        assert not printed.accepts(source)
