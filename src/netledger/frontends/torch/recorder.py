"""Writing down what is done: operations, the tensors between them, and where in the user's code they happen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from types import CodeType
from typing import Any

import torch
from torch.overrides import _pop_mode_temporarily

from netledger.core.errors import ShapeError
from netledger.core.operator import Operator
from netledger.frontends.torch.abstract import DTYPES, NAMED, Abstract, Kind, abstract
from netledger.frontends.torch.model import Static, kind_of, meet, sort_of
from netledger.frontends.torch.record import Called, Did, Place, Refusal, Step
from netledger.frontends.torch.rules._registry import load
from netledger.frontends.torch.stored import BUFFER, CONSTANT, PARAMETER, Sort, Stored
from netledger.frontends.torch.values import Values
from netledger.ops.assigning import Assign, Rearrange
from netledger.ops.constants import Buffer, Constant, Empty
from netledger.ops.embedding import Parameter as ParameterOp

__all__ = ["CALL", "NOTHING", "Recorder", "WrappedError", "is_inner", "unwatched"]

_make: Any = tuple.__new__
NOTHING = Stored(-1, Sort(Kind((), torch.float32, torch.device("cpu")), BUFFER, False))
"""What stands where a layer holds nothing, such as a bias that is None."""


def unwatched() -> AbstractContextManager[Any]:
    """What is called meanwhile is no part of the run."""
    return _pop_mode_temporarily() if torch._C._len_torch_function_stack() else nullcontext()


class WrappedError(Exception):
    """A tensor stands for many: it is inside torch.vmap or the like, and known only to the kernels."""


class CALL:
    """The code of the functions that begin a call: the one for torch.nn.Module.__call__, and `fallback.enter`."""

    code: CodeType | None = None
    entered: CodeType | None = None


class Recorder:
    """What one run of a model does, as it is written down.

    Args:
        known: the model as it stands.

    """

    abstract_type = Abstract

    def __init__(self, known: Static) -> None:
        super().__init__()
        self.known = known
        self.stored = known.stored
        self.untouched = {**known.stored, id(None): NOTHING}
        """What the model holds, as long as it is as it was made."""
        self.now: dict[int, Abstract] = {}
        """What stands for a stored tensor once it is read as an input, or written to."""
        self.tensors = known.tensors
        self.device = known.device
        self.kinds = known.memory.kinds
        self.kinds_by_number: list[Kind] = []
        self.done: list[Did] = []
        self.calls: list[Called] = []
        self.answers: list[tuple[int, ...]] = []
        """The numbers of what each call answers."""
        self.call = -1
        self.failed = -1
        self.values = Values(self)
        self.unbatched = False
        self.written = False
        """Whether any tensor was written to, so that views may be out of date."""
        self.volatile = False
        self.refusal: Refusal | None = None
        """The operator that last did not take its inputs."""
        self.last: tuple[Any, Any] = (None, ())
        self.kept: list[Any] = []
        self.alive: list[Any] = []
        self._tape: Any = None
        self._writes: list[tuple[Any, Any]] = []
        self.is_torch: dict[int, bool] = {}
        """Whether code is PyTorch's own, or ours, by its identity: its hash is slow."""

    # Tensors.

    def lookup(self, tensor: torch.Tensor) -> Stored:
        """What is known of a tensor that existed before, or was made elsewhere."""
        found = self.stored.get(id(tensor))
        return self._constant(tensor) if found is None else found

    def _constant(self, tensor: torch.Tensor) -> Stored:
        if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
            raise WrappedError
        sort = sort_of(self.known, tuple(tensor.shape), tensor.dtype, False, CONSTANT)
        made = self.stored[id(tensor)] = Stored(len(self.tensors), sort)
        self.tensors.append(tensor)
        return made

    def real(self, tensor: torch.Tensor) -> torch.Tensor:
        """A tensor that is no abstract one, as it is now."""
        return self.tensors[self.lookup(tensor).number]

    def stand(self, tensor: torch.Tensor, made: Abstract) -> None:
        """From now on, one tensor stands for another that the model holds."""
        self.now[id(tensor)] = made
        self.untouched.pop(id(tensor), None)

    def meet(self, module: Any) -> int:
        """A module that is no part of the model, such as one that a function calls; its number from now on."""
        above = self.calls[self.call].part if self.call >= 0 else -1
        before = len(self.tensors)
        with unwatched():
            number = meet(module, self.known, above)
        self.untouched.update({id(tensor): self.stored[id(tensor)] for tensor in self.tensors[before:]})
        self.alive.append(module)
        return number

    def count(self, tensor: Any, args: Any, kwargs: Any) -> None:
        """A counter of calls is written to: its new value is known, the tensor stays as it is."""
        number, self.volatile = self.lookup(tensor).number, True
        given, now = (*args, *kwargs.values()), self.tensors[number]
        self.alive.append(now)
        if now.is_meta or any(isinstance(value, torch.Tensor) for value in given):
            self.tensors[number] = now.to("meta")
        else:
            self.tensors[number] = self.last[0](now.clone(), *args, **kwargs)

    def is_stored(self, tensor: Any) -> bool:
        """Whether it is a parameter or a buffer of the model, as it was made."""
        return type(tensor) is not Abstract and id(tensor) in self.untouched

    def alias(self, real: torch.Tensor, made: Abstract) -> None:
        """A tensor of the user's that is an input: wherever it turns up, it is that input."""
        if self.lookup(real).sort.use == CONSTANT:
            self.stand(real, made)

    def kind(self, shape: tuple[int, ...], dtype: torch.dtype) -> Kind:
        """The one kind of this shape and element type."""
        return self.kinds.get((shape, dtype)) or kind_of(self.known, shape, dtype)

    def kind_of(self, tensor: Any) -> Kind:
        """The shape and element type of a tensor, abstract or not."""
        if type(tensor) is Abstract:
            return tensor._kind
        now = self.now.get(id(tensor))
        return self.lookup(tensor).sort.kind if now is None else now._kind

    def fresh(self, kind: Kind) -> Abstract:
        """A new tensor of the network."""
        self.kinds_by_number.append(kind)
        return abstract(kind, len(self.kinds_by_number) - 1)

    def constant(self, real: torch.Tensor) -> Abstract:
        """A tensor that the model holds in its code."""
        kind = self.kind(tuple(real.shape), real.dtype)
        sizes = tuple(kind.shape)
        made: Abstract = self.add(Empty(sizes) if 0 in sizes else Constant(sizes, "given"), kinds=(kind,))
        self.values.know(made._number, real)
        return made

    # Operations.

    def add(self, op: Operator, *inputs: Any, dtype: Any = None, kinds: Any = None, **roles: Any) -> Any:
        """Write down an operation.

        Args:
            op: the operator.
            inputs: the tensors that it reads.
            dtype: the element type of what it makes, if it is not as the operator says; or one for each output.
            kinds: what it makes, if the operator cannot say.
            roles: the tensors that the layer holds; None: it has none in this role.

        Returns:
            A tensor, or a tuple where the operator makes several.

        """
        held = {role: tensor for role, tensor in roles.items() if tensor is not None}
        if kinds is None:
            kinds = self._made(op, inputs, dtype)
        step = Step(op, tuple(map(self.kind_of, inputs)), tuple(held), self._sorts(held), kinds)
        made = self._do(step, inputs, held.values(), self.last[0])
        if self._tape is not None:
            self._tape.append((step, inputs, tuple(held.values()), made))
        return made[0] if len(made) == 1 else made

    def _sorts(self, held: dict[str, Any]) -> tuple[Sort | None, ...]:
        return tuple([self.lookup(one).sort if self.is_stored(one) else None for one in held.values()])

    def _plainly(self, op: Operator, *inputs: Abstract, kinds: tuple[Kind, ...], func: Any = None) -> Abstract:
        """Write down an operation that is no part of what a call does."""
        step = Step(op, tuple([one._kind for one in inputs]), (), (), kinds)
        return self._do(step, inputs, (), func)[0]

    def of_type(self, value: Any, target: Any) -> Any:
        """A value in the element type of the tensor that it is written to."""
        dtype = self.kind_of(target).dtype
        if type(value) is not Abstract or value._kind.dtype == dtype:
            return value
        return self.add(load("cast")(DTYPES.get(dtype, "float32")), value, dtype=dtype)

    def write(self, target: Any, value: Abstract) -> Any:
        """Overwrite a tensor, as an operation in place does; the model's own tensors stay as they are."""
        if self._tape is not None:
            self._writes.append((target, value))
            return target
        root = target if type(target) is Abstract else None
        if root is None:
            self.lookup(target)
            self.stand(target, value)
            return target
        before = self.values.views_of(root)
        self.written = True
        root._writes += 1
        root._number = value._number
        root._kind = self.kind(tuple(value.shape), root._kind.dtype)
        if root._root is not None:
            self._write_through(root._root, root)
            self.values.write_through(before)
        return target

    def refresh(self, tensors: Iterable[Any]) -> None:
        """Views of what was written to since they were made are other tensors now."""
        for tensor in tensors:
            if type(tensor) is Abstract and tensor._root is not None and tensor.is_stale():
                self._see_again(tensor)

    def _see_again(self, view: Abstract) -> None:
        base: Any = view._root if view._base is None else view._base
        self.refresh((base,))
        made = self._plainly(Rearrange("seen again", view._kind.tensor.shape), base, kinds=(view._kind,))
        view._number = made._number
        part: Any = view
        while part._root is not None:
            part._seen = part._root._writes
            part = part._root
        if view._view is not None:
            self.values.view_again(view)

    def _write_through(self, whole: Abstract, part: Abstract) -> None:
        """What is written to a view is written to what it shows."""
        made = self._plainly(Assign(), whole, part, kinds=(whole._kind,), func=self.last[0])
        whole._number = made._number
        whole._writes += 1
        part._seen = whole._writes
        self.values.forget(made._number)
        if whole._root is not None:
            self._write_through(whole._root, whole)

    def _made(self, op: Operator, inputs: tuple[Any, ...], dtype: Any) -> tuple[Kind, ...]:
        tensors = tuple(self.kind_of(tensor).tensor for tensor in inputs)
        try:
            outputs = op.infer(tensors)
        except ShapeError as error:
            numbers = tuple([value._number if type(value) is Abstract else -1 for value in inputs])
            self.refusal = Refusal(op, numbers, tensors, error)
            raise
        types = dtype if isinstance(dtype, tuple) else (dtype,) * len(outputs)
        return tuple(
            self.kind(tuple(tensor.shape), given or NAMED[tensor.dtype])
            for tensor, given in zip(outputs, types, strict=True)
        )

    def _do(self, step: Step, inputs: Any, held: Any, func: Any) -> tuple[Abstract, ...]:
        numbers = tuple([value._number if type(value) is Abstract else self.number(value) for value in inputs])
        known = tuple([self._held(value) for value in held]) if step.roles else ()
        first, where = len(self.kinds_by_number), self.place_in(sys._getframe(2), func)
        made = tuple([self.fresh(kind) for kind in step.kinds])
        self.done.append(_make(Did, (step, numbers, first, known, func, self.call, where)))
        if step.view and type(inputs[0]) is Abstract:
            for tensor in made:
                tensor._root, tensor._seen = inputs[0], inputs[0]._writes
        return made

    def _held(self, tensor: Any) -> Stored | int:
        if type(tensor) is Abstract:
            return tensor._number
        found = self.untouched.get(id(tensor))
        return self.number(tensor) if found is None else found

    def number(self, tensor: Any) -> int:
        """The number of any tensor; see `as_abstract`."""
        return self.as_abstract(tensor)._number

    def as_abstract(self, tensor: Any) -> Abstract:
        """A tensor that stands for one of the model's own, which is an operation without inputs when first read."""
        if type(tensor) is Abstract:
            self.refresh((tensor,))
            return tensor
        found = self.now.get(id(tensor))
        return self._read(tensor) if found is None else found

    def _read(self, tensor: Any) -> Abstract:
        stored = self.lookup(tensor)
        step = stored.sort.read or _reading(stored.sort)
        made, where = self.fresh(stored.sort.kind), self.place_of(sys._getframe(2))
        self.done.append(_make(Did, (step, (), made._number, (stored,), None, self.call, where)))
        self.stand(tensor, made)
        self.values.know(made._number, self.tensors[stored.number])
        return made

    # Where.

    def place_in(self, frame: Any, func: Any) -> Place:
        """The innermost place of the user's code, and what of PyTorch's own code called the function there, if any."""
        found, name = self.place_of(frame), getattr(func, "__name__", "")
        while frame.f_back is not None and _is_door(frame.f_code, name):
            frame = frame.f_back
        code = frame.f_code
        if found is not None and found[0] is code:
            return found
        return (*(found or (None, 0)), code, frame.f_lasti)

    def place_of(self, frame: Any) -> Any:
        """The innermost place of the user's code in a frame and those that called it."""
        inner = self.is_torch
        while frame is not None:
            code = frame.f_code
            known = inner.get(id(code))
            if known is None:
                known = inner[id(code)] = is_inner(code)
                self.alive.append(code)
            if not known:
                return code, frame.f_lasti
            if code is CALL.code or code is CALL.entered:
                return self.calls[self.call].place if self.call >= 0 else None
            frame = frame.f_back
        return None


def _reading(sort: Sort) -> Step:
    """What reading such a tensor as an input is; the same for all of the sort."""
    sizes = sort.kind.tensor.shape
    op, role = (ParameterOp(sizes), "weight") if sort.use == PARAMETER else (Buffer(sizes), "values")
    sort.read = Step(op, (), (role,), (sort,), (sort.kind,))
    return sort.read


_TORCH = os.path.join(torch.__path__[0], "")
_OURS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "")


_DOORS = (torch.overrides.__file__, torch._jit_internal.__file__)


def _is_door(code: CodeType, name: str) -> bool:
    """Whether code is on the way from a call of the function of this name to us: ours, or the function's own."""
    file = code.co_filename
    return file.startswith(_OURS) or file in _DOORS or (code.co_name.lstrip("_") == name and file.startswith(_TORCH))


def is_inner(code: CodeType) -> bool:
    """Whether code is PyTorch's own, or ours."""
    file = code.co_filename
    return file.startswith((_TORCH, _OURS, "<"))
