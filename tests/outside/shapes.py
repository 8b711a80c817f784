"""What netledger says about shapes beside what a framework really computes: a shape each, or None for an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from netledger.core.errors import ShapeError
from netledger.core.network import Tensor
from netledger.ops import load

Shape: TypeAlias = tuple[int, ...]
Shapes: TypeAlias = tuple[Shape, ...] | None

RUN = settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
"""For tests that run a layer of PyTorch per example."""

SIZE, SMALL = st.integers(1, 8), st.integers(1, 4)


def ours(kind: str, *shapes: Shape, **attributes: Any) -> Shapes:
    """The shapes that our rule gives; None if it refuses."""
    try:
        made = load(kind)(**attributes).infer(tuple(map(Tensor, shapes)))
    except ShapeError:
        return None
    return tuple(tensor.shape for tensor in made)


def theirs(run: Callable[[], Any]) -> Shapes:
    """The shapes that the framework computes; None if it refuses."""
    try:
        made = run()
    except (RuntimeError, ValueError, IndexError, NotImplementedError):
        return None
    return tuple(tuple(part.shape) for part in (made if isinstance(made, (tuple, list)) else (made,)))


def zeros(shape: Shape) -> torch.Tensor:
    return torch.zeros(shape)


@dataclass(frozen=True)
class Sliding:
    """A window over a feature map; one number, or one pair of pads, per axis. Not always a valid one."""

    shape: Shape
    kernel: Shape
    stride: Shape
    dilation: Shape
    pads: tuple[tuple[int, int], ...]

    @property
    def axes(self) -> int:
        return len(self.kernel)

    @property
    def before(self) -> Shape:
        """The padding before, along each axis."""
        return tuple(before for before, _ in self.pads)

    def padded(self, value: float = 0.0) -> torch.Tensor:
        """The input with the padding added by torch."""
        flat = [amount for pair in reversed(self.pads) for amount in pair]
        return torch.nn.functional.pad(zeros(self.shape), flat, value=value)


@st.composite
def sliding(
    draw: Any, *, symmetric: bool = False, pool: bool = False, channels: st.SearchStrategy[int] = SMALL
) -> Sliding:
    """Any window; pools get PyTorch's extra rule that padding is at most half of the kernel."""
    axes = draw(st.integers(1, 3))
    kernel = tuple(draw(SMALL) for _ in range(axes))
    pads = []
    for size in kernel:
        amount = st.integers(0, size // 2 if pool else 3)
        before = draw(amount)
        pads.append((before, before if symmetric else draw(amount)))
    stride, dilation = (tuple(draw(st.integers(1, 3)) for _ in range(axes)) for _ in range(2))
    shape = (draw(st.integers(1, 3)), draw(channels), *(draw(SIZE) for _ in range(axes)))
    return Sliding(shape, kernel, stride, dilation, tuple(pads))
