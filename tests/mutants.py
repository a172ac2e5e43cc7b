"""make mutants: does a test notice when one operator, number or condition of the library is changed?

    python tests/mutants.py [--sample 300] [--seed 0] [--only ranking] [--minutes 60]

A mutant is one change in one function. The tests are collected once; each mutant then runs in a fork of that
process, in which the changed code has taken the place of the old one: first the tests of the losses that the
changed function is part of, those of its module after them, up to the first failure. A change outside of a
function (a rule, a default, a constant) runs in a copy of the project. Survivors are printed; the exit status
is 1 if fewer than 98 % are killed of those that are not in EQUIVALENT, the changes that change no result.

Not mutated: practice, debugging, figures and catalog (tables and tools for readers, with their own tests),
docstrings, and messages of errors.
"""

import argparse
import ast
import copy
import gc
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import CodeType, FunctionType

import pytest

import lossutils

ROOT = Path(__file__).parents[1]
SHARED = "loss numerics engine/rules engine/shapes engine/prepare engine/evaluate engine/autograd".split()
FAMILIES = "regression classification margin imbalance metric_learning ranking custom".split()
MODULES = [*SHARED, *FAMILIES]
TESTS = ["core", "contract", "engine", *FAMILIES, "docstrings"]
# What all losses share is tried on these alone: one of each kind.
EACH_KIND = {
    *("mse", "quantile", "bce_with_logits", "cce", "cross_entropy", "dice", "ordinal", "ranknet"),
    *("triplet", "contrastive", "info_nce", "batch_hard_triplet"),
}
ANY = re.compile("|".join(rf"(?<![a-z_]){name}(?![a-z_])" for name in lossutils.__all__))
AT_IMPORT = {"loss", "loss.<locals>.decorate", "Loss.__init__", "Loss._method", "Signature.__init__"}
SLOW = re.compile(
    "mpmath|beyond_one|half_precision|memory|order|transforms|mined|changed_sign|gradcheck|large"
)

# Changes that change no result: (module, what stands in the changed line, why). Only survivors are looked up.
EQUIVALENT = [
    ("classification margin imbalance", r"axis=1\b", "a formula sees (N, K): its last axis is axis 1"),
    ("ranking", r"pairwise=False", "blocks of another size: memory, not numbers"),
    ("metric_learning", r"def slices\(", "blocks of another size: memory, not numbers"),
    ("metric_learning", r"xp\.where\(x < 0", "at 0 both are 0; a kink has no curvature"),
    ("metric_learning", r"- lost|- 0 \* xp\.sum", "0 or NaN"),
    ("custom", r"x >= -0\.7|-1\.7 \*|0\.3 \*", "both formulas are right on both sides near the border"),
    ("regression", r"clip\(error, -1, 1\)", "a size is not negative"),
    ("margin", r"-2 / target", "1 / ±1 is ±1"),
]


def reason(mutant):
    module, _, _, after, _ = mutant
    return next(
        (why for m, pattern, why in EQUIVALENT if module in m.split() and re.search(pattern, after)), None
    )


# ---------------------------------------------------------------------------------------- mutants

OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.Mod: ast.Add, ast.FloorDiv: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.MatMult: ast.Mult,
}  # fmt: skip
NAMES = {
    "maximum": "minimum", "minimum": "maximum", "max": "min", "min": "max", "argmax": "argmin", "any": "all",
    "argmin": "argmax", "all": "any", "zeros_like": "ones_like", "ones_like": "zeros_like", "log1p": "log",
    "expm1": "exp", "sum": "max", "sigmoid": "log_sigmoid", "log_sigmoid": "sigmoid", "exp": "expm1",
    "abs": "float",
    "softmax": "log_softmax", "log_softmax": "softmax", "floor": "ceil", "zeros": "ones",
}  # fmt: skip


def changes(node):
    """Copies of a node with one change."""

    def with_(**fields):
        new = copy.copy(node)
        for key, value in fields.items():
            setattr(new, key, value)
        return new

    if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in OPERATORS:
        yield with_(op=OPERATORS[type(node.op)]())
    if isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
        yield with_(op=OPERATORS[type(node.op)]())
    if isinstance(node, ast.Compare):
        for k, op in enumerate(node.ops):
            yield with_(ops=[*node.ops[:k], OPERATORS[type(op)](), *node.ops[k + 1 :]])
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield with_(test=ast.UnaryOp(ast.Not(), node.test))
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield with_(value=node.value + 1)
        yield with_(value=node.value - 1)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield with_(value=not node.value)
    if isinstance(node, ast.Constant) and node.value in ("mean", "none", "sum"):
        yield with_(value="sum" if node.value == "mean" else "mean")
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield with_(attr=NAMES[node.attr])
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            yield with_(func=ast.Name(NAMES[node.func.id], ast.Load()))
        for k in range(len(node.keywords)):
            yield with_(keywords=node.keywords[:k] + node.keywords[k + 1 :])
        symmetric = getattr(node.func, "attr", "") in ("maximum", "minimum")
        if len(node.args) == 2 and not symmetric:
            yield with_(args=node.args[::-1])
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Raise, ast.Continue)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield ast.Pass()
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and node.slice.lower:
        yield with_(slice=ast.Slice(None, node.slice.upper, node.slice.step))


