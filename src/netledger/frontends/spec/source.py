"""Where the text of a spec comes from: a file, a preset by name, or the text itself."""

from __future__ import annotations

import os

from netledger.core.errors import SourceError, UnknownNameError, quote
from netledger.core.language import say
from netledger.frontends.spec.document import MAX_BYTES

__all__ = ["PRESETS", "locate", "presets"]

PRESETS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "presets")


def presets() -> tuple[str, ...]:
    """The names of all presets."""
    return tuple(sorted(file[:-5] for file in os.listdir(PRESETS) if file.endswith(".yaml")))


def locate(source: str) -> tuple[bytes, str, str]:
    """The bytes of a spec, the file to name in messages, and what to call the network.

    A preset comes before a file of its name (that is ./NAME); a text has a line end, or starts with a brace.

    Raises:
        SourceError: if it cannot be read.
        UnknownNameError: if it is neither a file nor a preset.

    """
    if "\n" in source or source.startswith("{"):
        return source.encode("utf-8", "surrogatepass"), "spec", "network"
    if source in presets():
        return _read(os.path.join(PRESETS, f"{source}.yaml")), f"{source}.yaml", source
    if source.endswith((".yaml", ".yml", ".json")) or os.path.sep in source or os.path.isfile(source):
        return _read(source), source, os.path.splitext(os.path.basename(source))[0]
    raise UnknownNameError("network", source, presets())


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a path"
        hint = "Give a file, or the name of a preset: netledger presets."
        raise SourceError(say("cannot read {path}: {reason}", path=quote(path), reason=reason), hint=hint) from None
