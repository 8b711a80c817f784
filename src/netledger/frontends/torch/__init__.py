"""PyTorch: any module, or anything that can be called, run once without computing.

sources     a model from its name or file
inputs      shapes, as forward takes them
run         a model and its inputs → what it does; the model is as it was afterwards
model       what a model is before it runs
abstract    the tensor that stands for one of the model's
stored      the model's own tensors
trace       running it: every call of PyTorch is answered
recorder    writing down what is done
cases       a call that was answered once, to be done again
memory      what is remembered from one model to the next
shortcuts   what the most frequent layers call
lazy        modules whose parameters wait for an input
rules       how each function is written as operators
custom      rules of users
fallback    calls that have no rule
values      numbers, where a model needs them
modules     calls of modules
record      what is written down while it runs
freeze      what was written down → Network

Only this file is imported before a model of PyTorch is asked for: the others import PyTorch.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from netledger.core.errors import SourceError
from netledger.frontends.options import Options, no_symbols

if TYPE_CHECKING:
    from netledger.frontends.torch.freeze import Recording

__all__ = ["accepts", "recorded"]

_NAMED = re.compile(r"(?:torchvision|timm|transformers):.")
_FILES = (".pt2", ".pt", ".pth", ".bin", ".pkl", ".pickle", ".ckpt", ".safetensors")


def accepts(source: object) -> bool:
    """Whether it is a model, anything that can be called, or the name or file of one."""
    if isinstance(source, str):
        return source.endswith(_FILES) or bool(_NAMED.match(source))
    return callable(source) or type(source).__name__ == "ExportedProgram"


def recorded(source: Any, options: Options) -> Recording:
    """What a model does when it is run; its network is made when asked for.

    Raises:
        SourceError: if there is no such model, or it cannot be built.
        ForwardError: if it fails while it is run; `.network` is what was done before.
        ValuesNeededError: if it decides by values that it was not given.

    """
    no_symbols(options)
    try:
        import torch  # noqa: F401
    except ImportError:
        hint = "Install it: pip install torch."
        raise SourceError("a model of PyTorch needs PyTorch, which is not installed", hint=hint) from None
    from netledger.frontends.torch.run import record as run
    from netledger.frontends.torch.sources import built

    model = built(source, options)
    return run(model, options)
