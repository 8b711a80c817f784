"""Exercises about a network, drawn by a seed, and what answers to them are worth.

problems   what is asked: blanks of a table, and questions
paper      draws the problems
told       the sheet and the key, as documents
code       the line of a sheet that says which exercise it is
mistakes   what a wrong answer may come from
grading    answers against the key: the first wrong step, and the likely mistake
"""

from __future__ import annotations

__all__: list[str] = []
