"""What layers hold, to be put back: a layer that was not built is not built afterwards."""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Holding"]


class _Kept(NamedTuple):
    """An object, its attributes, and what those of them that can change held."""

    owner: Any
    attributes: dict[str, Any]
    contents: tuple[tuple[Any, Any], ...]


class Holding:
    """The state of layers as it was when each was first met."""

    def __init__(self) -> None:
        self._kept: dict[int, _Kept] = {}

    def keep(self, layer: Any) -> None:
        """Remember a layer, and all below it."""
        if id(layer) in self._kept:
            return
        for part in layer._flatten_layers():
            self._remember(part)

    def put_back(self) -> None:
        """Everything as it was."""
        for kept in self._kept.values():
            kept.owner.__dict__.clear()
            kept.owner.__dict__.update(kept.attributes)
            for held, content in kept.contents:
                _refill(held, content)

    def _remember(self, owner: Any) -> None:
        if id(owner) in self._kept:
            return
        attributes = dict(owner.__dict__)
        contents = tuple(pair for value in attributes.values() for pair in _contents(value))
        self._kept[id(owner)] = _Kept(owner, attributes, contents)
        tracker = attributes.get("_tracker")
        if hasattr(tracker, "stored_ids"):
            self._remember(tracker)


def _contents(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        inner = [pair for part in value.values() if isinstance(part, set) for pair in _contents(part)]
        return [(value, dict(value)), *inner]
    return [(value, type_(value)) for type_ in (list, set) if isinstance(value, type_)]


def _refill(held: Any, content: Any) -> None:
    """Past what classes of Keras do when something is put into them."""
    if isinstance(held, list):
        list.clear(held)
        list.extend(held, content)
    elif isinstance(held, set):
        set.clear(held)
        set.update(held, content)
    else:
        dict.clear(held)
        dict.update(held, content)
