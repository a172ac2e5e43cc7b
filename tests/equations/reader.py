"""Reads a displayed formula as it stands in the page: LaTeX in, a `Node` out that computes its value.

A `Node` is called with an environment (name -> value) and works with the digits mpmath is set to. Whatever
the reader does not know, or could read in two ways, is an `Unreadable` error, never a guess. The order of
the file: tokens, the grammar (`Reader`), the values that nodes ask for, and when a relation holds.
"""

import operator as op
import re

from mpmath import mp, mpf

INDEX = set("ijkt")
TOLERANCE = mpf("1e-10")


class Unreadable(Exception):
    """The reader does not know this; write it differently or use pinned()."""


class Node:
    """A formula: called with an environment, gives its value. `literal` is the text of a plain number."""

    def __init__(self, run, literal=None, indexed=None):
        self.run, self.literal, self.indexed = run, literal, indexed

    def __call__(self, env):
        return self.run(env)


def lift(function):
    """A function of numbers as a function of formulas."""
    return lambda *nodes: Node(lambda env: function(*(node(env) for node in nodes)))


def constant(number):
    return Node(lambda env: number)


ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATE, MAGNITUDE, TRUTH = map(
    lift, (op.add, op.sub, op.mul, op.truediv, op.pow, op.neg, abs, lambda value: mpf(bool(value)))
)


class Random:
    """A random variable for \\mathbb{E}, \\operatorname{Var} and P: values with their probabilities."""

    def __init__(self, values, probabilities=None):
        weights = probabilities or [mpf(1) / len(values)] * len(values)
        self.pairs = [(mp.mpmathify(v), mp.mpmathify(w)) for v, w in zip(values, weights, strict=True)]

    def mean(self, f):
        return mp.fsum(weight * f(value) for value, weight in self.pairs)


# ---------------------------------------------------------------------------------------- tokens

