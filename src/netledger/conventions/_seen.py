"""Any network as PyTorch's tools see it: what PyTorch ran by its calls, a spec as made of PyTorch's own layers."""

from __future__ import annotations

from weakref import ref

from netledger.conventions._pytorch import Seen, called
from netledger.conventions._spec import layered
from netledger.core.ledger import Ledger

__all__ = ["is_run", "seen"]


def is_run(ledger: Ledger) -> bool:
    """Whether it is of something that PyTorch ran, a model or a function; not of a spec."""
    return bool(ledger.calls) or any(entry.provenance.function for entry in ledger)


def seen(ledger: Ledger) -> Seen:
    """The calls of a network; those of the last ledger are remembered while it lives."""
    kept = _LAST.get("ledger")
    if kept is not None and kept[0]() is ledger:
        return kept[1]
    found = called(ledger) if is_run(ledger) else layered(ledger)
    _LAST["ledger"] = (ref(ledger), found)
    return found


_LAST: dict[str, tuple[ref[Ledger], Seen]] = {}
