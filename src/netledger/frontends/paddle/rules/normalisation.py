"""Normalisation."""

from __future__ import annotations

from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.paddle.rules._registry import channels, rule, unique


def _held(reader: Any, op: Any, **places: int) -> dict[str, Any]:
    """What stands at these places, by role; running statistics are state."""
    found = {role: reader.value(op, place) for role, place in places.items()}
    return {
        role: value._replace(buffer=role.startswith("running_")) if isinstance(value, Stored) else value
        for role, value in found.items()
        if value is not None
    }


@rule("batch_norm", "batch_norm_", "sync_batch_norm_", "sync_batch_norm")
def batch_norm(reader: Any, op: Any) -> Any:
    """Batch norm, as at inference."""
    held = _held(reader, op, running_mean=1, running_var=2, scale=3, shift=4)
    affine = "scale" in held
    if affine != ("shift" in held):
        return None
    operator = unique("batchnorm", op.attributes["epsilon"], affine, True, channels=channels(op))
    return reader.add(op, operator, 0, stored=held)


@rule("layer_norm")
def layer_norm(reader: Any, op: Any) -> Any:
    """Layer norm over the last axes."""
    held = _held(reader, op, scale=1, shift=2)
    if "shift" in held and "scale" not in held:
        return None
    over = len(reader.tensor(op).shape) - int(op.attributes["begin_norm_axis"])
    operator = unique("layernorm", over, op.attributes["epsilon"], "scale" in held, "shift" in held)
    return reader.add(op, operator, 0, stored=held)


@rule("rms_norm")
def rms_norm(reader: Any, op: Any) -> Any:
    """Root mean square norm over the last axes."""
    held = _held(reader, op, scale=1)
    over = len(reader.tensor(op).shape) - int(op.attributes.get("begin_norm_axis", -1))
    return reader.add(op, unique("rmsnorm", max(1, over), op.attributes["epsilon"], bool(held)), 0, stored=held)


@rule("group_norm")
def group_norm(reader: Any, op: Any) -> Any:
    """Group norm."""
    held = _held(reader, op, scale=1, shift=2)
    if len(held) == 1:
        return None
    operator = unique(
        "groupnorm", int(op.attributes["groups"]), op.attributes["epsilon"], bool(held), channels=channels(op)
    )
    return reader.add(op, operator, 0, stored=held)


@rule("instance_norm")
def instance_norm(reader: Any, op: Any) -> Any:
    """Instance norm."""
    held = _held(reader, op, scale=1, shift=2)
    if len(held) == 1:
        return None
    return reader.add(op, unique("instancenorm", op.attributes["epsilon"], bool(held)), 0, stored=held)
