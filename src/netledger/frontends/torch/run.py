"""From a model and its inputs to its network; the model is as it was, whatever happens."""

from __future__ import annotations

import inspect
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from traceback import walk_tb
from typing import Any

import torch

from netledger.core.errors import ForwardError, NetledgerError, SourceError
from netledger.core.language import say
from netledger.core.network import Node, Provenance, shapes
from netledger.frontends.arguments import Arguments, Model, batched, unbatched
from netledger.frontends.options import Options
from netledger.frontends.torch.abstract import TRACING
from netledger.frontends.torch.custom import intercepted
from netledger.frontends.torch.fallback import HINT
from netledger.frontends.torch.freeze import Recording, function_name
from netledger.frontends.torch.holding import kept
from netledger.frontends.torch.inputs import arguments, prepared
from netledger.frontends.torch.model import Static, static
from netledger.frontends.torch.modules import watched
from netledger.frontends.torch.record import Refusal, numbers_in
from netledger.frontends.torch.recorder import is_inner
from netledger.frontends.torch.trace import Trace
from netledger.frontends.torch.values import random_state
from netledger.frontends.torch.written import spelled
from netledger.frontends.uncollected import uncollected

__all__ = ["record"]

_ONE_AT_A_TIME = threading.RLock()
"""A trace stands in for a function of PyTorch's: two that overlap would put back each other's."""


@uncollected()
def record(model: Model, options: Options) -> Recording:
    """Run a model once, without computing; with a batch of one, if it does not take what is given without.

    Raises:
        ForwardError, ValuesNeededError: see `netledger.frontends.torch.network`.

    """
    given = arguments(model, options)
    try:
        made, alone = _once(model, given)
    except ForwardError as error:
        if options.batch is not None or not unbatched(given) or not isinstance(model.run, torch.nn.Module):
            raise
        return _batched_or_further(model, given, error)
    if alone and unbatched(given) and options.batch is None:
        with suppress(NetledgerError):
            return _batched(model, given)
    return made


def _batched_or_further(model: Model, given: Arguments, error: ForwardError) -> Recording:
    """The recording with a batch of one; if that fails too, the mistake of the run that came further is told."""
    try:
        return _batched(model, given)
    except ForwardError as other:
        before, after = len(error.network.nodes), len(other.network.nodes)
        same = error.layer == other.layer and other.refused is not None
        # In the same layer after more operations: those that put batches in and took them out.
        further = other if after > before or (same and after < before) else error
    raise further


def _batched(model: Model, given: Arguments) -> Recording:
    """The recording with a batch of one in front of every shape."""
    wide = batched(given)
    made, _ = _once(model, wide)
    values = [*wide[0], *wide[1].values()]
    made.notes = (
        *made.notes,
        say("The shapes were taken to leave out the batch: counted as {values}.", values=shapes(values)),
    )
    return made


def _once(model: Model, given: Arguments) -> tuple[Recording, bool]:
    """The recording, and whether some layer took its input to have no batch."""
    known = static(model.run)
    trace = Trace(known)
    args, named = prepared(trace, given)
    inputs = tuple(dict.fromkeys(numbers_in((args, named))))  # a tensor that is given twice is one input
    try:
        with _ONE_AT_A_TIME, _untouched(known), watched(trace), intercepted(trace), torch.no_grad(), trace:
            outputs = numbers_in(_finished(model.run(*args, **named)), trace.number)
    except NotImplementedError as error:
        unknown = SourceError(
            say("PyTorch cannot tell a shape without computing: {error}", error=str(error)[:300]), hint=HINT
        )
        _tell(unknown, error, trace, model, inputs)
        raise unknown from error
    except NetledgerError as error:
        _tell(error, error, trace, model, inputs)
        raise
    except Exception as error:
        raise _failure(error, trace, model, inputs) from error
    trace.values.clear()
    made = Recording(trace, model.name, model.source, inputs, outputs)
    if model.notes and given == ([value for _, value in model.inputs], {}):
        made.notes = model.notes
    if torch.is_autocast_enabled(known.device.type):
        made.notes = (*made.notes, "Autocast is on: the operations are the same, element types are as without it.")
    return made, trace.unbatched