def mutants(module, wanted=None):
    """(line, before, after, tree) for the changes of a module with these numbers; None for each without."""
    tree = ast.parse((ROOT / f"lossutils/{module}.py").read_text("utf-8"))
    number = 0

    def walk(node, parent_statement):
        nonlocal number
        for field, value in ast.iter_fields(node):
            children = value if isinstance(value, list) else [value]
            for k, child in enumerate(children):
                if not isinstance(child, ast.AST) or skipped(node, field, child):
                    continue
                statement = child if isinstance(child, ast.stmt) else parent_statement
                for new in changes(child):
                    number += 1
                    if wanted is None:
                        yield None
                    elif number - 1 in wanted:
                        ast.copy_location(new, child)
                        before = shown(statement)
                        put(node, field, k, new)
                        mutated = ast.fix_missing_locations(copy.deepcopy(tree))
                        after = shown(new if child is statement else statement)
                        put(node, field, k, child)
                        yield getattr(child, "lineno", statement.lineno), before, after, mutated
                yield from walk(child, statement)

    yield from walk(tree, tree)


def put(node, field, k, new):
    if isinstance(getattr(node, field), list):
        getattr(node, field)[k] = new
    else:
        setattr(node, field, new)


def skipped(node, field, child):
    message = isinstance(node, ast.Raise) or isinstance(child, (ast.JoinedStr, ast.Import, ast.ImportFrom))
    return message or field in ("annotation", "returns")


def shown(node):
    """The first line of a statement, without its body."""
    return ast.unparse(node).splitlines()[0] if not isinstance(node, ast.Module) else ""


# ---------------------------------------------------------------------------------------- in a fork


def codes(code):
    """{(qualified name, line): code} of a code object and all in it."""
    found = {}
    for inner in [code, *(c for c in code.co_consts if isinstance(c, CodeType))]:
        if inner is not code:
            found.update(codes(inner))
    return {(code.co_qualname, code.co_firstlineno): code, **found}


def differs(a, b):
    """In what a code object does itself, its inner ones left out."""
    return (
        a.co_code != b.co_code
        or a.co_names != b.co_names
        or a.co_varnames != b.co_varnames
        or [(type(c), c) for c in a.co_consts if not isinstance(c, CodeType)]
        != [(type(c), c) for c in b.co_consts if not isinstance(c, CodeType)]
    )


def patch(module, tree):
    """Give the living functions of a module the code of a mutant; False if it is not in a function."""
    path = str(ROOT / f"lossutils/{module}.py")
    old, new = codes(compile(Path(path).read_text("utf-8"), path, "exec")), codes(compile(tree, path, "exec"))
    if old.keys() != new.keys() or differs(old["<module>", 1], new["<module>", 1]):
        return False
    changed = [key for key in old if differs(old[key], new[key])]
    if any(name in AT_IMPORT for name, _ in changed):  # they have run already
        return False
    living = {}
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename == path:
            key = thing.__code__.co_qualname, thing.__code__.co_firstlineno
            living.setdefault(key, []).append(thing)
    for name, line in changed:  # the function itself, or the one that it is in
        holders = [key for key in living if key in new and (name + ".").startswith(key[0] + ".")]
        holders = [key for key in holders if key == (name, line) or key[0] != name]
        if not holders:
            return False
        for key in holders:
            for function in living[key]:
                function.__code__ = new[key]
    return bool(changed)


class Session:
    """A pytest plugin: in place of running the tests once, run them once a mutant."""

    def __init__(self, chosen, minutes):
        self.chosen, self.until, self.results, self.failed = chosen, time.time() + 60 * minutes, [], False

    def pytest_runtest_logreport(self, report):
        if report.failed and not self.failed:
            self.failed = True
            if os.environ.get("MUTANTS_LOG"):
                with open(os.environ["MUTANTS_LOG"], "a") as log:
                    log.write(f"    {report.nodeid}: {str(report.longrepr)[-200:]!r}\n")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        for mutant in self.chosen:
            if time.time() > self.until:
                break
            items = relevant(session.items, mutant)
            start = time.time()
            self.results.append((mutant, self.outcome(session, mutant, items)))
            report(*self.results[-1], time.time() - start)
        return True

    def outcome(self, session, mutant, items):
        module, _, _, _, tree = mutant
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1), os.dup2(null, 2)
            try:
                limit_memory()
                patched = patch(module, tree)
            except ValueError:  # other free variables: it cannot take the old one's place
                patched = False
            try:
                code = self.run(session, items) if patched else 3
            except BaseException:
                code = 1
            os._exit(code)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return "killed (time)" if os.WTERMSIG(status) == signal.SIGALRM else "killed (crash)"
        code = os.WEXITSTATUS(status)
        return in_a_copy(mutant) if code == 3 else {0: "SURVIVED", 1: "killed"}[code]

    def run(self, session, items):
        for item, after in zip(items, [*items[1:], None], strict=True):
            signal.alarm(120)
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if self.failed:
                return 1
        return 0


