"""Runs Paddle: imports it once, and silences exactly what it is known to say."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

_CCACHE = "No ccache found"
_SCALAR = "Conversion of an array with ndim > 0 to a scalar is deprecated"


@cache
def paddle() -> Any:
    """The module; its import warns where ccache is not installed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_CCACHE, category=UserWarning)
        import paddle as module
    return module


class Report(NamedTuple):
    """What paddle.flops says."""

    flops: int
    parameters: int


def report(layer: Any, shape: Sequence[int]) -> Report:
    """paddle.flops of one layer; alone it would not be seen, so it is put into a Sequential."""
    printed = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(printed):
        warnings.filterwarnings("ignore", message=_SCALAR, category=DeprecationWarning)
        flops = paddle().flops(paddle().nn.Sequential(layer), list(shape))
    found = re.search(r"Total Params: (\d+)", printed.getvalue())
    assert found is not None
    return Report(flops, int(found[1]))


def output_shape(layer: Any, shape: Sequence[int]) -> tuple[int, ...]:
    """The shape that a layer computes from zeros."""
    return tuple(layer(paddle().zeros(list(shape))).shape)
