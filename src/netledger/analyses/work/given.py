"""From what a user types to an operator and its values: attributes, inputs and parameters, each by its own name."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple, cast

from netledger.analyses.work.numbers import Matrix, made, read
from netledger.core.errors import ShapeError, SourceError, UnknownNameError
from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.operator import Operator
from netledger.core.performed import Values
from netledger.frontends.shape import parse_shape
from netledger.frontends.spec.call import read_call, read_value
from netledger.frontends.spec.document import Branch, spec_error
from netledger.frontends.spec.fields import only, read_field
from netledger.ops import FOLDER, load

__all__ = ["Job", "operator_of", "prepare", "roles_of", "workable"]

SEED = 1
"""What parameters are made from that nobody gave."""

_SIGNS = {"weight": "w", "bias": "b"}
_LIST = re.compile(r"\s*\d+(\s*[x,×]\s*\d+)+\s*")
_FLAGS = ("true", "false", "yes", "no")


class Job(NamedTuple):
    """An operator and its values.

    Args:
        op: the operator.
        inputs: its inputs.
        stored: its parameters and buffers, by role.
        seeded: the names of what a seed made.
        seed: that seed.

    """

    op: Operator
    inputs: tuple[Values, ...]
    stored: Mapping[str, Values]
    seeded: tuple[str, ...]
    seed: int


def workable() -> tuple[str, ...]:
    """Every operator that can be worked out."""
    return tuple(kind for kind in FOLDER.names() if load(kind).WORKED)


def operator_of(call: str) -> type[Operator]:
    """The operator that a call names.

    Raises:
        UnknownNameError: if there is none.
        SourceError: if it cannot be worked out.

    """
    op = load(next(iter(read_call(call).items)))
    if not op.WORKED:
        raise SourceError(
            "this layer cannot be worked out step by step", hint=", ".join(workable()), values={"layer": op.KIND}
        )
    return op


def roles_of(call: str) -> tuple[str, ...]:
    """The parameters that the operator of a call may have."""
    kind = operator_of(call)
    return tuple(_probed(kind, {}, (Tensor((1, 1, 1, 1)),) * kind.INPUTS[0]))


def prepare(
    call: str, inputs: Sequence[Any], options: Mapping[str, Any], seed: int | None = None, size: Any = None
) -> Job:
    """The job that a call, its inputs, and further options by name make.

    Args:
        call: a layer, or the name of one: maxpool(2, stride=2).
        inputs: each as `numbers.read` takes it.
        options: attributes, inputs and parameters by name.
        seed: what makes everything that is not given.
        size: of the inputs that it makes.

    Raises:
        UnknownNameError: if there is no such option.
        SourceError, SpecError: if a value is missing, or cannot be read.
        ShapeError: if the values do not fit.

    """
    kind = operator_of(call)
    attributes, arrays = _sorted(kind, options)
    matrices, seeded = _matrices(kind, inputs, arrays, seed, size)
    values = tuple(_named(kind, sign, matrices[name]) for name, sign in kind.WORKED if name in matrices)
    tensors = tuple(given.tensor for given in values)
    fields = _fields(kind, call, attributes, tensors[0])
    _check_names(kind, arrays, fields, tensors)
    typed = {name: read(value, name) for name, value in arrays.items()}
    op = _plain(_operator(kind, fields, tensors, typed), attributes | fields, tensors, typed, seed)
    op.infer(tensors)
    used = SEED if seed is None else seed
    stored = {role: _stored(op, role, shape, typed.get(role), used) for role, shape in _roles(op, tensors).items()}
    return Job(op, values, stored, (*seeded, *(role for role in stored if role not in typed)), used)


def _sorted(kind: type[Operator], options: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Attributes as text, and the rest; a flag such as bias is one only if it says true or false."""
    attributes, arrays = {}, {}
    for name, value in options.items():
        declared = kind.ATTRIBUTES.get(name)
        word = str(value).strip().lower()
        if declared is None or (declared.kind == "flag" and word not in _FLAGS):
            arrays[name] = value
        else:
            attributes[name] = f"[{', '.join(re.split('[x,×]', word))}]" if _LIST.fullmatch(word) else _text(value)
    return attributes, arrays


