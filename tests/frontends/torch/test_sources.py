"""Models by name and file: built without weights on the meta device; nothing is downloaded, nothing unpickled."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch

import netledger as nl
from tests.frontends.torch.command import run_command

MODELS = Path(__file__).with_name("models.py")


def test_a_batch_replaces_that_of_the_usual_input() -> None:
    assert nl.count("torchvision:resnet18", batch=4).inputs[0] == (4, 3, 224, 224)
    assert nl.count("torchvision:resnet18", (3, 64, 64), batch=2).inputs[0] == (2, 3, 64, 64)


def test_torchvision() -> None:
    ledger = nl.count("torchvision:resnet18")
    assert (ledger.name, ledger.inputs) == ("resnet18", ((1, 3, 224, 224),))
    assert ledger.parameters == 11_689_512
    assert "torchvision's own transforms" in str(ledger)
    smaller = nl.count("torchvision:resnet18(num_classes=10)", (2, 3, 64, 64))
    assert smaller.parameters == 11_689_512 - 513_000 + 5_130
    assert not smaller.data.notes
    assert nl.count("torchvision:resnet18", let={"num_classes": 10}).parameters == smaller.parameters


def test_timm() -> None:
    pytest.importorskip("timm")
    ledger = nl.count("timm:vit_tiny_patch16_224")
    assert ledger.inputs == ((1, 3, 224, 224),)
    assert ledger.parameters == 5_717_416


def test_transformers(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    config = tmp_path / "config.json"
    settings = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    config.write_text(json.dumps({"model_type": "bert", "vocab_size": 99, "architectures": ["BertModel"], **settings}))
    ledger = nl.count(f"transformers:{config}", "input_ids:int64[2,7]")
    assert ledger.complete
    tokens = 2 * 7
    assert ledger.total("macs") == 2 * (tokens * 32 * (4 * 32 + 2 * 64) + 2 * 2 * 4 * 7 * 7 * 8) + 2 * 32 * 32
    by_type = nl.count("transformers:bert(hidden_size=32, num_attention_heads=4, num_hidden_layers=1)")
    assert by_type.inputs == ((1, 128),)


def test_a_file_of_ones_own() -> None:
    for source in (f"{MODELS}:Small", "tests.frontends.torch.models:Small"):
        assert nl.count(source, (1, 3, 8, 8)).parameters == 365
    assert nl.count(f"{MODELS}:Heads(spelling='sdpa', features=8)", (1, 5, 8)).complete
    before = list(sys.path)
    nl.count(f"{MODELS}:OneConv", (1, 3, 5, 5))
    assert sys.path == before


def test_what_a_file_may_hold(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import torch\nfrom torch import nn\n"
        "model = nn.Linear(3, 4)\n"
        "def make(width=4):\n    return nn.Linear(3, width)\n"
        "def function(x):\n    return x @ x.T\n"
        "class Group:\n    Net = nn.Identity\n"
        "number = 3\n"
        "def fails():\n    raise ValueError('not today')\n"
    )
    assert nl.count(f"{file}:model", (2, 3)).total("macs") == 24
    assert nl.count(f"{file}:make", (2, 3)).total("macs") == 24
    assert nl.count(f"{file}:make(width=5)", (2, 3)).total("macs") == 30
    assert nl.count(f"{file}:function", (2, 3)).total("macs") == 12
    assert len(nl.count(f"{file}:Group.Net", (2, 3))) == 0
    for source, said in (("number", "no model"), ("modle", "Did you mean model"), ("fails", "not today")):
        with pytest.raises(nl.SourceError, match=said):
            nl.count(f"{file}:{source}", (2, 3))


def test_a_large_model_takes_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "large.py"
    file.write_text("from torch import nn\ndef make():\n    return nn.Linear(10**6, 10**6)\n")
    assert nl.count(f"{file}:make", (1, 10**6)).parameters == 10**12 + 10**6


@pytest.mark.parametrize("name", ["weights.pt", "model.pth", "pytorch_model.bin", "net.pkl", "last.ckpt"])
def test_a_pickle_is_refused(name: str, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> object:
            return (Path.touch, (tmp_path / "run",))

    torch.save(Evil(), tmp_path / name)
    with pytest.raises(nl.SourceError, match="pickle"):
        nl.count(str(tmp_path / name))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("torchvision:resnet51", "Did you mean resnet50"),
        ("model.safetensors", "weights only"),
        ("nothing.py:Net", "cannot read"),
        ("nothing.at.all:Net", "cannot import"),
        ("torchvision:resnet18(__import__('os'))", "cannot read the arguments"),
        ("torchvision:resnet18(width=open('x'))", "cannot read the arguments"),
        ("torchvision:resnet18(nonsense=1)", "cannot build"),
    ],
)
def test_what_is_no_model(source: str, said: str) -> None:
    with pytest.raises(nl.SourceError, match=said):
        nl.count(source)


def test_on_the_command_line() -> None:
    shown = run_command("show", f"{MODELS}:Tied", "--input", "ids:int64[1,128]", "--input", "mask:1x128")
    assert shown.code == 0, shown.output
    assert "embedding(100, 8)" in shown.output
    plain = run_command("show", "torchvision:resnet18")
    assert plain.code == 0, plain.output
    assert "1,814,073,344 MAC" in plain.output


def test_torch_export(tmp_path: Path) -> None:
    from tests.frontends.torch.models import Small

    model = Small().eval()
    exported = torch.export.export(model, (torch.zeros(2, 3, 8, 8),))
    ledger = nl.count(exported, (2, 3, 8, 8))
    assert ledger.total("macs") == nl.count(model, (2, 3, 8, 8)).total("macs")
    assert ledger.parameters == 365
    torch.export.save(exported, tmp_path / "net.pt2")
    with pytest.raises(nl.SourceError, match="never run"):
        nl.count(str(tmp_path / "net.pt2"))