ALIASES = {
    r"\tfrac": r"\frac", r"\dfrac": r"\frac", r"\leq": r"\le", r"\geq": r"\ge", r"\neq": r"\ne", "<": r"\lt",
    ">": r"\gt", r"\ln": r"\log", r"\vert": "|", r"\Vert": r"\|", r"\lVert": r"\|",
    r"\rVert": r"\|", r"\widehat": r"\hat", r"\overline": r"\bar", r"\ldots": r"\dots",
    r"\cdots": r"\dots", r"\star": "*", r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lbrack": "[",
    r"\rbrack": "]",
    r"\colon": ":",
    r"\qquad": r"\quad", r"\land": r"\and", r"\mathop": r"\operatorname",
    r"\textrm": r"\operatorname", r"\text": r"\operatorname", r"\mathrm": r"\operatorname",
    r"\leqslant": r"\le", r"\geqslant": r"\ge", r"\coloneqq": "=",
    r"\bm": r"\mathbf", r"\widetilde": r"\tilde",
}  # fmt: skip
SILENT = {
    r"\,", r"\;", r"\!", r"\:", r"\ ", "~", r"\displaystyle", r"\limits", r"\nolimits", r"\nonumber",
    r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\big", r"\Big", r"\bigg", r"\Bigg", r"\biggl", r"\biggr",
}  # fmt: skip
ACCENTS = {
    r"\hat",
    r"\bar",
    r"\tilde",
    r"\mathcal",
    r"\mathbf",
    r"\mathbb",
    r"\operatorname",
}
RELATIONS = {"=", r"\lt", r"\gt", r"\le", r"\ge", r"\ne", r"\approx", r"\in", r"\equiv"}
GOES_ON = RELATIONS | {"+", "-", r"\cdot", r"\times"}
WORDS = r"\\text(?:rm)?\s*\{\s*(if|when|for|where|and|or|otherwise|else|as)[,.]?\s*\}"


def tokens(latex):
    latex = re.sub(r"(?<!\\)%.*", "", latex)
    latex = re.sub(r"(?<=\d)(\{,\}|\\,)(?=\d{3})", "", latex)  # thousands: 12{,}000
    latex = re.sub(r"\\(left|bigl|Bigl|biggl)\s*(\\vert|\|)", r"\\lvert ", latex)
    latex = re.sub(r"\\(right|bigr|Bigr|biggr)\s*(\\vert|\|)", r"\\rvert ", latex)
    latex = re.sub(r"\\(left|right)(?![A-Za-z])\s*(?!\.)", "", latex)
    latex = re.sub(r"\\operatorname\s*\*", r"\\operatorname", latex).replace(":=", "=")
    latex = re.sub(r"\\(operatorname\s*\{\s*arg\s*(\\,)?\s*\\?(min|max)\s*\}|arg\s*\\?(min|max))",
                   lambda m: rf"\arg{m[3] or m[4]} ", latex)  # fmt: skip
    latex = re.sub(WORDS, lambda m: rf"\{m[1]} ", latex)
    found = []
    for token in re.findall(r"\\[A-Za-z]+|\\.|\S", latex, re.S):
        token = ALIASES.get(token, token)
        if token not in SILENT and not (token == r"\quad" and found[-1:] in ([], [r"\\"], ["&"])):
            found.append(token)
    return found


def canonical(name):
    """One spelling of a name: \\hat{y} and \\hat y, y_{i} and y_i are the same."""
    return " ".join(t for t in (tokens(name) if isinstance(name, str) else name) if t not in "{}")


# ---------------------------------------------------------------------------------------- reading

FUNCTIONS = {
    r"\exp": mp.exp, r"\sin": mp.sin, r"\cos": mp.cos, r"\cosh": mp.cosh, r"\sinh": mp.sinh,
    r"\tanh": mp.tanh, r"\operatorname{sign}": mp.sign, r"\operatorname{sgn}": mp.sign,
    r"\operatorname{erf}": mp.erf, r"\operatorname{sech}": mp.sech,
    r"\log": mp.log, r"\max": max, r"\min": min,
    r"\operatorname{median}": lambda *v: (sorted(v)[(len(v) - 1) // 2] + sorted(v)[len(v) // 2]) / 2,
    r"\operatorname{clip}": lambda x, lo, hi: min(max(x, lo), hi),
}  # fmt: skip
FUNCTIONS = {canonical(name): function for name, function in FUNCTIONS.items()}
CONSTANTS = {r"\pi": mp.pi, r"\infty": mp.inf, r"\operatorname e": mp.e}
CLOSERS = {"(": ")", "[": "]", r"\{": r"\}", r"\lvert": r"\rvert", "{": "}"}
STOP = {")", "]", ".", r"\}", "}", r"\rvert", ",", ";", r"\mid", r"\quad", r"\\", ":", r"\to", r"\end", "&",
        "+", "-", r"\if", r"\when", r"\for", r"\where", r"\and", r"\or", r"\otherwise", r"\else",
        r"\as"}  # fmt: skip
VARIANCE = canonical(r"\operatorname{Var}")
PROBABILITY = {"P", r"\Pr", r"\mathbb P"}
INDICATORS = {r"\mathbb 1", r"\mathbf 1", r"\mathbb I"}
AVERAGES = {r"\mathbb E", r"\operatorname E", VARIANCE} | PROBABILITY


class Reader:
    def __init__(self, symbols, latex=""):
        self.symbols, self.tokens, self.at = symbols, tokens(latex), 0
        self.bound, self.bars, self.integrals = [], [], 0

    # -- small tools
    def peek(self, ahead=0):
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else None

    def take(self, expected=None):
        token = self.peek()
        if token is None or (expected is not None and token != expected):
            raise Unreadable(
                f"expected {expected or 'more'}, found {token} after {' '.join(self.tokens[: self.at])}"
            )
        self.at += 1
        return token

    def accept(self, *wanted):
        return self.take() if self.peek() in wanted else None

    def group(self):
        """The tokens of a TeX argument: one token or a braced group."""
        if not self.accept("{"):
            token = self.take()
            if token in ACCENTS:
                return [token, "{", *self.group(), "}"]
            return [token]
        start, depth = self.at, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.take(), 0)
        return self.tokens[start : self.at - 1]

    def sub(self, part, method="expression", bound=()):
        """Read a part on its own, with further bound names."""
        reader = Reader(self.symbols)
        reader.tokens, reader.bound = list(part), [*self.bound, *bound]
        node = getattr(reader, method)()
        if reader.peek() is not None:
            raise Unreadable(f"not understood: {' '.join(reader.tokens[reader.at :])} in {' '.join(part)}")
        return node

    def within(self, name, read):
        self.bound.append(name)
        node = read()
        self.bound.pop()
        return node

    # -- statements and conditions
    def statements(self):
        """[(kind, payload)]: kind "holds" with a chain of (relation, node), or "if" with a condition."""
        if "".join(self.tokens[1:]).startswith(("{align", "{split}", "{gather")):  # the rows inside
            rows = [t for k, t in enumerate(self.tokens) if t != "&" or self.tokens[k - 1] != r"\\"]
            rows = rows[rows.index("}") + 1 : -1 - rows[::-1].index(r"\end")]
            nested = [rows[:k].count(r"\begin") - rows[:k].count(r"\end") for k in range(len(rows))]
            after = [*rows[1:], None]  # a row that starts with = or + goes on
            self.tokens = [
                token
                for token, depth, following in zip(rows, nested, after, strict=True)
                if depth or not (token == "&" or (token == r"\\" and following in GOES_ON))
            ]
        found, condition = [], False
        while self.peek() is not None:
            if self.accept(",", ".", ";", r"\quad", r"\\", r"\and", r"\where"):
                condition = False
            elif self.accept(r"\if", r"\when", r"\for"):
                condition = True
            else:
                found.append(("if" if condition else "holds", self.chain()))
        return found

    def chain(self):
        parts = [(None, self.expression())]
        while relation := self.accept(*RELATIONS):
            parts.append((relation, self.interval() if relation == r"\in" else self.expression()))
        return parts

    def interval(self):
        opening = self.accept("(") or self.take("[")
        low, _, high = self.expression(), self.take(","), self.expression()
        closing = self.accept(")") or self.take("]")
        left = compare(r"\lt" if opening == "(" else r"\le")
        right = compare(r"\lt" if closing == ")" else r"\le")
        return Node(lambda env: lambda value: left(low(env), value) and right(value, high(env)))

    def condition(self):
        self.accept(r"\if", r"\when", r"\for")
        if self.accept(r"\otherwise", r"\else"):
            return None
        chain = self.chain()
        if len(chain) < 2:
            raise Unreadable("a condition needs a relation")
        node = Node(lambda env: holds(chain, env))
        if word := self.accept(r"\and", r"\or"):
            return lift(op.and_ if word == r"\and" else op.or_)(node, self.condition())
        return node

    # -- arithmetic
    def expression(self):
        sign = self.accept("+", "-")
        node = self.product()
        if sign == "-":
            text, node = node.literal, NEGATE(node)
            node.literal = text and "-" + text
        while sign := self.accept("+", "-"):
            node = (ADD if sign == "+" else SUBTRACT)(node, self.product())
        return node

    def starts_factor(self):
        token = self.peek()
        if token is None or token in (STOP | RELATIONS | set("*/^_'!") | set(self.bars)):
            return False
        return not (self.integrals and self.differential())

    def differential(self):
        return self.peek() == "d" or self.tokens[self.at : self.at + 4] == [r"\operatorname", "{", "d", "}"]

    def product(self):
        start = self.at
        node = self.power()
        while True:
            if self.accept(r"\cdot", r"\times", "*"):
                minus = self.accept("-", "+") == "-"
                node = MULTIPLY(node, NEGATE(self.power()) if minus else self.power())
            elif self.accept("/"):
                node = DIVIDE(node, self.power())
                if self.starts_factor():
                    raise Unreadable("a / b c: write a fraction or parentheses")
            elif self.starts_factor():
                if self.peek().isdigit():
                    raise Unreadable("a number after a factor: write a \\cdot")
                node = MULTIPLY(node, self.power())
            else:
                text = "".join(self.tokens[start : self.at])
                node.literal = text if LITERAL.fullmatch(text) else None
                return node

    def power(self):
        node = self.primary()
        while True:
            if self.accept("^"):
                node = POWER(node, self.sub(self.group()))
                if self.peek() == "^":
                    raise Unreadable("two exponents")
            elif self.accept(r"\%"):
                node = lift(lambda number: number / 100)(node)
            else:
                return node

    def number(self):
        text = self.take()
        while (self.peek() or "").isdigit() or (self.peek() == "." and (self.peek(1) or "").isdigit()):
            text += self.take()
        return constant(mpf(text))

    def delimited(self, read="expression"):
        opening = self.take()
        bars, self.bars = self.bars, []
        integrals, self.integrals = self.integrals, 0
        node = getattr(self, read)()
        self.take(CLOSERS[opening])
        self.bars, self.integrals = bars, integrals
        return node

    def arguments(self):
        """(a, b), \\{a, b\\}, (y_1, \\dots, y_n): a node that gives the list of values."""
        opening = self.take()
        bars, self.bars = self.bars, []
        parts = [] if self.peek() == CLOSERS[opening] else [self.argument()]
        while self.accept(",", r"\mid", ";"):
            parts.append(self.argument())
        self.take(CLOSERS[opening])
        self.bars = bars

        def values(env):
            found = []
            for place, part in enumerate(parts):
                if part != r"\dots":
                    found.append(part(env))
                    continue
                (base, first), (other, last) = parts[place - 1].indexed, parts[place + 1].indexed
                if base != other:
                    raise Unreadable("the dots join two different names")
                found += [element(env, base, k) for k in places(env, first(env) + 1, last(env) - 1)]
            return found

        return Node(values)

    def argument(self):
        return self.accept(r"\dots") or self.expression()

    def primary(self):
        token = self.peek()
        if token is None:
            raise Unreadable("the formula ends too early")
        if token.isdigit():
            return self.number()
        if token in ("(", "[", r"\{", "{"):
            return self.delimited()
        if token in ("|", r"\lvert", r"\|"):
            return self.absolute()
        if token == r"\frac":
            return self.fraction()
        if token == r"\sqrt":
            self.take()
            order = self.delimited() if self.peek() == "[" else constant(2)
            return lift(lambda inside, order: mp.root(inside, int(order)))(self.sub(self.group()), order)
        if token == r"\begin":
            return self.cases()
        if token in (r"\underbrace", r"\overbrace", r"\boxed"):
            self.take()
            inside = self.sub(self.group())
            if token != r"\boxed" and self.accept("_", "^"):
                self.group()
            return inside
        if token in (r"\sum", r"\prod"):
            return self.series()
        if token == r"\int":
            return self.integral()
        if token == r"\lim":
            return self.limit()
        if token in (r"\argmin", r"\argmax") or (token in (r"\max", r"\min") and self.peek(1) == "_"):
            return self.extremum()
        if token == r"\nabla":
            return self.gradient()
        if token == r"\#":
            self.take()
            self.take(r"\{")
            index = self.take()
            self.take(":")
            condition = self.within(index, self.condition)
            self.take(r"\}")
            return Node(lambda env: mpf(sum(condition({**env, index: k}) for k in places(env))))
        return self.name()

    def absolute(self):
        token = self.take()
        if token == r"\lvert":
            self.at -= 1
            inside = self.delimited()
        else:
            self.bars.append(token)
            inside = self.expression()
            self.take(token)
            self.bars.pop()
        return MAGNITUDE(inside)

    # -- names, calls, derivatives
    def base(self):
        token = self.take()
        if token in ACCENTS:
            return canonical([token, *self.group()])
        if token.startswith("\\") or token.isalpha():
            return token
        raise Unreadable(f"not a name: {token}")

    def target(self):
        """A name with its subscript and star: (full name, base name, subscript tokens)."""
        base, subscript, star = self.base(), None, ""
        for _ in range(2):
            if self.peek() == "_" and subscript is None:
                self.take()
                subscript = self.group()
            elif self.peek() == "^" and not star:
                mark = self.at
                self.take()
                star = " ^ " + canonical(self.group())
                if star != " ^ *" and not self.known(base + star):  # a power, not a part of the name
                    self.at, star = mark, ""
        name = base + star
        full = name + " _ " + canonical(subscript) if subscript else name
        return full, name, subscript

    def known(self, full):
        return full in self.bound or full in self.symbols.scalars

    def family(self, base):
        """The function whose subscript is one of its arguments, as in \\ell_\\delta(e, \\delta)."""
        for name, parameters in self.symbols.functions.items():
            if name.removeprefix(base + " _ ") in parameters:
                return name
        return None

    def name(self):
        mark = self.at
        full, base, subscript = self.target()
        if base in AVERAGES | INDICATORS and not (self.known(full) or full in self.symbols.functions):
            return self.expectation(base, subscript)
        if base in FUNCTIONS and base not in self.symbols.functions:
            return self.function(base, subscript)
        primes = 0
        while self.accept("'"):
            primes += 1
        if full in self.symbols.functions and (self.peek() == "(" or primes or not self.known(full)):
            if self.peek() == "^":
                raise Unreadable(f"{full}^: an inverse or a power? Write the arguments first")
            given = self.arguments() if self.peek() == "(" else constant([])
            return Node(lambda env: call(env, full, given(env), order=primes))
        if subscript and self.peek() == "(" and (function := self.family(base)):  # \ell_{2\delta}(e)
            setting, given = self.sub(subscript), self.arguments()
            parameter = function.removeprefix(base + " _ ")
            return Node(lambda env: call({**env, parameter: setting(env)}, function, given(env)))
        if primes:
            raise Unreadable(f"{full} with a prime is no function of the entry")
        if self.known(full):
            if self.peek() == "(" and ")" in self.tokens[self.at + 2 : self.at + 4]:
                raise Unreadable(f"{full}(...): a product or a function? Give the entry a symbol {full}(...)")
            return Node(lambda env: value(env, full))
        if subscript and base in self.symbols.indexed:
            index = self.sub(subscript)
            return Node(lambda env: element(env, base, index(env)), indexed=(base, index))
        if full in CONSTANTS:
            return Node(lambda env: +CONSTANTS[full])  # + rounds it to the digits in use
        raise Unreadable(f"no symbol {full} in the entry (at {' '.join(self.tokens[mark : mark + 6])})")

    def function(self, name, base):
        apply = FUNCTIONS[name]
        if base is not None and name != r"\log":
            raise Unreadable(f"{name} with a subscript")
        power = self.sub(self.group()) if self.accept("^") else None
        if self.peek() in ("(", r"\{", "["):
            given = self.arguments()
        else:
            number, node = (self.peek() or "").isdigit(), self.power()
            while self.starts_factor() and self.peek() not in FUNCTIONS:
                if not number or self.peek() in {*CLOSERS, "|", r"\sum", r"\prod", r"\int"}:
                    raise Unreadable(f"how far does {name} reach? Write parentheses or a \\cdot")
                node = MULTIPLY(node, self.power())  # \log 2\pi\sigma^2
            given = lift(lambda value: [value])(node)
        node = lift(lambda values: apply(*values))(given)
        if base is not None:
            node = DIVIDE(node, lift(mp.log)(self.sub(base)))
        return node if power is None else POWER(node, power)

    def expectation(self, base, subscript):
        if base in INDICATORS:
            if self.peek() not in CLOSERS:
                raise Unreadable("an indicator needs its condition in brackets")
            return TRUTH(self.delimited("condition"))
        if self.peek() not in ("(", "[", r"\{"):
            raise Unreadable(f"{base} needs brackets")
        if base in PROBABILITY:
            inside = TRUTH(self.delimited("condition"))
        else:
            inside = self.delimited()
        only = set(canonical(subscript).split(r" \sim")[0].strip("() ").split(" , ")) if subscript else None

        def average(env, f):
            names = [k for k, v in env.items() if isinstance(v, Random) and (only is None or k in only)]
            if not names or (only and set(names) != only):
                raise Unreadable(f"{base}: no Random among the symbols for it")

            def over(env, names):
                if not names:
                    return f(env)
                return env[names[0]].mean(lambda v: over({**env, names[0]: v}, names[1:]))

            return over(env, names)

        if base == VARIANCE:
            return Node(lambda env: average(env, lambda e: inside(e) ** 2) - average(env, inside) ** 2)
        return Node(lambda env: average(env, inside))

    def fraction(self):
        self.take(r"\frac")
        top, bottom = self.group(), self.group()
        if bottom[:1] in (["d"], [r"\partial"]) or bottom[:4] == [r"\operatorname", "{", "d", "}"]:
            return self.derivative(top, bottom)
        return DIVIDE(self.sub(top), self.sub(bottom))

    def derivative(self, top, bottom):
        def strip(part):  # the d, its order, what follows
            part = part[4:] if part[0] == r"\operatorname" else part[1:]
            if part[:1] != ["^"]:
                return 1, part
            reader = Reader(self.symbols)
            reader.tokens, reader.at = part, 1
            return int("".join(reader.group())), part[reader.at :]

        if top[:1] != bottom[:1]:
            raise Unreadable("a derivative with two kinds of d")
        order, body = strip(top)
        targets = []
        while bottom:
            bottom = strip(bottom)[1]
            reader = Reader(self.symbols)
            reader.tokens, reader.bound = bottom, self.bound
            full, base, subscript = reader.target()
            times = int("".join(reader.group())) if reader.accept("^") else 1
            index = None
            if not self.known(full):
                if not subscript or base not in self.symbols.indexed:
                    raise Unreadable(f"derivative with respect to {full}, which is no symbol of the entry")
                index = self.sub(subscript)
            targets += [(full if index is None else base, index)] * times
            bottom = reader.tokens[reader.at :]
        if len(targets) != order:
            raise Unreadable("the order above and below the line differ")
        if body:
            node = self.sub(body)
            if self.peek() == "(":
                raise Unreadable("arguments after a derivative")
        else:
            node = self.product()
        return Node(lambda env: differentiate(node, env, targets))

    def gradient(self):
        """\\nabla f(x), \\nabla_x f(x, ...): the derivative with respect to x (one dimension)."""
        self.take(r"\nabla")
        by = self.target_of(self.group()) if self.accept("_") else None
        full, _, _ = self.target()
        if full not in self.symbols.functions:
            raise Unreadable(f"\\nabla of {full}, which is no function of the entry")
        place = 0 if by is None else self.symbols.functions[full].index(by)
        given = self.arguments() if self.peek() == "(" else constant([])
        return Node(lambda env: call(env, full, given(env), order=1, place=place))

    def target_of(self, part):
        reader = Reader(self.symbols)
        reader.tokens = part
        return reader.target()[0]

    # -- sums, integrals, limits, minima, cases
    def series(self):
        times = self.take() == r"\prod"
        self.take("_")
        below = Reader(self.symbols)
        below.tokens, below.bound = self.group(), self.bound
        index = below.take()
        condition, first, last = None, constant(1), Node(lambda env: env["n"])
        if below.accept("="):
            first = below.expression()
            self.take("^")
            last = self.sub(self.group())
        elif below.accept(":"):
            below.bound = [*self.bound, index]
            condition = below.condition()
        if below.peek() is not None:
            raise Unreadable(f"under the sum: {' '.join(below.tokens)}")
        body = self.within(index, self.product)

        def run(env):
            here = [{**env, index: k} for k in places(env, first(env), last(env))]
            terms = [body(at) for at in here if condition is None or condition(at)]
            return mp.fprod(terms) if times else sum(terms, mpf(0))

        return Node(run)

    def integral(self):
        """Between its ends, split at 0 and at ± every symbol it contains: there may be kinks."""
        self.take(r"\int")
        self.take("_")
        low = self.sub(self.group())
        self.take("^")
        high = self.sub(self.group())
        mark, depth = self.at, 0
        while depth or not self.differential():
            depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(self.take(), 0)
        inside = {token for token in self.tokens[mark : self.at] if token in self.symbols.scalars}
        variable = self.differential_name()
        self.at = mark
        self.integrals += 1
        body = self.within(variable, self.product)
        self.integrals -= 1
        self.differential_name()

        def run(env):
            a, b = low(env), high(env)
            kinks = {sign * value(env, name) for name in inside - {variable} for sign in (1, -1)}
            with mp.workdps(20):
                ends = sorted({a, b, *(p for p in {*kinks, -8, 0, 8} if a < p < b)})
                return mp.quad(lambda v: body({**env, variable: v}), ends)

        return Node(run)

    def differential_name(self):
        if self.take() == r"\operatorname":
            self.group()
        return self.target()[0]

    def limit(self):
        self.take(r"\lim")
        self.take("_")
        part = self.group()
        arrow = part.index(r"\to")
        variable, goal = self.target_of(part[:arrow]), part[arrow + 1 :]
        side = {"+": 1, "-": -1}.get(goal[-1]) if goal[-2:-1] == ["^"] else None
        goal = self.sub(goal[:-2] if side else goal)
        body = self.within(variable, self.product)

        def run(env):
            point = goal(env)
            near = mp.sign(point) * mpf("1e16") if mp.isinf(point) else point + (side or 1) * mpf("1e-16")
            return body({**env, variable: near})

        return Node(run)

    def extremum(self):
        """\\min_i and \\max_i over 1..n; \\min_c, \\arg\\min_c of a unimodal function over its interval."""
        kind = self.take()
        self.take("_")
        variable = self.target_of(self.group())
        if variable in INDEX and not kind.startswith(r"\arg"):
            body = self.within(variable, self.product)
            best = FUNCTIONS[kind]
            return Node(lambda env: best(body({**env, variable: k}) for k in places(env)))
        span = self.symbols.given.get(variable)
        if not isinstance(span, tuple):
            raise Unreadable(f"{kind} over {variable}: give its range in the entry")
        body, sign = self.product(), -1 if kind.endswith("max") else 1

        def run(env):
            low, high = map(mpf, span)
            ratio = (mp.sqrt(5) - 1) / 2
            while high - low > mpf("1e-18"):
                a, b = high - ratio * (high - low), low + ratio * (high - low)
                if sign * body({**env, variable: a}) < sign * body({**env, variable: b}):
                    high = b
                else:
                    low = a
            best = (low + high) / 2
            return best if kind.startswith(r"\arg") else body({**env, variable: best})

        return Node(run)

    def cases(self):
        self.take(r"\begin")
        if "".join(self.group()) != "cases":
            raise Unreadable("an environment that is neither cases nor aligned")
        rows, otherwise = [], None
        while True:
            node = self.expression()
            for separator in (",", "&", r"\quad"):
                self.accept(separator)
            condition = self.condition()
            self.accept(".", ",")
            if condition is None:
                otherwise = node
            else:
                rows.append((condition, node))
            if not self.accept(r"\\") or self.peek() == r"\end":
                break
        self.take(r"\end")
        self.group()

        def run(env):
            matching = [node for condition, node in rows if condition(env)] or [otherwise]
            if len(matching) != 1 or matching[0] is None:
                raise AssertionError(f"{len(matching)} of the cases apply")
            return matching[0](env)

        return Node(run)


# ---------------------------------------------------------------------------------------- values

LITERAL = re.compile(r"(\d+)(?:\.(\d+))?(?:\\(?:times|cdot)10\^\{?(-?\d+)\}?)?(\\%)?")


def places(env, first=1, last=None):
    """The indices 1 to n, as numbers."""
    return [mpf(k) for k in range(int(first), int(env["n"] if last is None else last) + 1)]


def value(env, name):
    found = env[name]
    if isinstance(found, Random):
        raise Unreadable(f"the random variable {name} outside an expectation")
    return found(env) if isinstance(found, Node) else found


def element(env, base, index):
    if index != int(index):
        raise AssertionError(f"{base} at {index}")
    found = env[base + "_"]
    if isinstance(found, tuple):  # a LaTeX body and its index name
        return found[1]({**env, found[0]: index})
    if callable(found):
        return found(int(index))
    if not 1 <= index <= len(found):
        raise AssertionError(f"{base} has no element {index}")
    return found[int(index) - 1]


def call(env, name, given, order=0, place=0):
    params, body = env[name + "("]
    if len(given) > len(params):
        raise AssertionError(f"{name} takes {len(params)} arguments, {len(given)} are displayed")
    given = [*given, *(value(env, p) for p in params[len(given) :])]

    def at(x):
        full = [*given[:place], x, *given[place + 1 :]]
        if isinstance(body, Node):
            return body({**env, **dict(zip(params, full, strict=True))})
        return mp.mpmathify(body(*full))

    return mp.diff(at, given[place], order) if order else at(given[place])


def differentiate(node, env, targets):
    if not targets:
        return node(env)
    (name, index), rest = targets[0], targets[1:]
    if all(t == targets[0] for t in rest):
        order, rest = len(targets), []
    else:
        order = 1
    if index is None:
        return mp.diff(lambda v: differentiate(node, {**env, name: v}, rest), value(env, name), order)
    k, row = int(index(env)), env[name + "_"]
    if not isinstance(row, list):
        row = [element(env, name, j) for j in places(env)]

    def at(v):
        changed = list(row)
        changed[k - 1] = v
        return differentiate(node, {**env, name + "_": changed}, rest)

    return mp.diff(at, element(env, name, k), order)


def close(a, b):
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b)) + mpf("1e-14")


