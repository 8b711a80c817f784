"""What a user says besides the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from netledger.core.errors import SourceError
from netledger.core.network import Tensor

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["Options", "Symbols", "no_symbols"]


class Symbols(Protocol):
    """What turns numbers into symbols, where a closed form is asked for."""

    def number(self, name: str, value: int | Fraction) -> int | Fraction:
        """The number under `let` of this name."""
        ...

    def tensor(self, name: str, tensor: Tensor) -> Tensor:
        """The input of this name, batch included."""
        ...


class Options(NamedTuple):
    """What the user says besides the source.

    Args:
        inputs: name (empty: the next one) and value of each input. A value is a shape with its element type, with or
            without the batch; a front end of a framework also takes sequences and dictionaries of them, and what the
            framework itself takes.
        batch: the batch, if given.
        let: expressions that replace those under `let`.
        symbols: what stays a symbol, where a closed form is asked for.
        kwargs: inputs by name that are no shapes.

    """

    inputs: tuple[tuple[str, Any], ...] = ()
    batch: int | None = None
    let: Mapping[str, str] = {}
    symbols: Symbols | None = None
    kwargs: Mapping[str, Any] = {}


def no_symbols(options: Options) -> None:
    """What a model says itself has no closed form.

    Raises:
        SourceError: if one is asked for.

    """
    if options.symbols is not None:
        hint = "Write it as a spec: netledger.to_spec does so for many models."
        raise SourceError("closed forms are made of specs, not of models", hint=hint)
