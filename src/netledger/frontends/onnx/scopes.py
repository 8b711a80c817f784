"""In which modules a node is: what its exporter wrote down, or the path in its name."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

__all__ = ["Modules", "modules_of"]

Modules = tuple[tuple[str, str], ...]
"""Full path and class of each module, the outermost first; the class is empty where it is not known."""

_MOST = 64


def modules_of(node: Any) -> Modules:
    """The modules that a node is in.

    PyTorch's exporter writes `namespace`: module after module with its class, then the function; the older one,
    and others, write paths as names: /layer1/layer1.0/conv1/Conv.
    """
    for entry in node.metadata_props:
        if entry.key == "namespace":
            return _told(entry.value)
    name = node.name
    return _path(name.rpartition("/")[0]) if "/" in name else ()


@lru_cache(maxsize=4096)
def _told(namespace: str) -> Modules:
    """The modules of `: Net/layer1: Sequential/layer1.0: Block/conv: aten.conv2d.default`."""
    parts = [part.partition(": ") for part in namespace.split("/")[:_MOST]]
    return tuple((path.strip(), kind.strip()) for path, _, kind in parts[:-1] if path.strip())


@lru_cache(maxsize=4096)
def _path(text: str) -> Modules:
    """The modules of `/layer1/layer1.0/conv1`: a name that begins with the one before is the full one."""
    found: list[tuple[str, str]] = []
    last = full = ""
    for part in text.strip("/").split("/")[:_MOST]:
        if not part:
            continue
        full = f"{full[: len(full) - len(last)]}{part}" if last and part.startswith(f"{last}.") else _below(full, part)
        last = part
        found.append((full, ""))
    return tuple(found)


def _below(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part
