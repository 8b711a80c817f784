"""How the attributes of a layer are written in PyTorch."""

from __future__ import annotations

from typing import Any

__all__ = ["spelled"]

_FIRST = ("in_features", "in_channels", "num_features")
_WORDS = {"kernel": "kernel_size"}


def spelled(kind: str, name: str, value: Any) -> str:
    """An attribute with a value as PyTorch writes it, in a layer of this class if there is one.

    >>> spelled("Linear", "in_features", 2048), spelled("Conv2d", "kernel", 3), spelled("", "groups", 2)
    ('Linear(2048, …)', 'kernel_size=3', 'groups=2')
    """
    if kind and name in _FIRST:
        return f"{kind}({value}, …)" if name != "num_features" else f"{kind}({value})"
    if name == "shape":
        return f"({', '.join(map(str, value))})"
    word = _WORDS.get(name, name)
    return (
        f"{'out_features' if kind == 'Linear' and name == 'out' else 'out_channels' if name == 'out' else word}={value}"
    )
