"""Figures published for models of torchvision, timm and transformers, to the precision they are printed in."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from math import prod
from pathlib import Path
from typing import Any

import pytest
import torch

import netledger as nl
from bench.models import torchvision

DATA = Path(__file__).parent / "data"
DETECTION = ("rcnn", "ssd", "retinanet", "fcos")
"""They decide by the values of their input, and need torchvision's compiled operators."""

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def printed(count: int, unit: int, like: str) -> str:
    """A count in a unit, with as many decimals as another figure has."""
    places = len(like.partition(".")[2])
    return str((Decimal(count) / unit).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


TORCHVISION = [row for row in rows("torchvision") if not any(word in row["model"] for word in DETECTION)]


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning")
@pytest.mark.parametrize("row", TORCHVISION, ids=lambda row: f"{row['model']} {row['input']}")
def test_torchvision(row: Row) -> None:
    """`num_params` and `_ops` of its weights: multiply-adds at the size of their transforms."""
    name = row["model"]
    shape = tuple(map(int, row["input"].split("x"))) if row["input"][0].isdigit() else ()
    settings: dict[str, Any] = {}
    if "deeplab" in name or "fcn" in name or "lraspp" in name:
        settings["weights_backbone"] = None
    if "fcn" in name:
        settings["aux_loss"] = True  # the published weights have an auxiliary classifier
    if name.startswith("vit"):
        settings["image_size"] = shape[-1]
    if name == "googlenet":
        settings |= {
            "aux_logits": False,
            "init_weights": False,
        }  # its published parameters leave the auxiliary ones out
    with torch.device("meta"):
        model = torchvision().models.get_model(name, weights=None, **settings).eval()
    inputs = [(1, 3, 512, 512)] * 2 if name.startswith("raft") else [(1, *shape)]
    ledger = nl.count(model, *inputs)
    assert ledger.complete
    assert ledger.parameters == int(row["params"])
    assert printed(ledger.total("macs"), 10**9, row["cost"]) == row["cost"]


def fvcores(ledger: nl.Ledger) -> tuple[int, int]:
    """What fvcore counts, which timm's tables were made with: products and normalisations; and without fused attention,
    which older files left out."""
    norms = 0
    for entry in ledger:
        if entry.op == "batchnorm":
            norms += 2 * prod(entry.inputs[0])
        elif entry.op in ("layernorm", "groupnorm", "instancenorm"):
            norms += (5 if entry.attributes["affine"] else 4) * prod(entry.inputs[0])
    fused = sum(entry.total("macs") for entry in ledger if entry.op == "attention")
    return ledger.total("macs") + norms, ledger.total("macs") + norms - fused


EXPLAINED = {
    "mobilenetv3_large_150d": "no figure is printed",
    "vit_base_r50_s16_224": "made when the standardised weights of its stem were normalised in other steps",
    "vit_base_r50_s16_384": "likewise",
    "efficientnet_h_b5": "printed with one decimal: 44.9 for 44.894",
    "resnet26 288": "printed with one decimal: 3.9 for 3.895",
}
TIMM = [row for row in rows("timm_benchmark") if row["gmacs"]][::5]


@pytest.mark.parametrize("row", TIMM, ids=lambda row: f"{row['model']} {row['img_size']}")
def test_timm(row: Row) -> None:
    """Parameters, and multiply-adds as fvcore counts them, to two decimals."""
    timm = pytest.importorskip("timm")
    if row["model"] not in timm.list_models():
        pytest.skip("no longer in timm")
    with torch.device("meta"):
        model = timm.create_model(row["model"]).eval()
    size = int(row["img_size"])
    ledger = nl.count(model, (1, 3, size, size))
    assert printed(ledger.parameters, 10**6, "0.00") == printed(
        int(Decimal(row["param_count_m"]) * 10**6), 10**6, "0.00"
    )
    if row["model"] in EXPLAINED or f"{row['model']} {size}" in EXPLAINED:
        return
    figures = [printed(count, 10**9, "0.00") for count in (*fvcores(ledger), ledger.total("macs"))]
    assert any(abs(Decimal(figure) - Decimal(row["gmacs"])) <= Decimal("0.01") for figure in figures)


def setting(word: str) -> tuple[str, Any]:
    name, _, value = word.strip(",").partition("=")
    return name, {"True": True, "False": False}[value] if value in ("True", "False") else int(value)


LANGUAGE = [row for row in rows("llm_params") if row["hf_class"] and row["counted_params"]]


@pytest.mark.parametrize("row", LANGUAGE, ids=lambda row: row["model"])
def test_language_models(row: Row) -> None:
    """Parameters of models up to 66 billion of them, tied ones once, built and counted without any memory."""
    torchvision()  # transformers imports it
    transformers = pytest.importorskip("transformers")
    cls = getattr(transformers, row["hf_class"])
    settings = dict(setting(word) for word in row["config"].split() if "=" in word)
    with torch.device("meta"):
        model = cls(cls.config_class(**settings)).eval()
    given: dict[str, Any] = {"input_ids": "int64[1,16]"}
    if row["hf_class"].startswith("ViT"):
        given = {"pixel_values": (1, 3, 224, 224)}
    if row["hf_class"].startswith("T5"):
        given["decoder_input_ids"] = "int64[1,16]"
    ledger = nl.count(model, kwargs=given)
    assert ledger.parameters == int(row["counted_params"])
    assert ledger.complete
    assert ledger.total("macs") > 0
