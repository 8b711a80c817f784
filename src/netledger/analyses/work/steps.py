"""Performs a job, within bounds."""

from __future__ import annotations

from typing import Any, NamedTuple

from netledger.analyses.work.given import Job
from netledger.analyses.work.numbers import MAX_ELEMENTS
from netledger.core.errors import ShapeError
from netledger.core.number import total
from netledger.core.performed import Stage, Values
from netledger.core.work import Term

__all__ = ["Worked", "perform"]

MAX_OPERATIONS = 100_000


class Worked(NamedTuple):
    """A job and its stages."""

    job: Job
    stages: tuple[Stage, ...]
    work: tuple[Term, ...]

    @property
    def output(self) -> Values:
        """What the last stage makes."""
        return self.stages[-1].made

    def nested(self) -> Any:
        """The values of the output as nested lists."""
        return nested(self.output)


def perform(job: Job) -> Worked:
    """Every operation of the job.

    Raises:
        ShapeError: if the operator cannot take the input, if there is too much to do, or if a result is no number.

    """
    tensors = tuple(values.tensor for values in job.inputs)
    outputs = job.op.infer(tensors)
    work = job.op.work(tensors, outputs)
    done = total(term.count for term in work)
    if done > MAX_OPERATIONS or max(tensor.elements for tensor in outputs) > MAX_ELEMENTS:
        raise ShapeError(
            "this is too much to be worked out: at most 100,000 operations and 4096 outputs",
            hint="Take a smaller input or kernel.",
            values={"operations": done, "outputs": outputs[0].elements},
        )
    try:
        return Worked(job, job.op.perform(job.inputs, job.stored), work)
    except (ArithmeticError, ValueError) as error:
        if isinstance(error, ShapeError):
            raise
        raise ShapeError(
            "a result is too large, or is no real number",
            hint="A variance is at least 0; try smaller numbers."
            if "running_var" in job.stored
            else "Try smaller numbers.",
        ) from None


def nested(values: Values) -> Any:
    """The elements as nested lists: whole numbers as int, others as float."""

    def part(place: tuple[int, ...]) -> Any:
        if len(place) == len(values.shape):
            value: Any = values.at(place).value
            return value if isinstance(value, int) else float(value)
        return [part((*place, index)) for index in range(values.shape[len(place)])]

    return part(())
