"""The unknown from the rest: of a layer, of the inputs of a network, of a budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

from netledger import ops
from netledger.analyses import quantity
from netledger.analyses.solve import accepts as _accepts
from netledger.analyses.solve import largest as _largest
from netledger.analyses.solve import layer as _layer
from netledger.analyses.solve import told
from netledger.analyses.solve.trials import Progress, Refused, Trials, silent
from netledger.api._answer import Answer
from netledger.api._count import Let, Source, lay_out
from netledger.api._shapes import Input, options, resized
from netledger.conventions import load as _convention
from netledger.core.applied import applied
from netledger.core.document import Document
from netledger.core.errors import NetledgerError, SourceError, quote
from netledger.core.language import say
from netledger.core.ledger import build, price
from netledger.core.network import Network, Tensor
from netledger.frontends import Options, replays
from netledger.notations import DEFAULT as FIELD

__all__ = ["Acceptance", "Largest", "Solution", "accepts", "largest", "solve"]

MAX_LET_STEPS = 1000


class _Found(Answer):
    """An answer with what was found, in `found`."""

    __slots__ = ("found",)

    def __init__(self, found: Any, document: Document) -> None:
        super().__init__(document)
        self.found = found

    def to(self, format: str) -> str:
        """The answer as text, markdown, latex, html or json.

        Raises:
            UnknownNameError: if there is no such format.

        """
        return told.written_json(self.found) if format == "json" else super().to(format)


class Solution(_Found):
    """The unknowns of a layer: `.answers`, the usual one first; or, if there is none, `.nearest`."""

    __slots__ = ()

    found: _layer.Found

    @property
    def answers(self) -> tuple[_layer.Candidate, ...]:
        """Every answer up to the bound: values (by name), op, size (of the input), made (of the output), even."""
        return self.found.answers

    @property
    def nearest(self) -> _layer.Candidate | None:
        """If there is no answer: the candidate whose output is nearest."""
        return self.found.nearest


class Acceptance(_Found):
    """Which inputs a network takes: `.sweeps`, what was found along each axis; `answer.takes(size)`."""

    __slots__ = ()

    found: _accepts.Accepted

    @property
    def sweeps(self) -> tuple[_accepts.Sweep, ...]:
        """For each axis, or several together: axis, bound, taken (first, last, step), refusals (runs, layer, rule)."""
        return self.found.sweeps

    @property
    def sizes(self) -> tuple[int, ...]:
        """Every size that is taken along the first of the sweeps: all sizes of the image together, if it is square."""
        return tuple(size for run in self.sweeps[0].taken for size in run.numbers)


class Largest(_Found):
    """The largest that is within budgets: `.value`, `.figures` by name; `.beyond`, the next one."""

    __slots__ = ()

    found: _largest.Largest

    @property
    def value(self) -> Fraction | None:
        """The answer; None, if nothing is within the budgets."""
        return None if self.found.answer is None else self.found.answer.value

    @property
    def figures(self) -> dict[str, int]:
        """The figures of the answer, by the names of the budgets."""
        return _figures(self.found, self.found.answer)

    @property
    def beyond(self) -> tuple[Fraction, dict[str, int]] | None:
        """The next larger one, and its figures; None, if the bound itself fits."""
        step = self.found.beyond
        return None if step is None else (step.value, _figures(self.found, step))


def _figures(found: _largest.Largest, step: _largest.Step | None) -> dict[str, int]:
    names = (budget.name for budget in found.budgets)
    return {} if step is None else dict(zip(names, step.figures, strict=True))


def solve(
    op: str = "conv",
    *,
    unknown: str | Iterable[str] = (),
    input: int | None = None,
    output: int | None = None,
    up_to: int | None = None,
    notation: str = FIELD,
    **known: Any,
) -> Solution:
    """The unknown numbers of one layer, along one axis, from the others.

    Args:
        op: the kind of layer: conv, conv_transpose, maxpool, avgpool, lp_pool.
        unknown: attributes such as kernel, stride, padding, dilation; "in", "out". If left out: what is left out of
            input and output, or else kernel, stride and padding as far as they are not given.
        input: the size of the input.
        output: the size of the output.
        up_to: how far each unknown is searched (4,096 for one alone; 11 and 1,024 for attributes and sizes together).
        notation: how sizes and attributes are called: field, cs231n, oiksp.
        known: attributes: kernel=11, stride=4, rounding="ceil".

    Raises:
        UnknownNameError: if there is no such layer or attribute.
        SourceError: if something is missing, or given twice.
        ShapeError: if what is given breaks a rule.

    >>> answer = solve(unknown="padding", kernel=11, stride=4, input=227, output=55)
    >>> [dict(found.values) for found in answer.answers]
    [{'padding': 0}, {'padding': 1}]

    """
    if up_to is not None and up_to < 1:
        raise SourceError("a bound is at least 1", values={"up_to": up_to})
    names = (unknown,) if isinstance(unknown, str) else tuple(unknown)
    found = _layer.solve(_layer.asked(ops.load(op), known, names, input, output, up_to))
    return Solution(found, told.layer(found, notation))


def accepts(
    source: Source,
    *inputs: Input,
    up_to: int | None = None,
    batch: int | None = None,
    let: Let = None,
    progress: Progress = silent,
) -> Acceptance:
    """Which inputs a network takes, along each axis; and which layer refuses the others, by which rule.

    Args:
        source: what `count` takes.
        inputs: as for `count`: what is varied.
        up_to: how far sizes are tried (512, or twice the size; 64 channels).
        batch: as for `count`.
        let: as for `count`.
        progress: is told how many sizes were tried, of how many.

    Raises:
        ShapeError: if the network does not take even what it is given.

    >>> accepts("vgg_mnist", up_to=64).sizes == tuple(range(16, 32))
    True

    """
    if up_to is not None and not 1 <= up_to <= _largest.MAX_STEPS:
        raise SourceError(say("a bound is between 1 and {most:,}", most=_largest.MAX_STEPS), values={"up_to": up_to})
    given = options(source, inputs, batch, let)
    network = lay_out(source, given)
    found = _accepts.accepted(network, _trials(source, given, network), up_to, progress)
    return Acceptance(found, told.accepted(found))


def largest(
    source: Source,
    name: str,
    *inputs: Input,
    max: Mapping[str, Any],
    step: Any = None,
    up_to: Any = None,
    batch: int | None = None,
    let: Let = None,
    progress: Progress = silent,
) -> Largest:
    """The largest input, batch or number under `let` whose figures are within budgets.

    Args:
        source: what `count` takes.
        name: `input` (its sizes, all together), `batch`, or a name under `let`.
        inputs: as for `count`.
        max: the budgets: {"macs": "300M", "parameters": 4_000_000, "feature_maps": "2GiB"}; any convention.
        step: in which steps it is tried (1; 0.01 for a number under `let` that may be a fraction).
        up_to: how far (4,096 for sizes; else until a figure is twice its budget, 4,096 steps at most).
        batch: as for `count`.
        let: as for `count`.
        progress: is told how many were tried, of at most how many.

    Raises:
        UnknownNameError: if there is no such convention, or no such name under `let`.
        SourceError: if a budget or a step is none.

    >>> found = largest("mobilenet_v1", "width", max={"macs": "300M"})
    >>> found.value, found.figures, found.beyond
    (Fraction(18, 25), {'macs': 299816242}, (Fraction(73, 100), {'macs': 306572464}))

    """
    given = options(source, inputs, batch, let)
    budgets = tuple(_budget(name, most) for name, most in max.items())
    make, steps = _makes(source, given, name, None if step is None else _positive(step, "step"))
    bound = None if up_to is None else _positive(up_to, "bound")
    found = _largest.largest(name, make, budgets, steps, bound, progress)
    return Largest(found, told.largest(found))


def _positive(value: Any, what: str) -> Fraction:
    found = quantity.read(str(value)).value
    if found <= 0:
        raise SourceError(say("the {what} must be greater than 0", what=what), values={"given": str(value)[:40]})
    return found


def _budget(name: str, most: Any) -> _largest.Budget:
    amount = quantity.read(str(most))
    made = _known_budget(name, amount.value)
    if amount.unit not in ("", made.unit, made.name) or amount.value <= 0:
        rule = say("{given} is no budget of {name}", given=quote(str(most)), name=name)
        raise SourceError(rule, hint=say("It is in {unit}: 300M, 2GiB.", unit=made.unit))
    return made


def _known_budget(name: str, most: Fraction) -> _largest.Budget:
    if name in ("parameters", "params"):
        return _largest.Budget("parameters", "values", most, lambda one: build(one).parameter_counts.total)
    if name in ("feature_maps", "feature-maps", "feature maps"):
        return _largest.Budget("feature maps", "B", most, lambda one: build(one).bytes["feature_maps"])
    convention = _convention(name)

    def figure(network: Network) -> int:
        ledger = build(network)
        return price(applied(convention, ledger), ledger)

    return _largest.Budget(name, convention.UNIT, most, figure)


def _makes(source: Source, given: Options, name: str, step: Fraction | None) -> tuple[_largest.Make, Fraction]:
    """What makes the network with a value, and the step between values."""
    if name not in ("input", "batch"):
        return _numbers(source, given, name, step)
    network = lay_out(source, given)
    trials, inputs = _trials(source, given, network), network.at(network.inputs)
    vary = _batches if name == "batch" else _sizes(network)
    return lambda value: trials.network(vary(inputs, int(value))), _whole(step)


def _whole(step: Fraction | None) -> Fraction:
    if step is not None and step.denominator != 1:
        raise SourceError("sizes go in whole steps", values={"step": str(step)})
    return step or Fraction(1)


def _batches(inputs: tuple[Tensor, ...], batch: int) -> tuple[Tensor, ...]:
    return tuple(tensor.like((batch, *tensor.shape[1:])) for tensor in inputs)


def _sizes(network: Network) -> Any:
    """Varies what is meant by the size of an input: all places together."""
    inputs = network.at(network.inputs)
    if len(inputs) != 1 or len(inputs[0].shape) < 2:
        raise SourceError("the size of one input can be varied; this network has none, or several")
    axis = _accepts.whole_size(network)
    return axis.at


def _numbers(source: Source, given: Options, name: str, step: Fraction | None) -> tuple[_largest.Make, Fraction]:
    def make(value: Fraction) -> Network:
        text = quantity.written(value).replace(",", "")
        try:
            return lay_out(source, given._replace(let={**given.let, name: text}))
        except NetledgerError as error:
            raise Refused(error) from error

    seen = _Written()
    known = replays(source)
    lay_out(source, given._replace(symbols=seen) if known else given)  # what fails now fails in its own words
    if known:
        lay_out(source, given._replace(let={**given.let, name: str(seen.values.get(name, 1))}))  # is there such a name
    if step is None:
        step = Fraction(1, 100) if known and _is_fraction(make, seen.values.get(name, 1)) else Fraction(1)
    return make, step


class _Written:
    """Reads what is under `let`; nothing becomes a symbol."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def number(self, name: str, value: Any) -> Any:
        """The number itself."""
        self.values[name] = value
        return value

    def tensor(self, name: str, tensor: Tensor) -> Tensor:
        """The input itself."""
        return tensor


def _is_fraction(make: _largest.Make, value: Any) -> bool:
    """Whether a number may be a fraction: a hundredth more is taken."""
    with suppress(Refused):
        make(Fraction(value) + Fraction(1, 100))
        return True
    return False


def _trials(source: Source, given: Options, network: Network) -> Trials:
    resized(source, given, network.at(network.inputs))  # what cannot be varied is told now
    return Trials(lambda inputs: lay_out(source, resized(source, given, inputs)), replays(source))
