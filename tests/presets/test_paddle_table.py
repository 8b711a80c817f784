"""Truth: the table that paddle.flops prints, to the letter. In a process of its own: Paddle numbers layers for good."""

from __future__ import annotations

import subprocess
import sys

import pytest

import netledger as nl

PROGRAM = """
import paddle
net = paddle.vision.models.{model}()
paddle.flops(net, {shape}, print_detail=True)
"""


@pytest.mark.parametrize(("preset", "model"), [("lenet", "LeNet"), ("vgg11", "vgg11"), ("mobilenet_v2", "MobileNetV2")])
def test_the_table_is_paddles_own(preset: str, model: str) -> None:
    ledger = nl.count(preset)
    program = PROGRAM.format(model=model, shape=list(ledger.inputs[0]))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    printed = done.stdout[done.stdout.index("+--") :].rstrip().splitlines()
    assert ledger.to("paddle").splitlines()[: len(printed)] == printed
