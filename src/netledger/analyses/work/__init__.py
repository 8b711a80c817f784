"""An operator worked out on small matrices, step by step: which window, which products, which sum.

numbers  a matrix typed in, read from CSV, nested lists, or made by a seed
given    what the user types → an operator and its values
steps    performs them, within bounds
grids    pictures of tensors, with what is read marked
told     the steps → a document
shifted  the output of an input and of its shifted copy
record   the steps → plain data
"""

from __future__ import annotations

from netledger.analyses.work.given import operator_of, prepare, roles_of
from netledger.analyses.work.record import record
from netledger.analyses.work.shifted import shifted
from netledger.analyses.work.steps import Worked, perform
from netledger.analyses.work.told import all_frames, document

__all__ = ["Worked", "all_frames", "document", "operator_of", "perform", "prepare", "record", "roles_of", "shifted"]
