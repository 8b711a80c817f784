"""What the tools said about the probes when their conventions were written down, and where they say otherwise since."""

from __future__ import annotations

import csv
from pathlib import Path

__all__ = ["SINCE", "read"]

Table = dict[str, dict[str, int | None]]

FILE = Path(__file__).with_name("appendix.csv")

SINCE: Table = {
    # DeepSpeed 0.19.8: groups divide a transposed convolution once, and its output grows with the stride.
    "convT2d (1,4,5,5)->8 k2 s2 bias (out 10x10)": {"deepspeed": 7200},
    "convT2d g=2 nobias (1,4,5,5)->8 k2 s2": {"deepspeed": 3200, "deepspeed-macs": 1600},
    "convT2d g=2 nobias (1,8,5,5)->8 k2 s2": {"deepspeed": 6400, "deepspeed-macs": 3200},
    # DeepSpeed 0.19.8: shapes are lined up at the last axis.
    "torch.mul bcast (2,3,4)*(4)": {"deepspeed": 24},
    "torch.mul bcast (1,3,1,1)x(2,3)... (2,3)*(4,2,3)": {"deepspeed": 24},
    # The weights of these probes were no parameters once, and stayed on the CPU.
    "F.linear 16->8 bias (2,5,16)": {"torch": 2560},
    "F.layer_norm affine n=80": {"torch": 0},
}
"""The figures that differ from the table: DeepSpeed was 0.19.6."""


def read(since: bool = True) -> Table:
    """Probe, figure, number; None where the tool fails. As it is now, or as it was written down."""
    with FILE.open(newline="") as lines:
        table = {row.pop("probe"): {name: number(text) for name, text in row.items()} for row in csv.DictReader(lines)}
    return {probe: row | (SINCE.get(probe, {}) if since else {}) for probe, row in table.items()}


def number(text: str) -> int | None:
    return None if text == "error" else int(text)
