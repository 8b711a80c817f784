"""The unknown from the rest, by exact search: every candidate is put to the rules themselves, none is inverted.

layer    the unknown attributes or sizes of one layer
trials   a network at other sizes
runs     numbers in a row
accepts  which inputs a network takes
largest  the largest input, batch or number under `let` within budgets
told     what is found, as documents and as JSON
"""

from __future__ import annotations