def relevant(items, mutant):
    """Those that name a loss which the changed function is part of, and those of its module."""
    module, line, *_ = mutant
    names = losses_of(module, line)
    pattern = re.compile("|".join(rf"(?<![a-z_]){n}(?![a-z_])" for n in names))
    mine = f"test_{module}.py"
    found = []
    for k, item in enumerate(items):
        path = item.nodeid.split("::")[0]
        in_module = path.endswith((mine, f"lossutils/{module}.py"))
        if module in SHARED and "mpmath" in item.nodeid:
            continue
        named = pattern.search(item.nodeid) or not ANY.search(item.nodeid)
        if in_module or (
            named and path.endswith(("contract.py", "docstrings.py", "core.py", "engine.py", "learning.py"))
        ):
            first = path.startswith("lossutils") or "finite_differences" in item.nodeid
            order = bool(SLOW.search(item.nodeid)), not first, not named, random.Random(item.nodeid).random()
            found.append((*order, k))
    return [items[place[-1]] for place in sorted(found)]


def losses_of(module, line):
    """The public functions that the function at a line is part of; one of each kind for what all share."""
    trees = {m: ast.parse((ROOT / f"lossutils/{m}.py").read_text("utf-8")) for m in (*FAMILIES, "numerics")}
    uses, found = {}, set()
    for m, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                uses[node.name] = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                if m == module and first <= line <= node.end_lineno:
                    found.add(node.name)
    more = set(found)
    while more:
        more = {user for user, used in uses.items() if used & more} - found
        found |= more
    found &= set(lossutils.__all__)
    return found | EACH_KIND if module in SHARED or not found else found


def limit_memory():
    """A mutant that never stops must not take the machine along."""
    limit = (
        2**33 + int(Path("/proc/self/statm").read_text().split()[0]) * 4096 if sys.platform == "linux" else 0
    )
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


# ---------------------------------------------------------------------------------------- in a copy


COPY = []


def in_a_copy(mutant):
    module, line, _, _, tree = mutant
    if not COPY:
        COPY.append(Path(tempfile.mkdtemp(prefix="mutants-")))
        for path in subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines():
            (COPY[0] / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, COPY[0] / path)
    target = COPY[0] / f"lossutils/{module}.py"
    target.write_text(ast.unparse(tree))
    names = losses_of(module, line)
    files = ["contract", "metric_learning", "core", "engine", "docstrings", *[module] * (module in FAMILIES)]
    files = [f"tests/test_{name}.py" for name in dict.fromkeys(files)] + [f"lossutils/{module}.py"]
    words = ["-k", " or ".join(names)]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files, *words]
    try:
        result = subprocess.run(
            command, cwd=COPY[0], env={**os.environ, "PYTHONPATH": str(COPY[0])}, capture_output=True,
            check=False, timeout=1800, preexec_fn=limit_memory,
        )  # fmt: skip
        outcome = {0: "SURVIVED", 1: "killed"}.get(result.returncode, "killed (no start)")
    except subprocess.TimeoutExpired:
        outcome = "killed (time)"
    shutil.copy(ROOT / f"lossutils/{module}.py", target)
    return outcome


def report(mutant, outcome, seconds):
    module, line, before, after, _ = mutant
    if os.environ.get("MUTANTS_LOG"):
        with open(os.environ["MUTANTS_LOG"], "a") as log:
            log.write(f"{seconds:6.1f} {outcome:15} {module}:{line} {before} -> {after}\n")
    if outcome == "SURVIVED":
        why = reason(mutant)
        print(f"{'equivalent' if why else outcome}: lossutils/{module}.py:{line}\n    {before}\n    {after}\n"
              f"    {why or ''}", flush=True)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    every = [(m, k) for m in MODULES if options.only in m for k, _ in enumerate(mutants(m))]
    numbers = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    chosen = [(m, *rest) for m in MODULES for rest in mutants(m, {k for name, k in numbers if name == m})]
    random.Random(options.seed).shuffle(chosen)
    print(f"{len(chosen)} of {len(every)} mutants", flush=True)
    session = Session(chosen, options.minutes)
    files = [ROOT / f"tests/test_{name}.py" for name in TESTS] + [ROOT / f"lossutils/{m}.py" for m in MODULES]
    pytest.main(["-q", "-p", "no:cacheprovider", "-s", *map(str, files)], plugins=[session])
    survived = [m for m, outcome in session.results if outcome == "SURVIVED"]
    new = [m for m in survived if not reason(m)]
    tried = len(session.results) - len(survived) + len(new)
    print(f"{len(session.results)} tried, {len(survived) - len(new)} change no result: "
          f"{tried - len(new)} of {tried} killed, {(tried - len(new)) / max(tried, 1):.1%}")  # fmt: skip
    sys.exit(len(new) > 0.02 * tried)


if __name__ == "__main__":
    main()
