"""One rule, many kinds of number: traced numbers compute what integers do, and what they write down is true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger.core.formula import LATEX, MATHML, TEXT, symbols
from netledger.core.functions import FUNCTIONS
from netledger.core.network import Tensor
from netledger.core.number import OPERATIONS, Traced, value_of
from netledger.core.operator import Operator
from netledger.core.trace import trace
from netledger.ops import FOLDER, load
from tests.laws.notation import check_latex, check_mathml, evaluate
from tests.laws.strategies import QUICK, cases


def figures(op: Operator, inputs: tuple[Tensor, ...]) -> dict[str, Any]:
    """Every number that an operator's rules give, by name."""
    outputs = op.infer(inputs)
    found: dict[str, Any] = {}
    for place, tensor in enumerate(outputs):
        found |= {f"output {place}, axis {axis}": size for axis, size in enumerate(tensor.shape)}
    for role, shape in {**op.parameters(inputs), **op.buffers(inputs)}.items():
        found |= {f"{role}, axis {axis}": size for axis, size in enumerate(shape)}
    terms = enumerate(op.work(inputs, outputs))
    return found | {f"term {place}, {term.action}/{term.role}": term.count for place, term in terms}


def formulas(op: Operator, inputs: tuple[Tensor, ...]) -> Iterator[Traced]:
    """Every figure that is a formula."""
    return (number for number in figures(*trace(op, inputs)).values() if isinstance(number, Traced))


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_traced_numbers_compute_what_integers_do(kind: str, data: st.DataObject) -> None:
    """A rule is written once: on traced numbers it gives the same shapes, parameters and work as on integers."""
    op, inputs = data.draw(cases(kind))
    traced = {name: value_of(number) for name, number in figures(*trace(op, inputs)).items()}
    assert traced == figures(op, inputs)


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_what_is_written_out_is_true(kind: str, data: st.DataObject) -> None:
    """An explanation cannot drift from the number that it explains: read back, the substitution gives the value."""
    op, inputs = data.draw(cases(kind))
    for number in formulas(op, inputs):
        assert evaluate(TEXT.substitution(number)) == number.value


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_formulas_are_true_in_symbols(kind: str, data: st.DataObject) -> None:
    """A symbol means one thing: with the values listed for the symbols, the formula gives the value."""
    op, inputs = data.draw(cases(kind))
    for number in formulas(op, inputs):
        assert evaluate(TEXT.formula(number), symbols(number)) == number.value


@pytest.mark.parametrize(("kind", "expected"), [("add", 2), ("concat", 3)])
def test_batches_that_differ_have_names_of_their_own(kind: str, expected: int) -> None:
    """A symbol means one thing, also where one input is broadcast along the batch or joined to another along it."""
    op, inputs = trace(load(kind)(**({"axis": 0} if kind == "concat" else {})), (Tensor((2, 1)), Tensor((1, 1))))
    rows = op.infer(inputs)[0].shape[0]
    assert evaluate(TEXT.formula(rows), symbols(rows)) == expected


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_latex_and_mathml_are_well_formed(kind: str, data: st.DataObject) -> None:
    """Braces and \\left … \\right balance; MathML is XML."""
    op, inputs = data.draw(cases(kind))
    for number in formulas(op, inputs):
        for style_of in (LATEX.formula, LATEX.substitution):
            check_latex(style_of(number))
        for style_of in (MATHML.formula, MATHML.substitution):
            check_mathml(style_of(number))


NUMBERS = st.integers(-(10**20), 10**20)
LEAVES = st.builds(Traced.symbol, st.just("x_a"), st.integers(-20, 20)) | st.integers(-20, 20)
_TWO_SIDED = sorted(set(OPERATIONS) - set(FUNCTIONS) - {"where", "<", "<=", ">", ">=", "=="})


@st.composite
def expressions(draw: Any, depth: int = 4) -> Any:
    """Any formula at all, of every operation there is."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(LEAVES)
    op = draw(st.sampled_from((*_TWO_SIDED, "where")))
    args = [draw(expressions(depth - 1)) for _ in range(2)]
    if op == "where":
        comparison = draw(st.sampled_from(("<", "<=", ">", ">=", "==")))
        return _apply(
            "where", _apply(comparison, *[draw(expressions(depth - 2 if depth > 1 else 0)) for _ in "ab"]), *args
        )
    if op in {"//", "ceil_div", "%", "over"} and value_of(args[1]) == 0:
        return args[0]
    if op == "over":
        args[0] = _apply("*", args[0], args[1])
    return _apply(op, *args)


def _apply(op: str, *args: Any) -> Traced:
    return Traced(0, "symbol").apply(op, *args)


@QUICK
@given(expressions())
def test_any_formula_reads_back_as_its_value(number: Any) -> None:
    """Parentheses stand wherever they are needed, and every notation is well formed."""
    assert evaluate(TEXT.substitution(number)) == value_of(number)
    check_latex(LATEX.substitution(number))
    check_mathml(MATHML.substitution(number))


@QUICK
@given(expressions(), NUMBERS)
def test_large_numbers_stay_exact(number: Any, factor: int) -> None:
    """Python integers cannot overflow, and a traced number is one."""
    scaled = number * factor + factor
    assert value_of(scaled) == value_of(number) * factor + factor
