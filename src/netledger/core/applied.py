"""A convention that looks at a whole ledger, applied to one: from then on it prices entry by entry."""

from __future__ import annotations

from collections.abc import Mapping

from netledger.core.errors import SourceError
from netledger.core.language import say
from netledger.core.ledger import Charge, Convention, Entry, Ledger, Told, charges

__all__ = ["Applied", "applied", "failures"]


class Applied:
    """What a convention charges each entry of a ledger.

    Args:
        convention: it prices whole ledgers.
        ledger: the one that is priced. Entries of others are priced as if they stood alone.

    """

    def __init__(self, convention: Convention, ledger: Ledger) -> None:
        self.NAME, self.UNIT, self.convention, self.ledger = convention.NAME, convention.UNIT, convention, ledger
        self._charges = _charged(convention, ledger)
        self._amounts: dict[int, dict[str, int]] = {id(entry): {} for entry in ledger.entries}
        for charge in self._charges:
            if charge.entry >= 0:
                own = self._amounts[id(ledger.entries[charge.entry])]
                own[charge.term] = own.get(charge.term, 0) + charge.amount

    def charges(self, ledger: Ledger) -> tuple[Charge, ...]:
        """Everything that it charges a ledger."""
        return self._charges if ledger is self.ledger else charges(self.convention, ledger)

    def amounts(self, entry: Entry) -> Mapping[str, int]:
        """What it charges an entry; what it charges a call without one is part of the total only."""
        found = self._amounts.get(id(entry))
        return self.convention.amounts(entry) if found is None else found


def _charged(convention: Convention, ledger: Ledger) -> tuple[Charge, ...]:
    """Everything it charges; a ledger that was read back may be of other rules, or not come from us at all."""
    if not any(isinstance(entry.operator, Told) for entry in ledger):
        return charges(convention, ledger)
    try:
        return charges(convention, ledger)
    except (LookupError, TypeError, ArithmeticError, ValueError, AttributeError) as error:
        said = say(
            "{convention} cannot price this ledger: {kind} {error}",
            convention=convention.NAME,
            kind=type(error).__name__,
            error=error,
        )
        raise SourceError(said, hint="Was it written by another version? Count the network again.") from None


def applied(convention: Convention, ledger: Ledger) -> Convention:
    """The convention itself, if it prices entry by entry; else, applied to the ledger."""
    return Applied(convention, ledger) if hasattr(convention, "charges") else convention


def failures(convention: Convention, ledger: Ledger) -> tuple[str, ...]:
    """Why the tool of a convention would itself fail on this network, in sentences."""
    source = getattr(convention, "convention", convention)
    return tuple(dict.fromkeys(source.fails(ledger))) if hasattr(source, "fails") else ()
