"""ptflops, backend "aten": MAC with some biases, trainable parameters."""

from __future__ import annotations

import functools

from bench.peers.tools._ptflops import complexity

PACKAGE = "ptflops"
WAYS = {"get_model_complexity_info": functools.partial(complexity, backend="aten")}
