"""What FlopCounterMode has no formula for, counted from our ledger: the difference of the two, to the last digit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

__all__ = ["UNREGISTERED", "uncounted_by_flop_counter"]


def _matrix_by_vector(entry: Any) -> bool:
    """`torch.matmul(a, b)` whose b is a vector runs aten.mv or aten.dot; neither is registered."""
    return entry.op == "matmul" and len(entry.inputs[1]) == 1


UNREGISTERED: dict[str, Callable[[Any], bool]] = {
    "matrix by vector (aten.mv, aten.dot)": _matrix_by_vector,
    "bilinear layer (aten._trilinear)": lambda entry: entry.op == "bilinear",
    "deformable convolution (torchvision.deform_conv2d)": lambda entry: entry.op == "deform_conv",
}
"""Why FlopCounterMode counts nothing for an operation, and whether an entry is one."""


def uncounted_by_flop_counter(ledger: Any) -> dict[str, int]:
    """The FLOPs that it leaves out, by reason; empty if it leaves out nothing."""
    left_out: Counter[str] = Counter()
    for entry in ledger:
        for reason, applies in UNREGISTERED.items():
            if entry.counted and applies(entry):
                left_out[reason] += entry.total("flops")
    return dict(left_out)
