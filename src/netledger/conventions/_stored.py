"""How tools count parameters: module by module, or tensor by tensor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from netledger.conventions._pytorch import Seen, own_class
from netledger.core.ledger import Held, Ledger

__all__ = ["PARAMETERS", "by_module", "by_tensor"]

PARAMETERS = "parameters"
"""The term of what is counted once, in full."""


def by_tensor(ledger: Ledger, frozen: bool = True) -> Iterator[Held]:
    """Every parameter once, shared ones once; those that are not trained only if `frozen`."""
    for part in ledger.parameters:
        if not part.buffer:
            counted = frozen or part.trainable
            kept, left = (part.elements, 0) if counted else (0, part.elements)
            yield Held(PARAMETERS if counted else "frozen parameters not counted", kept, part.key, left)


def by_module(seen: Seen, times: Callable[[int], int]) -> Iterator[Held]:
    """The parameters of each module's own, as often as it is counted; tensors that modules share, in each.

    Args:
        seen: the network.
        times: how often the module of a number is counted.

    """
    met: dict[str, int] = {}
    for number, module in enumerate(seen.modules):
        for name, part in seen.held[number].items():
            if part.buffer:
                continue
            key, often = part.key or f"{module.path}.{name}", times(number)
            if often and key in met:
                yield Held("shared parameters, counted again", often * part.elements, key)
            elif often:
                yield Held(PARAMETERS, part.elements, key)
                if often > 1:
                    yield Held("layers in several places, counted again", (often - 1) * part.elements, key)
            met[key] = max(met.get(key, 0), often)
    yield from _left_out(seen, {key for key, often in met.items() if often})


def _left_out(seen: Seen, counted: set[str]) -> Iterator[Held]:
    told: set[str] = set()
    for number, module in enumerate(seen.modules):
        for name, part in seen.held[number].items():
            key = part.key or f"{module.path}.{name}"
            if part.buffer or key in counted or key in told:
                continue
            told.add(key)
            what = own_class(module.kind) or module.kind.rpartition(".")[2] or "the network"
            which = name if module.children else "parameters"
            yield Held(f"{which} of {what} not counted", 0, key, part.elements)
