"""Makers of operators, by family: each module has MAKERS, a maker for each kind."""
