"""The labelled equations of book/regression.md (how to write an entry: test_equations.py)."""

from equations import equation  # noqa: F401
