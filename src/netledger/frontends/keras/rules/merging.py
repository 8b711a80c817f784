"""Layers that join several inputs."""

from __future__ import annotations

from typing import Any

from netledger.frontends.keras.rules._registry import layer, named

__all__: list[str] = []


def _joined(kind: str) -> Any:
    def join(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
        if not isinstance(inputs, (list, tuple)) or len({len(part.shape) for part in inputs}) != 1:
            return NotImplemented
        return trace.add(named(kind)(), *inputs)

    return join


for _name in ("Add", "Multiply", "Maximum", "Minimum", "Subtract"):
    layer(_name)(_joined(_name.lower()))


@layer("Concatenate")
def concatenate(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """Along an axis."""
    return trace.add(named("concat")(layer.axis), *inputs)
