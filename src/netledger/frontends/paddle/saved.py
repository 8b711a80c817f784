"""A saved inference model, read as text: its program is JSON. Its weights are not opened, and nothing is run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from netledger.core.errors import NetledgerError, SourceError, quote
from netledger.core.language import say
from netledger.core.network import DTYPE_BITS, Tensor
from netledger.frontends.graph import Stored
from netledger.frontends.options import Options
from netledger.frontends.paddle.program import Made, Name, Operation, Program
from netledger.frontends.paddle.reader import read
from netledger.frontends.recording import Recording

__all__ = ["recorded"]

MAX_BYTES = 256_000_000
MAX_OPERATIONS = 200_000

_TYPES = {
    "t_f32": "float32",
    "t_f64": "float64",
    "t_f16": "float16",
    "t_bf16": "bfloat16",
    "t_i64": "int64",
    "t_i32": "int32",
    "t_i16": "int16",
    "t_i8": "int8",
    "t_ui8": "uint8",
    "t_bool": "bool",
    "t_c64": "complex64",
    "t_c128": "complex128",
}


def recorded(path: str, options: Options) -> Recording:
    """What a program in a file does.

    Raises:
        SourceError: if it cannot be read, is too large, or needs a size that is not given.

    """
    if path.endswith(".pdmodel"):
        hint = "Save it again with Paddle 3 (paddle.jit.save writes JSON), or count the layer itself."
        raise SourceError(say("{path} is of a format that Paddle 3 no longer writes", path=quote(path)), hint=hint)
    name = os.path.splitext(os.path.basename(path))[0]
    try:
        program = _program(_parsed(path), options)
        return read(program, name, path)
    except NetledgerError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _broken(path, f"{type(error).__name__}: {error}") from error


def _broken(path: str, what: str) -> SourceError:
    return SourceError(say("{path} is no program of Paddle: {error}", path=quote(path), error=what[:200]))


def _parsed(path: str) -> Any:
    try:
        size = os.path.getsize(path)
        if size > MAX_BYTES:
            raise SourceError(say("{path} is larger than {most} bytes", path=quote(path), most=MAX_BYTES))
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise SourceError(say("cannot read {path}: {error}", path=quote(path), error=error.strerror)) from None
    except (ValueError, RecursionError) as error:
        raise _broken(path, str(error)) from None


def _program(whole: Any, options: Options) -> Program:
    """The operations of the outermost block."""
    blocks = whole["program"]["regions"][0]["blocks"]
    rows = blocks[0]["ops"]
    if len(blocks) != 1 or len(rows) > MAX_OPERATIONS:
        raise SourceError(say("a program has one block, and at most {most} operations", most=MAX_OPERATIONS))
    stored = {row["O"]["%"]: _stored(row) for row in rows if row["#"] == "p"}
    operations = [_operation(row) for row in rows if row["#"] != "p"]
    inputs = _inputs([op for op in operations if op.name in ("data", "feed")], options)
    left = [op for op in operations if op.name not in ("data", "feed", "fetch", "shadow_output")]
    outputs = [op.inputs[0] for op in operations if op.name in ("fetch", "shadow_output")]
    return Program(left, inputs, outputs, {key: value for key, value in stored.items() if value[1].shape})


def _stored(row: Any) -> tuple[str, Stored]:
    """A stored tensor: whether training changes it stands among its attributes."""
    name, tensor = str(row["A"][3]), _tensor(row["O"]["TT"])
    trainable = bool(row["OA"][2]) if len(row.get("OA", ())) > 2 else True
    if tensor is None:
        raise ValueError(name)
    return name.rpartition(".")[0], Stored(name, tensor.shape, tensor.dtype, trainable)


def _operation(row: Any) -> Operation:
    attributes = {str(pair["N"]): _value(pair["AT"]) for pair in row.get("A", ())}
    inputs = tuple([int(part["%"]) for part in row.get("I", ())])
    outputs = tuple([Made(int(part["%"]), _tensor(part["TT"])) for part in row.get("O", ())])
    name = str(row["#"]).rpartition(".")[2]
    return Operation(name, attributes, inputs, outputs, bool(row.get("regions")))


def _tensor(kind: Any) -> Tensor | None:
    """A tensor; None for what is none."""
    if not str(kind["#"]).endswith("t_dtensor"):
        return None
    dtype = _TYPES.get(str(kind["D"][0]["#"]).rpartition(".")[2], "")
    sizes = tuple([int(size) for size in kind["D"][1]])
    return Tensor(sizes, dtype if dtype in DTYPE_BITS else "float32")


def _value(attribute: Any) -> Any:
    """An attribute as plain data."""
    value = attribute.get("D")
    if isinstance(value, list):
        return [_value(part) if isinstance(part, dict) else part for part in value]
    return value


def _inputs(data: list[Operation], options: Options) -> list[tuple[Name, Tensor]]:
    """The inputs with the sizes that are given: by name, or in order."""
    given = list(options.inputs)
    named = {name: value for name, value in given if name}
    placed = iter([value for name, value in given if not name])
    names = [str(op.attributes.get("name", "")) for op in data]
    unknown = set(named) - set(names)
    if unknown:
        hint = say("It has: {names}.", names=", ".join(names))
        raise SourceError(say("the model has no input {name}", name=quote(min(unknown))), hint=hint)
    return [
        _input(op, name, named.get(name) or next(placed, None), options.batch)
        for op, name in zip(data, names, strict=True)
    ]


def _input(op: Operation, name: str, given: Any, batch: int | None) -> tuple[Name, Tensor]:
    (made,) = op.outputs
    if made.tensor is None:
        raise ValueError(name)
    kept = made.tensor.shape
    sizes = tuple(_sizes(kept, given.shape if given is not None else None, batch, name))
    return made.number, made.tensor.like(sizes)


def _sizes(kept: tuple[int, ...], given: tuple[int, ...] | None, batch: int | None, name: str) -> Iterator[int]:
    """The sizes of an input: as the file says; where it does not, as given; a batch of one if nothing is said."""
    if given is not None and len(given) == len(kept) - 1:
        given = (batch or (kept[0] if kept[0] > 0 else 1), *given)
    if given is not None and len(given) != len(kept):
        rule = say("input {name} has {count} axes", name=quote(name), count=len(kept))
        raise SourceError(rule, values={"file": kept, "given": given})
    for axis, size in enumerate(kept):
        if size >= 0:
            if given is not None and given[axis] != size:
                rule = say("axis {axis} of input {name} is {size} in the file", axis=axis, name=quote(name), size=size)
                raise SourceError(rule, values={"given": given[axis]}, hint="Save the model with None for that axis.")
            yield size
        elif given is not None:
            yield given[axis]
        elif axis == 0:
            yield batch or 1
        else:
            hint = say("Give its shape: --input {name}:1x3x224x224.", name=name)
            raise SourceError(say("axis {axis} of input {name} has no size", axis=axis, name=quote(name)), hint=hint)