def _text(value: Any) -> str:
    """A value of Python as it stands in a call."""
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_text, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _matrices(
    kind: type[Operator], inputs: Sequence[Any], arrays: dict[str, Any], seed: int | None, size: Any
) -> tuple[dict[str, Matrix], tuple[str, ...]]:
    """Every input by name, and which of them the seed made."""
    names = [name for name, _ in kind.WORKED]
    if len(inputs) > len(names):
        raise SourceError("there are more inputs than this layer takes", values={"inputs": ", ".join(names)})
    given = {**dict(zip(names, inputs, strict=False)), **{name: arrays.pop(name) for name in names if name in arrays}}
    matrices = {name: read(value, name) for name, value in given.items()}
    missing = [name for name in names[: kind.INPUTS[0]] if name not in matrices]
    if missing and given and seed is None and size is None:
        raise SourceError("an input of this layer is missing", values={"missing": ", ".join(missing)})
    if missing and seed is None and size is None:
        raise SourceError(
            "there is nothing to work on",
            hint='Type a matrix, --input "1 2; 3 4", name a CSV file, or have one made: --seed 7 --size 4x4.',
            values={"missing": ", ".join(missing)},
        )
    for name in missing:
        matrices[name] = _made(name, SEED if seed is None else seed, size)
    return matrices, tuple(missing)


def _made(name: str, seed: int, size: Any) -> Matrix:
    """Numbers from −9 to 9."""
    shape = parse_shape("4x4" if size is None else size if isinstance(size, str) else "x".join(map(str, size))).shape
    if len(shape) > 4:
        raise SourceError("a size has one to four axes", hint="Write it like 4x4 or 2x4x4.", values={"size": shape})
    full = cast("tuple[int, int, int, int]", (*(1,) * (4 - len(shape)), *shape))
    return Matrix(full, made(full, seed, name, range(-9, 10)), len(shape) == 1)


def _named(kind: type[Operator], sign: str, matrix: Matrix) -> Values:
    """With the axes that the operator takes: a single row is a sequence, and axes of size 1 are left out or not."""
    shape: tuple[int, ...] = matrix.shape
    if kind.AHEAD:
        shape = (*shape[:2], shape[3]) if matrix.line else shape
    else:
        while len(shape) > 2 and shape[0] == 1:
            shape = shape[1:]
    return Values.named(sign, shape, matrix.numbers, kind.AHEAD)


def _fields(kind: type[Operator], call: str, attributes: Mapping[str, str], tensor: Tensor) -> dict[str, Any]:
    """The attributes that the call and the options give."""
    written = read_call(call).items[kind.KIND]
    assert isinstance(written, Branch)
    only(written, kind.ATTRIBUTES, kind.KIND)
    nodes = dict(written.items)
    for name, text in attributes.items():
        node = read_value(text, name)
        if name in nodes:
            raise spec_error(f"{name} is given twice", node)
        nodes[name] = node
    names = {"in_channels": tensor.shape[1]} if len(tensor.shape) > 1 else {}
    return {name: read_field(kind.ATTRIBUTES[name], node, names) for name, node in nodes.items()}


def _missing(kind: type[Operator], fields: Mapping[str, Any]) -> list[str]:
    return [name for name in kind.ATTRIBUTES if name not in kind.DEFAULTS and name not in fields]


def _check_names(
    kind: type[Operator], arrays: Mapping[str, Any], fields: Mapping[str, Any], tensors: tuple[Tensor, ...]
) -> None:
    """Every array has a role."""
    known = _probed(kind, fields, tensors)
    for name in arrays:
        if name not in known:
            raise UnknownNameError("option", name, (*kind.ATTRIBUTES, *(name for name, _ in kind.WORKED), *known))


