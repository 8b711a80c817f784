"""The words of the language that are not layers."""

from __future__ import annotations

__all__ = ["CALLED", "COMMON", "JOINS", "RESERVED", "ROUNDED", "STRUCTURES", "TOP"]

TOP = ("name", "source", "input", "batch", "rounding", "let", "blocks", "layers", "outputs")
"""What stands at the top of a spec."""

ROUNDED = ("conv", "pool")
"""The families of layers whose rounding a spec sets at once."""

COMMON = ("name", "from", "trainable")
"""What any layer may say."""

STRUCTURES = {
    "branches": ("name", "from", "join", "paths"),
    "repeat": ("name", "from", "times", "layers"),
    "use": ("name", "from", "block"),
}
"""What is not a layer but holds layers, and what each may say."""

JOINS = ("add", "multiply", "concat")
"""The layers that join the paths of branches."""

RESERVED = tuple(dict.fromkeys(("in_channels", "turn", *COMMON, *STRUCTURES["use"])))
"""What cannot be the name of a number: it is one already, or means something else where a block is used."""

CALLED = {
    "dense": "linear",
    "fc": "linear",
    "fully_connected": "linear",
    "bn": "batchnorm",
    "pool": "maxpool",
    "swish": "silu",
    "gap": "global_avgpool",
    "cat": "concat",
}
"""What others call some layers."""
