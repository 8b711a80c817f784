"""Other sizes of feature maps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from netledger.frontends.paddle.reader import Known
from netledger.frontends.paddle.rules._registry import axes, channels, load, rule, unique


@rule("nearest_interp", "linear_interp", "bilinear_interp", "trilinear_interp", "bicubic_interp")
def interpolate(reader: Any, op: Any) -> Any:
    """To a size, or so many times as large."""
    given = op.attributes
    mode = given["interp_method"]
    count = len(reader.tensor(op).shape) - 2
    size = [given[name] for name in ("out_d", "out_h", "out_w")][-count:]
    asked = _asked(reader, op) or size
    corners = bool(given["align_corners"]) and mode != "nearest"
    common = {"mode": mode, "align_corners": corners, "channels": channels(op)}
    if all(value > 0 for value in asked):
        return reader.add(op, load("upsample")(size=axes(asked), **common), 0)
    factors = [Fraction(value).limit_denominator(10_000) for value in given["scale"]]
    if not factors:
        return None
    found = factors[0] if len(set(factors)) == 1 else tuple(factors)
    return reader.add(op, load("upsample")(scale=found, **common), 0)


def _asked(reader: Any, op: Any) -> list[int] | None:
    """A size that was computed, where it is known."""
    for place in (1, 2):
        value = reader.value(op, place)
        if type(value) is tuple and value and all(isinstance(part, Known) for part in value):
            return [int(part.values[0] if isinstance(part.values, list) else part.values) for part in value]
        if isinstance(value, Known) and isinstance(value.values, list):
            return [int(part) for part in value.values]
    return None


@rule("grid_sample")
def grid_sample(reader: Any, op: Any) -> Any:
    """Elements at given places."""
    given = op.attributes
    return reader.add(
        op, unique("grid_sample", given["mode"], given["padding_mode"], bool(given["align_corners"])), 0, 1
    )