def compare(relation):
    return {
        "=": close, r"\equiv": close, r"\ne": lambda a, b: not close(a, b),
        r"\lt": lambda a, b: a < b, r"\gt": lambda a, b: a > b,
        r"\le": lambda a, b: a < b or close(a, b), r"\ge": lambda a, b: a > b or close(a, b),
        r"\in": lambda a, b: b(a),
    }[relation]  # fmt: skip


def rounds_to(exact, literal):
    """0.363 stands for everything within half a unit of its last digit."""
    whole, decimals, exponent, percent = LITERAL.fullmatch(literal.lstrip("-")).groups()
    scale = mpf(10) ** (int(exponent or 0) - (2 if percent else 0))
    shown = mpf(f"{whole}.{decimals or 0}") * scale * (-1 if literal.startswith("-") else 1)
    return abs(exact - shown) <= mpf("0.5000001") * scale * mpf(10) ** -len(decimals or "")


def holds(chain, env):
    values = [node(env) for _, node in chain]
    for (_, left), (relation, right), a, b in zip(chain, chain[1:], values, values[1:], strict=False):
        if relation == r"\approx":
            if not (left.literal or right.literal):
                raise Unreadable("\\approx needs a plain number on one side")
            good = rounds_to(a, right.literal) if right.literal else rounds_to(b, left.literal)
        else:
            good = compare(relation)(a, b)
        if not good:
            return False
    return True
