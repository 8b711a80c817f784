"""What windows that share an axis out among the outputs cost."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, gcd, product
from netledger.core.operator import feature_map
from netledger.core.work import Term

__all__ = ["averaged", "greatest"]


def _window_elements(spatial: Shape, out: Shape) -> Number:
    """The elements of all windows of one channel, added up.

    Along an axis, window i reads from ⌊i·in/out⌋ up to ⌈(i + 1)·in/out⌉. Neighbours share an element unless
    out divides i·in, so the lengths add up to in + (out − 1) − (gcd(in, out) − 1).
    """
    return product(size + made - gcd(size, made) for size, made in zip(spatial, out, strict=True))


def _combined(tensor: Tensor, out: Tensor) -> Number:
    """How many elements are folded into another one: those of all windows, less one per output."""
    batch, channels, spatial = feature_map(tensor)
    windows = out.shape[2:] or (1,) * len(spatial)
    return batch * channels * _window_elements(spatial, windows) - out.elements


def averaged(tensor: Tensor, out: Tensor) -> tuple[Term, ...]:
    """The mean of each window: additions and one division."""
    return (Term("add", "average", _combined(tensor, out)), Term("divide", "average", out.elements))


def greatest(tensor: Tensor, out: Tensor) -> tuple[Term, ...]:
    """The greatest of each window: comparisons."""
    return (Term("compare", "maximum", _combined(tensor, out)),)
