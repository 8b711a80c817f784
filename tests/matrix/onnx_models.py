"""The networks of the matrix as files of ONNX, exported from PyTorch."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

__all__ = ["exported", "varied"]


def varied(model: nn.Module) -> nn.Module:
    """In eval mode, with parameters none of which are equal: exporters merge equal ones, and drop biases of zero."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for tensor in model.parameters():
            tensor.uniform_(-1, 1, generator=generator)
        for name, tensor in model.named_buffers():
            if tensor.is_floating_point() and name.endswith(("running_mean", "running_var")):
                tensor.uniform_(0.5, 1, generator=generator)
    return model.eval()


def exported(model: nn.Module, inputs: Sequence[Any], *, dynamo: bool, **options: Any) -> bytes:
    """A model as ONNX, by the new exporter (dynamo) or the older one; inputs: shapes or tensors."""
    args = tuple(one if isinstance(one, torch.Tensor) else torch.zeros(tuple(one)) for one in inputs)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            if dynamo:
                program = torch.onnx.export(model, args, dynamo=True, verbose=False, **options)
                assert program is not None
                return bytes(program.model_proto.SerializeToString())
            file = io.BytesIO()
            torch.onnx.export(model, args, file, dynamo=False, **options)
            return file.getvalue()
    finally:
        logging.disable(before)
