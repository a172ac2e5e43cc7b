"""Reads the formulas of docstrings as they stand there: plain text with −, ², Σ_k and |x| in, numbers out.

`Plain(text)` is the reader; `read(text)` gives a formula, a function of an environment (name -> number, row,
function, or formula), and the words behind it that are no formula. A row is a NumPy array: |x| is its length,
Σ p y the sum over its places, p_k one of them. What the reader does not know is `Unreadable`, never a guess.
"""

import math
import operator
import re

import numpy as np

from .reader import Unreadable

STOP = {"if", "for", "where", "otherwise", "else", "as", "at", "with", "in", "along", "by", "over"}
RELATIONS = {
    "=": lambda a, b: bool(np.allclose(a, b, rtol=1e-9, atol=1e-12)),
    "≠": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "≤": operator.le,
    "≥": operator.ge,
}
TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[a-z]{3,}(?:_[a-z]{3,})+|[A-Za-zΔσεπ]+\d?(?:@k)?|…|\S)")


def sigmoid(z):
    return 1 / (1 + np.exp(-z)) if z > -700 else 0.0


def softmax(z):
    return np.exp(z - np.max(z)) / np.sum(np.exp(z - np.max(z)))


def log(x):
    return np.log(x) if np.ndim(x) or x > 0 else -math.inf


def times(a, b):
    """With 0 log 0 = 0."""
    if not np.ndim(a) and not np.ndim(b) and 0 in (a, b):
        return 0.0
    return a * b


FUNCTIONS = {
    "log": log, "log2": np.log2, "exp": np.exp, "max": max, "sign": np.sign, "tanh": np.tanh,
    "cosh": np.cosh, "σ": sigmoid, "sigmoid": sigmoid, "softmax": softmax,
}  # fmt: skip


def magnitude(x):
    return math.sqrt(np.sum(np.square(x))) if np.ndim(x) else abs(x)


def value(env, name):
    """A number or a row; a formula is computed where it is asked for."""
    if name not in env:
        raise Unreadable(f"no name {name} in the entry")
    found = env[name]
    return found(env) if isinstance(found, Formula) else found


class Formula:
    def __init__(self, run):
        self.run = run

    def __call__(self, env):
        return self.run(env)


def lift(function):
    return lambda *nodes: Formula(lambda env: function(*(node(env) for node in nodes)))


class Plain:
    def __init__(self, text):
        self.text, self.at, self.bars = text, 0, 0

    def peek(self):
        match = TOKEN.match(self.text, self.at)
        return match[1] if match else None

    def take(self, expected=None):
        match = TOKEN.match(self.text, self.at)
        if match is None or (expected and match[1] != expected):
            raise Unreadable(f"expected {expected or 'more'} at {self.text[self.at :]!r} in {self.text!r}")
        self.at = match.end()
        return match[1]

    def accept(self, *wanted):
        return self.take() if self.peek() in wanted else None

    def tight(self, *wanted):
        """The next token, if no space stands before it (and none after a /)."""
        if self.text[self.at : self.at + 1] not in wanted:
            return None
        if wanted == ("/",) and self.text[self.at + 1 : self.at + 2] == " ":
            return None
        return self.take()

    def rest(self):
        return self.text[self.at :].strip()

    # -- sums, products, powers

    def expression(self):
        sign = self.accept("−", "+")
        node = self.product()
        node = lift(operator.neg)(node) if sign == "−" else node
        while sign := self.accept("+", "−"):
            node = lift(operator.add if sign == "+" else operator.sub)(node, self.product())
        return node

    def starts_factor(self):
        token = self.peek()
        if token is None or token in STOP or token in RELATIONS or (token == "|" and self.bars):
            return False
        return token in "(|[Σ½±∓" or token.isdigit() or token[0].isalpha()

    def product(self):
        node, divided = self.power(), False
        while True:
            if self.accept("·"):
                node, divided = lift(dot)(node, self.power()), False
            elif self.accept("/"):
                node, divided = lift(operator.truediv)(node, self.power()), True
            elif self.starts_factor():
                if divided:
                    raise Unreadable(f"a / b c in {self.text!r}: what does the line divide?")
                node = lift(times)(node, self.power())
            else:
                return node

    def power(self):
        node = self.primary()
        while True:
            if exponent := self.accept("²", "³"):
                node = lift({"²": np.square, "³": lambda x: x**3}[exponent])(node)
            elif self.accept("^"):
                node = lift(operator.pow)(node, self.primary())
            elif self.tight("/"):
                node = lift(operator.truediv)(node, self.primary())
            else:
                return node

    def primary(self):
        token = self.take()
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return Formula(lambda env: float(token))
        if token == "½":
            return Formula(lambda env: 0.5)
        if token in "±∓":
            return Formula(lambda env: value(env, token))
        if token == "(":
            bars, self.bars = self.bars, 0
            node = self.expression()
            self.take(")")
            self.bars = bars
            return node
        if token == "|":
            self.bars += 1
            node = self.expression()
            self.take("|")
            self.bars -= 1
            return lift(magnitude)(node)
        if token == "[":
            node = self.condition()
            self.take("]")
            return lift(float)(node)
        if token == "Σ":
            return self.total()
        if token[0].isalpha() and token not in STOP:
            return self.name(token)
        raise Unreadable(f"not understood: {token!r} in {self.text!r}")

    def condition(self):
        nodes, relations = [self.expression()], []
        while relation := self.accept(*RELATIONS):
            relations.append(RELATIONS[relation])
            nodes.append(self.expression())
        if not relations:
            raise Unreadable(f"no relation in {self.text!r}")

        def holds(env):
            values = [node(env) for node in nodes]
            return all(r(a, b) for r, a, b in zip(relations, values, values[1:], strict=False))

        return Formula(holds)

    # -- names, calls, indices

    def name(self, token):
        if token in FUNCTIONS and self.text[self.at : self.at + 1] != "_":
            if self.tight("("):
                return self.indexed(lift(FUNCTIONS[token])(*self.arguments()))
            return lift(FUNCTIONS[token])(self.power())
        if self.tight("("):
            given = self.arguments()
            return Formula(lambda env: called(env, token, [node(env) for node in given]))
        return self.indexed(Formula(lambda env: value(env, token)), token)

    def arguments(self):
        bars, self.bars = self.bars, 0
        given = [self.expression()]
        while self.accept(","):
            given.append(self.expression())
        self.take(")")
        self.bars = bars
        return given

    def indexed(self, node, name=None):
        if not self.tight("_"):
            return node
        if self.accept("{"):
            indices = [self.expression()]
            self.take("}")
        else:
            indices = [Formula(lambda env, k=k: value(env, k)) for k in self.take()]
            if self.tight("("):  # l_j(i): the place is a function
                function, given = self.text[self.at - 2], self.arguments()
                indices[-1] = Formula(lambda env: called(env, function, [g(env) for g in given]))

        def run(env):
            places = [index(env) for index in indices]
            found = env.get(name) if name else node(env)
            if found is None or any(p != int(p) for p in places):
                raise Unreadable(f"no {name} at {places}")
            if isinstance(found, Formula):
                found = found(env)
            if callable(found):
                return found(*map(int, places))
            for place in places:
                found = found[int(place)]
            return found

        return Formula(run)

    # -- sums

    def total(self):
        names, condition = [], None
        if self.tight("_"):
            closing = {"(": ")", "{": "}"}.get(self.peek())
            if closing:
                self.take()
                inside = self.text[self.at : self.text.index(closing, self.at)]
                self.at += len(inside) + 1
            else:
                inside = self.take()
            names, condition = places_of(inside)
        body = self.product()
        if names and self.accept("where"):
            body = lift(lambda holds, x: x if holds else 0 * x)(self.condition(), body)
        if not names:
            return lift(np.sum)(body)

        def run(env):
            terms = [body({**env, **at}) for at in condition(env)]
            return sum(terms[1:], terms[0]) if terms else 0.0

        return Formula(run)


