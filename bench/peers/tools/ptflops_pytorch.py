"""ptflops, backend "pytorch": MAC with biases and activations, trainable parameters."""

from __future__ import annotations

import functools

from bench.peers.tools._ptflops import complexity

PACKAGE = "ptflops"
WAYS = {"get_model_complexity_info": functools.partial(complexity, backend="pytorch")}
