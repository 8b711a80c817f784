"""Writing down what is done: operations, the tensors between them, and where in the user's code they happen."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import CodeType
from typing import Any

import torch
from torch.overrides import _pop_mode_temporarily

from netledger.core.operator import Operator
from netledger.frontends.torch.abstract import DTYPES, Abstract, Kind, abstract
from netledger.frontends.torch.model import Static, meet
from netledger.frontends.torch.record import Called, Did, Place
from netledger.frontends.torch.rules._registry import load
from netledger.frontends.torch.stored import Stored
from netledger.frontends.torch.values import Values
from netledger.ops.assigning import Assign, Rearrange
from netledger.ops.constants import Buffer, Constant, Empty
from netledger.ops.embedding import Parameter as ParameterOp

__all__ = ["CALL", "Recorder", "WrappedError", "is_inner"]

_NAMED = {name: dtype for dtype, name in DTYPES.items()}


class WrappedError(Exception):
    """A tensor stands for many: it is inside torch.vmap or the like, and known only to the kernels."""


class CALL:
    """The code of the function that stands for torch.nn.Module.__call__ (set by `modules`)."""

    code: CodeType | None = None


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
        self.device = known.device
        self.kinds = known.memory.kinds
        self.kinds_by_number: list[Kind] = []
        self.done: list[Did] = []
        self.calls: list[Called] = []
        self.call = -1
        self.failed = -1
        self.values = Values(self)
        self.unbatched = False
        self.volatile = False
        self.last: tuple[Any, Any] = (None, ())
        self.kept: list[Any] = []
        self.alive: list[Any] = []
        self._tape: Any = None
        self._writes: list[tuple[Any, Any]] = []
        self._inner: dict[CodeType, bool] = {}

    # Tensors.

    def lookup(self, tensor: torch.Tensor) -> Stored:
        """What is known of a tensor that existed before, or was made elsewhere."""
        found = self.stored.get(id(tensor))
        if found is None or found.original is not tensor:
            if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
                raise WrappedError
            kind = self.kind(tuple(tensor.shape), tensor.dtype)
            found = self.stored[id(tensor)] = Stored(tensor, kind, f"constant {len(self.stored)}", True, False)
        return found

    def meet(self, module: Any) -> str:
        """A module that is no part of the model, such as one that a function calls; its name from now on."""
        above = self.calls[self.call].path if self.call >= 0 else ""
        with _pop_mode_temporarily() if torch._C._len_torch_function_stack() else nullcontext():
            meet(module, self.known, above)
        self.alive.append(module)
        return self.known.paths[id(module)]

    def count(self, tensor: Any, args: Any, kwargs: Any) -> None:
        """A counter of calls is written to: its new value is known, the tensor stays as it is."""
        stored, self.volatile = self.lookup(tensor), True
        given = (*args, *kwargs.values())
        if stored.tensor.is_meta or any(isinstance(value, torch.Tensor) for value in given):
            stored.tensor = stored.tensor.to("meta")
        else:
            stored.tensor = self.last[0](stored.tensor.clone(), *args, **kwargs)

    def is_stored(self, tensor: Any) -> bool:
        """Whether it is a parameter or a buffer of the model, as it was made."""
        if type(tensor) is Abstract:
            return False
        stored = self.lookup(tensor)
        return stored.registered and stored.now is None

    def alias(self, real: torch.Tensor, made: Abstract) -> None:
        """A tensor of the user's that is an input: wherever it turns up, it is that input."""
        stored = self.lookup(real)
        if not stored.registered:
            stored.now = made

    def kind(self, shape: tuple[int, ...], dtype: torch.dtype) -> Kind:
        """The one kind of this shape and element type."""
        found = self.kinds.get((shape, dtype))
        if found is None:
            found = self.kinds[shape, dtype] = Kind(shape, dtype, self.device)
        return found

    def kind_of(self, tensor: Any) -> Kind:
        """The shape and element type of a tensor, abstract or not."""
        if type(tensor) is Abstract:
            return tensor._kind
        stored = tensor if type(tensor) is Stored else self.lookup(tensor)
        return stored.kind if stored.now is None else stored.now._kind

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
        made = self._do(op, inputs, held, kinds, self.last[0])
        if self._tape is not None:
            self._tape.append((op, inputs, held, made))
        return made[0] if len(made) == 1 else made

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
            stored = target if type(target) is Stored else self.lookup(target)
            stored.now = value
            return target
        before = self.values.views_of(root)
        root._writes += 1
        root._number = value._number
        root._kind = self.kind(tuple(value.shape), root._kind.dtype)
        if root._root is not None:
            self._write_through(root._root, root)
            self.values.write_through(before)
        return target

    def see_again(self, view: Abstract) -> None:
        """A view whose base was written to since it was made: it is another tensor now."""
        if view._view is None or view._base is None:
            return
        op = Rearrange("seen again", view._kind.tensor.shape)
        made = self._do(op, (view._base,), {}, (view._kind,), self.last[0])[0]
        view._number = made._number
        part: Abstract = view
        while part._root is not None:
            part._seen = part._root._writes
            part = part._root
        self.values.view_again(view)

    def _write_through(self, whole: Abstract, part: Abstract) -> None:
        """What is written to a view is written to what it shows."""
        made = self._do(Assign(), (whole, part), {}, (whole._kind,), self.last[0])[0]
        whole._number = made._number
        whole._writes += 1
        part._seen = whole._writes
        self.values.forget(made._number)
        if whole._root is not None:
            self._write_through(whole._root, whole)

    def _made(self, op: Operator, inputs: tuple[Any, ...], dtype: Any) -> tuple[Kind, ...]:
        tensors = tuple(self.kind_of(tensor).tensor for tensor in inputs)
        outputs = op.infer(tensors)
        types = dtype if isinstance(dtype, tuple) else (dtype,) * len(outputs)
        return tuple(
            self.kind(tuple(tensor.shape), given or _NAMED[tensor.dtype])
            for tensor, given in zip(outputs, types, strict=True)
        )

    def _do(self, op: Operator, inputs: Any, held: dict[str, Any], kinds: tuple[Kind, ...], func: Any) -> Any:
        numbers = tuple([value._number if type(value) is Abstract else self.number(value) for value in inputs])
        stored, operands = (), ()
        if held:
            stored, operands = self._held(held)
        first = len(self.kinds_by_number)
        self.kinds_by_number.extend(kinds)
        self.done.append(Did(op, numbers, first, kinds, stored, operands, func, self.call, self.place()))
        made = tuple([abstract(kind, number) for number, kind in enumerate(kinds, first)])
        if op.VIEW and inputs and type(inputs[0]) is Abstract:
            for tensor in made:
                tensor._root, tensor._seen = inputs[0], inputs[0]._writes
        return made

    def _held(self, held: dict[str, Any]) -> Any:
        stored, operands = [], []
        for role, tensor in held.items():
            if type(tensor) is Abstract:
                operands.append((role, tensor._number))
                continue
            found = tensor if type(tensor) is Stored else self.lookup(tensor)
            if found.now is None and found.registered:
                stored.append((role, found))
            else:
                operands.append((role, self.number(found)))
        return tuple(stored), tuple(operands)

    def number(self, tensor: Any) -> int:
        """The number of any tensor; see `as_abstract`."""
        return self.as_abstract(tensor)._number

    def as_abstract(self, tensor: Any) -> Abstract:
        """A tensor that stands for one of the model's own, which is an operation without inputs when first read."""
        if type(tensor) is Abstract:
            return tensor
        stored = tensor if type(tensor) is Stored else self.lookup(tensor)
        if stored.now is None:
            op = Buffer(stored.kind.tensor.shape) if stored.buffer else ParameterOp(stored.kind.tensor.shape)
            number = len(self.kinds_by_number)
            self.kinds_by_number.append(stored.kind)
            role = "values" if stored.buffer else "weight"
            self.done.append(Did(op, (), number, (stored.kind,), ((role, stored),), (), None, self.call, self.place()))
            stored.now = abstract(stored.kind, number)
            self.values.know(number, stored.tensor)
        return stored.now

    # Where.

    def place(self) -> Place | None:
        """The innermost place of the user's code that is being run."""
        return self.place_of(sys._getframe(3))

    def place_of(self, frame: Any) -> Place | None:
        """The innermost place of the user's code in a frame and those that called it."""
        inner = self._inner
        while frame is not None:
            code = frame.f_code
            known = inner.get(code)
            if known is None:
                known = inner[code] = is_inner(code)
            if not known:
                return code, frame.f_lasti
            if code is CALL.code:
                return self.calls[self.call].place if self.call >= 0 else None
            frame = frame.f_back
        return None


_TORCH = torch.__path__[0]
_OURS = __file__.rpartition("/frontends/")[0]


def is_inner(code: CodeType) -> bool:
    """Whether code is PyTorch's own, or ours."""
    file = code.co_filename
    return file.startswith((_TORCH, _OURS, "<"))
