"""An operator worked out on small matrices, step by step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from netledger.analyses import work as _work
from netledger.analyses.work.shifted import Shift, shift
from netledger.analyses.work.told import STEPS
from netledger.api._answer import Answer
from netledger.core.document import Document
from netledger.core.errors import SourceError, UnknownNameError
from netledger.notations import DEFAULT as FIELD

__all__ = ["Work", "check_format", "formats", "operator_of", "work"]

operator_of = _work.operator_of
MAX_STEPS = 1000


def formats() -> tuple[str, ...]:
    """What `to` takes."""
    from netledger.writers import FOLDER

    return tuple(sorted((*FOLDER.names(), "json", "svg")))


def check_format(name: str) -> None:
    """Tell a wrong name before the work.

    Raises:
        UnknownNameError: if there is no such format.

    """
    if name not in formats():
        raise UnknownNameError("format", name, formats())


class Work(Answer):
    """What was worked out: `output` as nested lists; text when printed; `to("svg")` is an animation."""

    __slots__ = ("steps", "worked")

    def __init__(self, worked: _work.Worked, document: Document, steps: int) -> None:
        super().__init__(document)
        self.worked = worked
        self.steps = steps

    @property
    def output(self) -> Any:
        """The values of the output, with all of its axes: whole numbers as int, others as float."""
        return self.worked.nested()

    def to_dict(self) -> dict[str, Any]:
        """Every value and every step as plain data, as `to("json")` writes it."""
        return _work.record(self.worked)

    def to(self, format: str, width: int | None = None) -> str:
        """The lesson as text, markdown, latex, html, svg or json; text as wide as it may be.

        Raises:
            UnknownNameError: if there is no such format.

        """
        check_format(format)
        if format == "json":
            from netledger.core.facts import lines

            return lines(self.to_dict(), "steps")
        if format == "svg":
            from netledger.writers._film import film

            return film(_work.all_frames(self.worked, self.steps), self.document.title)
        if format == "text" and width is not None:
            from netledger.writers.text import write

            return write(self.document, width)
        return super().to(format)


def work(
    layer: str,
    *inputs: Any,
    seed: int | None = None,
    size: Any = None,
    shift: Any = None,
    steps: int = STEPS,
    notation: str = FIELD,
    **options: Any,
) -> Work:
    """An operator worked out on small matrices, step by step: which window, which products, which sum.

    Args:
        layer: a layer, or the name of one: "maxpool(2, stride=2)".
        inputs: each as text, "1 2; 3 4" (channels after |, images after ||), a CSV file, or nested lists.
        seed: what makes all that is not given.
        size: of the inputs that it makes: "2x4x4".
        shift: compare with a copy shifted by so many columns, or (rows, columns).
        steps: how many elements of each stage are written out.
        notation: how sizes and attributes are called: field, cs231n, oiksp.
        options: attributes and parameters by name: stride=2, weight="1 0; 0 -1", bias="0.5".

    Raises:
        UnknownNameError: if there is no such option.
        SourceError, SpecError: if a value is missing, or cannot be read.
        ShapeError: if the values do not fit the layer, or are too many.

    >>> work("avgpool(2)", [[1, 2, 3, 4], [5, 6, 7, 8]]).output
    [[[[3.5, 5.5]]]]
    >>> work("conv", "1 2 3; 4 5 6; 7 8 9", weight="1 0; 0 -1").output
    [[[[-4, -4], [-4, -4]]]]

    """
    if not 1 <= steps <= MAX_STEPS:
        raise SourceError("from 1 to 1000 steps are written out", values={"steps": steps})
    if shift is not None and any(role == "shift" for role in _work.roles_of(layer)):
        options["shift"], shift = shift, None
    worked = _work.perform(_work.prepare(layer, inputs, options, seed, size))
    after = _work.shifted(_shift(worked, shift)) if shift is not None else ()
    return Work(worked, _work.document(worked, steps, after, notation), steps)


def _shift(worked: _work.Worked, by: Any) -> Shift:
    return shift(worked, by if isinstance(by, str) else ",".join(map(str, _several(by))))


def _several(by: Any) -> Iterable[Any]:
    return by if isinstance(by, (tuple, list)) else (by,)
