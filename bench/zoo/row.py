"""One network: built without weights, counted by netledger and by FlopCounterMode, as one flat row."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from bench import models
from bench.explain import uncounted_by_flop_counter

if TYPE_CHECKING:
    from torch import nn

__all__ = ["COLUMNS", "Row", "failed", "row"]

Row = dict[str, Any]

COLUMNS = (
    "network",
    "built_on",
    "with_values",
    "input",
    "true_parameters",
    "parameters",
    "operations",
    "gaps",
    "bound",
    "gap_reasons",
    "flops",
    "their_flops",
    "left_out",
    "seconds",
    "their_seconds",
    "their_mode",
    "error",
    "their_error",
    "build_seconds",
)
"""What a row says; what is not known is None. `with_values`: ours was given weights and inputs with values, because
the network decides by them. `left_out`: FLOPs by reason that FlopCounterMode has no formula for."""


def row(network: str) -> Row:
    """Everything about a network."""
    start = time.perf_counter()
    try:
        built_on, model = _built(network)
        shapes = models.shapes(network, model)
    except Exception as error:  # noqa: BLE001  a network that cannot be built is a row too
        return failed(network, _told(error))
    known = {"built_on": built_on, "input": shapes, "build_seconds": round(time.perf_counter() - start, 3)}
    known["true_parameters"] = models.parameters(model)
    ours = _ours(lambda: (model, shapes))
    if ours.get("error", "").startswith("ValuesNeededError"):
        ours = _ours(lambda: _real(network, shapes)) | {"with_values": True}
    return _whole(network, known | ours | _theirs(network, model, shapes))


def failed(network: str, error: str) -> Row:
    """A row that says only why there is none."""
    return _whole(network, {"error": error})


def _whole(network: str, known: Row) -> Row:
    return dict.fromkeys(COLUMNS) | {"network": network} | known


def _built(network: str) -> tuple[str, nn.Module]:
    """A network on meta tensors, or, where its code reads values while it is built, on the CPU."""
    try:
        return "meta", models.build(network)
    except (RuntimeError, NotImplementedError):
        return "cpu", models.build_unset(network)


def _real(network: str, shapes: models.Shapes) -> tuple[nn.Module, Any]:
    """The network and its inputs with values, the same at every call."""
    import torch

    torch.manual_seed(0)
    return models.build(network, "cpu"), models.tensors(shapes, "cpu")


def _ours(made: Callable[[], tuple[nn.Module, Any]]) -> Row:
    import netledger as nl

    try:
        model, inputs = made()
        start = time.perf_counter()
        ledger = nl.count(model, *inputs)
        figures = {"flops": ledger.total("flops"), "parameters": ledger.parameters}
    except Exception as error:  # noqa: BLE001
        return {"error": _told(error)}
    seconds = round(time.perf_counter() - start, 4)
    return figures | {"seconds": seconds, "left_out": uncounted_by_flop_counter(ledger)} | _gaps(ledger)


def _gaps(ledger: Any) -> Row:
    reasons = Counter(f"{gap.op}: {gap.reason}" for gap in ledger.gaps)
    return {
        "operations": len(ledger),
        "gaps": len(ledger.gaps),
        "bound": sum(gap.bound for gap in ledger.gaps),
        "gap_reasons": dict(reasons.most_common()),
    }


def _theirs(network: str, model: nn.Module, shapes: models.Shapes) -> Row:
    """FlopCounterMode in the first mode in which it works; on the CPU only where it fails on meta tensors."""
    import torch

    errors: dict[str, str] = {}
    makers = {"meta": lambda: (model.to("meta"), models.tensors(shapes, "meta")), "cpu": lambda: _real(network, shapes)}
    for device, grad in itertools.product(makers, (False, True)):
        try:
            with torch.set_grad_enabled(grad), _plain_attention(device):
                found = _flop_counter(*makers[device]())
        except Exception as error:  # noqa: BLE001
            errors.setdefault(device, _told(error))
        else:
            return found | {"their_mode": f"{device}, {'grad' if grad else 'no_grad'}"}
    return {"their_error": "; ".join(f"{device}: {error[:150]}" for device, error in errors.items())}


@contextlib.contextmanager
def _plain_attention(device: str) -> Iterator[None]:
    """On the CPU, attention as matrix products: FlopCounterMode has no formula for the kernels that do it at once."""
    if device != "cpu":
        yield
        return
    import torch

    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(True)


def _flop_counter(model: nn.Module, inputs: Any) -> Row:
    from torch.utils.flop_counter import FlopCounterMode

    start = time.perf_counter()
    with FlopCounterMode(display=False) as counter:
        model(*inputs)
    return {"their_flops": counter.get_total_flops(), "their_seconds": round(time.perf_counter() - start, 4)}


def _told(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