def dot(a, b):
    return a @ b if np.ndim(a) and np.ndim(b) else a * b


def called(env, name, given):
    function = env.get(name)
    if not callable(function) or isinstance(function, Formula):
        raise Unreadable(f"no function {name} in the entry")
    return function(*given)


def places_of(inside):
    """The names under a Σ, and what they run over: k, j≠t, (i, j), (j in L_i), (i above k), (place ≤ k)."""
    if re.fullmatch(r"[a-z]", inside):
        return [inside], lambda env: [{inside: k} for k in range(env["K"])]
    if match := re.fullmatch(r"([a-z]) ?≠ ?([a-z])", inside):
        one, other = match[1], match[2]
        return [one], lambda env: [{one: k} for k in range(env["K"]) if k != value(env, other)]
    if inside == "i, j":
        return ["i", "j"], lambda env: [{"i": i, "j": j} for i, j in env["pairs"]]
    if match := re.fullmatch(r"([a-z]) (in|above) (?:L_)?([a-z])", inside):
        one, which, other = match.groups()
        return [one], lambda env: [
            {one: k} for k in env["above" if which == "above" else "L"][value(env, other)]
        ]
    if match := re.fullmatch(r"([a-z]+) ≤ ([a-z])", inside):
        one, last = match.groups()
        return [one], lambda env: [{one: k} for k in range(1, value(env, last) + 1)]
    raise Unreadable(f"under the sum: {inside}")


def read(text):
    """(formula, the words behind it)."""
    reader = Plain(text)
    return reader.expression(), reader.rest()


def read_condition(text):
    reader = Plain(text)
    node = reader.condition()
    if reader.rest():
        raise Unreadable(f"not understood: {reader.rest()!r} in {text!r}")
    return node


# ---------------------------------------------------------------------------------------- a docstring


LEFT = re.compile(r"(?:[A-Za-zΔ]+(?:@k)?)(?:_[a-z]+)?(?:\([a-z, ]+\))?(?= +(?:=|by|as|  ))")


def block(doc):
    """("With ..." and what follows it, the lines of the displayed formulas) of a docstring."""
    before, after = re.split(r"::\n\n", doc, maxsplit=1)
    lines = after.split("\n\n")[0].splitlines()
    start = max(before.rfind("\nWith "), before.rfind("\n\n"))
    intro = before[start:].strip()
    intro = intro.removeprefix("With ") if intro.startswith("With ") else ""
    indent = len(lines[0]) - len(lines[0].lstrip())
    return " ".join(intro.split()), [line[indent:] for line in lines]


def parts(text):
    """Split at commas and at "and" outside of parentheses and bars."""
    found, depth, start = [], 0, 0
    for k, char in enumerate(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        if depth == 0 and (text.startswith(", ", k) or text.startswith(" and ", k)):
            found.append(text[start:k])
            start = k + (2 if char == "," else 5)
    found.append(text[start:])
    return [part.removeprefix("and ").strip() for part in found if part.strip()]


def statements(lines):
    """(left side, text) of everything that is displayed: an alternative, a second = and a second row too."""
    found, left = [], None
    for line in lines:
        match = LEFT.match(line)
        if match:
            left, line = match[0], line[match.end() :]
        elif not line.startswith(" "):
            left = None
        for field in re.split(r" {2,}", line.strip()):
            if not field:
                continue
            if inner := re.match(r"([A-Z]+) = ", field):
                left, field = inner[1], field[inner.end() :]
            found.append((left, re.sub(r"^= ?", "= ", field)))
    return found