def _probed(kind: type[Operator], fields: Mapping[str, Any], tensors: tuple[Tensor, ...]) -> tuple[str, ...]:
    """The roles: they do not depend on the numbers that are still missing."""
    return tuple(_roles(kind(**fields, **dict.fromkeys(_missing(kind, fields), 1)), tensors))


def _roles(op: Operator, tensors: tuple[Tensor, ...]) -> dict[str, tuple[int, ...]]:
    return {**op.parameters(tensors), **op.buffers(tensors)}


def _operator(
    kind: type[Operator], fields: dict[str, Any], tensors: tuple[Tensor, ...], typed: Mapping[str, Matrix]
) -> Operator:
    """The operator; the numbers of kernels and their size are those of the weight, where they are not given."""
    missing = _missing(kind, fields)
    if not missing:
        return kind(**fields)
    if "weight" not in typed:
        name = missing[0]
        raise SourceError(
            "an attribute of this layer is missing",
            hint=_how_to_give(name, "weight" in _probed(kind, fields, tensors)),
            values={kind.KIND: name, "which is": kind.ATTRIBUTES[name].doc},
        )
    weight = typed["weight"].shape
    for numbers in product(*(_candidates(kind, name, weight, fields, tensors[0]) for name in missing)):
        op = kind(**fields, **dict(zip(missing, numbers, strict=True)))
        if _fits(weight, op.parameters(tensors)["weight"]):
            return op
    raise _misfit("weight", weight, values={"input": tensors[0].shape})


def _how_to_give(name: str, weighted: bool) -> str:
    if weighted:
        return say('Write --{name} 2, or type the weight: --weight "1 0; 0 1".', name=name)
    return say("Write --{name} 2.", name=name)


def _candidates(
    kind: type[Operator], name: str, weight: tuple[int, ...], fields: Mapping[str, Any], tensor: Tensor
) -> Iterator[Any]:
    """What a missing attribute may be, seen from the shape of the weight."""
    if kind.ATTRIBUTES[name].kind == "per_axis":
        yield weight[4 - (len(tensor.shape) - kind.AHEAD) :]
        return
    for size in weight:
        yield from dict.fromkeys((size, size * fields.get("groups", 1)))


def _fits(typed: tuple[int, ...], needed: tuple[int, ...]) -> bool:
    """Whether they are the same but for axes of size 1."""
    return [size for size in typed if size != 1] == [size for size in needed if size != 1]


def _misfit(role: str, typed: tuple[int, ...], values: dict[str, Any]) -> ShapeError:
    return ShapeError(
        "these values do not have the shape that the layer needs",
        hint="`;` ends a row, `|` a channel, `||` an image or a kernel.",
        values={role: typed, **values},
    )


def _plain(
    op: Operator,
    given: Mapping[str, Any],
    tensors: tuple[Tensor, ...],
    typed: Mapping[str, Matrix],
    seed: int | None,
) -> Operator:
    """Without a bias, a scale, or kept statistics that are neither given nor to be made."""
    for name, attribute in op.ATTRIBUTES.items():
        if attribute.kind != "flag" or name in given or seed is not None or not getattr(op, name):
            continue
        without = dataclasses.replace(op, **{name: False})  # type: ignore[type-var]
        spared = _roles(op, tensors).keys() - _roles(without, tensors).keys()
        if spared and not spared & typed.keys():
            op = without
    return op


def _stored(op: Operator, role: str, shape: tuple[int, ...], typed: Matrix | None, seed: int) -> Values:
    """A parameter as it is given, or made: small whole numbers; a variance is positive."""
    if typed is not None and not _fits(typed.shape, shape):
        raise _misfit(role, typed.shape, {"needed": shape})
    choices = (1, 2, 3, 4) if role == "running_var" else (-2, -1, 1, 2)
    numbers = typed.numbers if typed else made(shape, seed, role, choices)
    sign = _SIGNS.get(role, role.removeprefix("running_"))
    return Values.named(sign, shape, numbers, min(op.AHEAD, len(shape) - 1))