def _finished(result: Any) -> Any:
    """What forward answers, computed to the end."""
    if inspect.iscoroutine(result):
        result.close()
        raise SourceError("forward is asynchronous, and cannot be followed", hint="Count what it awaits.")
    return list(result) if inspect.isgenerator(result) else result


@contextmanager
def _untouched(known: Static) -> Iterator[None]:
    """Random states, and what modules hold, are as they were afterwards; compiled code is run as it was written."""
    with ExitStack() as stack:
        stack.enter_context(_tracing())
        stack.enter_context(random_state())
        stack.enter_context(kept(known.holdings))
        if "torch._dynamo" in sys.modules:
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        for module in known.compiled:
            module.__dict__["_compiled_call_impl"] = None
        yield


@contextmanager
def _tracing() -> Iterator[None]:
    """Tensors without values are answered in this thread, and in no other."""
    thread = threading.get_ident()
    outer = thread in TRACING
    TRACING.add(thread)
    try:
        yield
    finally:
        if not outer:
            TRACING.discard(thread)


def _failure(error: Exception, trace: Trace, model: Model, inputs: Any) -> NetledgerError:
    """What a model's own mistake looks like from outside: where, with which shapes, in its own words."""
    said = f"{type(error).__name__}: {error}"
    refusal = trace.refusal
    if refusal is not None and refusal.complaint is error:
        return _refused(refusal, said, error, trace, model, inputs)
    made = ForwardError(said)
    func, given = trace.last
    met = numbers_in(given)
    if func is not None and met and _answering(error):
        tensors = [trace.kinds_by_number[number].tensor for number in met]
        made.values = {"in": function_name(func), "given": shapes(tensors)}
    _tell(made, error, trace, model, inputs)
    if isinstance(error, RecursionError):
        return SourceError("the model calls itself without end")
    return made


def _refused(refusal: Refusal, said: str, error: Exception, trace: Trace, model: Model, inputs: Any) -> NetledgerError:
    """The same of a layer whose rule says why it does not take its inputs; what PyTorch says of it stands below."""
    rule, func = refusal.rule, trace.last[0]
    made = ForwardError(rule.rule, hint=rule.hint)
    made.values = {"in": function_name(func), "given": shapes(refusal.given), **rule.values, "PyTorch": said}
    _tell(made, error, trace, model, inputs)
    known = made.network.tensors
    if max(refusal.inputs, default=0) < len(known):
        own = [tensor for number, tensor in zip(refusal.inputs, refusal.given, strict=True) if number < 0]
        made.network = made.network._replace(tensors=(*known, *own))
        numbers = iter(range(len(known), len(known) + len(own)))
        read = tuple(next(numbers) if number < 0 else number for number in refusal.inputs)
        name, place = made.layer or function_name(func), Provenance(call=trace.failed)
        made.refused = Node(name, "", refusal.op, read, (), (), place)
        made.spelled = spelled
    return made


def _answering(error: Exception) -> bool:
    """Whether it was raised while a call of PyTorch was answered, not by the model's own code."""
    here = Trace.perform.__code__.co_filename
    return any(frame.f_code.co_filename == here for frame, _ in walk_tb(error.__traceback__))


def _tell(error: NetledgerError, cause: Exception, trace: Trace, model: Model, inputs: Any) -> None:
    """Add where it happened, and what had been done before."""
    recording = Recording(trace, model.name, model.source, inputs, (), partly=True)
    error.network = recording.network()
    if trace.failed >= 0 and not error.layer:
        call = error.network.calls[trace.failed]
        error.layer = f"{call.path or model.name} ({call.kind.rpartition('.')[2]})"
    frames = [(frame, line) for frame, line in walk_tb(cause.__traceback__) if not is_inner(frame.f_code)]
    if frames:
        frame, line = frames[-1]
        error.values = {**error.values, "at": f"{_near(frame.f_code.co_filename)}:{line}"}


def _near(path: str) -> str:
    """A path from here, if it is below."""
    here = os.path.join(os.getcwd(), "")
    return path.removeprefix(here) if path.startswith(here) else path
