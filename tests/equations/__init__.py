"""The entries of the labelled equations: what their symbols mean, and the check of an equation.

How to write an entry: the docstring of test_equations.py. How a formula is read: reader.py.
"""

import random
import re

from mpmath import mp, mpf

from .reader import Random, Reader, Unreadable, canonical, close, holds, tokens

__all__ = ["ENTRIES", "Equation", "Pinned", "Random", "Unreadable", "equation", "pinned"]

ENTRIES = {}  # label -> Equation or Pinned, filled by equation() and pinned()
POINTS = 12

# The notation of the course: what an entry does not define means this.
NOTATION = {
    r"\hat y": (-3, 3), "y": (-3, 3), "e": r"\hat y - y", "c": (-3, 3), "x": (-3, 3), "z": (-3, 3),
    r"\hat y_i": (-3, 3), "y_i": (-3, 3), "e_i": r"\hat y_i - y_i", "x_i": (-3, 3),
    "n": 5, "i": range(1, 6), r"\bar y": r"\frac1n \sum_{j=1}^n y_j",
    r"\delta": (0.5, 2), r"\eta": (0.01, 0.5), r"\lambda": (0.1, 0.9), "q": (0.1, 0.9), "p": (0.1, 0.9),
    r"\sigma": (0.5, 2), "s": (0.5, 2), r"\theta": (-2, 2), "w": (-2, 2), "b": (-2, 2), r"\mu": (-2, 2),
}  # fmt: skip


class Symbols:
    """The notation, with an entry's own symbols over it: a number y, a row y_i, a function f(x)."""

    def __init__(self, own):
        self.given, self.scalars, self.indexed, self.functions = {}, {}, {}, {}
        for key, spec in {**{canonical(k): v for k, v in NOTATION.items()}, **own}.items():
            match = re.fullmatch(r"(.*?)\((.*)\)", key, re.S)
            name = canonical(match[1] if match else key)
            if match:
                self.functions[name] = [canonical(p) for p in re.split(r",|\\mid|;", match[2])]
                self.given[name + "("] = spec
            elif re.fullmatch(r".+ _ [ijkt]", name) and not isinstance(spec, Random):
                self.indexed[name[:-4]] = name[-1]
                self.given[name[:-4] + "_"] = spec
            else:
                self.scalars[name] = True
                self.given[name] = spec

    def read(self, latex, bound=()):
        return Reader(self).sub(tokens(latex), bound=bound)

    def draw(self, rng):
        def number(spec):
            if isinstance(spec, tuple):
                return mpf(spec[0]) + (mpf(spec[1]) - mpf(spec[0])) * mpf(rng.random())
            return mpf(rng.choice(spec)) if isinstance(spec, range) else mp.mpmathify(spec)

        env = {}
        for key, spec in self.given.items():
            if key.endswith("("):
                params = self.functions[key[:-1]]
                env[key] = (params, self.read(spec, bound=params) if isinstance(spec, str) else spec)
            elif key.endswith("_"):
                index = self.indexed[key[:-1]]
                if isinstance(spec, str):
                    env[key] = (index, self.read(spec, bound=[index]))
                elif isinstance(spec, list):
                    env[key] = [mp.mpmathify(v) for v in spec]
                else:
                    env[key] = spec if callable(spec) else [number(spec) for _ in range(int(self.given["n"]))]
            elif isinstance(spec, str):
                env[key] = self.read(spec)
            else:
                env[key] = spec if isinstance(spec, Random) else number(spec)
        return env

    def point(self, given):
        """A point as an entry writes it: numbers, and lists for rows."""
        return {
            canonical(name)[:-4] + "_" if isinstance(spec, list) else canonical(name): (
                [mp.mpmathify(v) for v in spec] if isinstance(spec, list) else mp.mpmathify(spec)
            )
            for name, spec in given.items()
        }


class Equation:
    def __init__(self, symbols, points, equivalent):
        self.symbols, self.points, self.equivalent = symbols, points, equivalent

    def check(self, latex):
        """Raises AssertionError or Unreadable unless every displayed relation holds at every point."""
        with mp.workdps(40):
            try:
                self._check(latex)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
                raise Unreadable(f"{type(error).__name__}: {error}") from error

    def _check(self, latex):
        symbols, rng = Symbols(self.symbols), random.Random(7)
        statements = Reader(symbols, latex).statements()
        if any(len(chain) < 2 for _, chain in statements):
            raise Unreadable("a part of the equation has no relation")
        tried = set()
        for extra in [{}] * POINTS + self.points:
            env = symbols.draw(rng) | symbols.point(extra)
            for k, (kind, chain) in enumerate(statements):
                condition = [c for kind, c in statements[k + 1 : k + 2] if kind == "if"]
                if kind == "if" or not all(holds(c, env) for c in condition):
                    continue
                tried.add(k)
                if not holds(chain, env):
                    sides = ", ".join(mp.nstr(node(env), 8) for relation, node in chain if relation != r"\in")
                    raise AssertionError(f"the sides differ: {sides}\nin {latex.strip()}")
        assert tried and tried == {k for k, (kind, _) in enumerate(statements) if kind == "holds"}, (
            "never applies"
        )


class Pinned:
    def __init__(self, latex, sides, why):
        self.latex, self.sides, self.why = latex, sides, why

    def check(self, latex):
        assert " ".join(latex.split()) == " ".join(self.latex.split()), (
            "the displayed text changed: check its entry"
        )
        with mp.workdps(40):
            pairs = list(self.sides())
            assert pairs, "no sides compared"
            for left, right in pairs:
                left, right = mp.mpmathify(left), mp.mpmathify(right)
                assert close(left, right), f"{mp.nstr(left, 12)} is not {mp.nstr(right, 12)}"


def equation(label, symbols=None, *, points=(), equivalent=()):
    assert label not in ENTRIES, f"two entries for {label}"
    ENTRIES[label] = Equation(symbols or {}, list(points), list(equivalent))


def pinned(label, latex, why):
    def register(sides):
        assert label not in ENTRIES, f"two entries for {label}"
        ENTRIES[label] = Pinned(latex, sides, why)
        return sides

    return register
