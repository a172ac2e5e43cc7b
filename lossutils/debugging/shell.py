"""The command `check` for a shell: which arguments it takes, what it prints, and its exit status."""

import ast
import importlib
import sys

from . import KINDS, check_loss

EXIT = """Exit status: 0 if no error is found (with --strict: no warning either, and the kind is known);
1 if one is; 2 if the loss or the arguments cannot be used."""
EPILOG = f"""{EXIT}

The kinds of --pred:
""" + "\n".join(f"  {name:<24} {kind.takes}" for name, kind in KINDS.items())


def add_arguments(command):
    command.add_argument("loss", metavar="package.module:function", help="where the loss is")
    command.add_argument("--pred", help="the kind of prediction; by default it is guessed")
    command.add_argument("--target", help='the kind of target, such as "binary" or "signs"')
    command.add_argument("--library", choices=["numpy", "torch"], help="by default what the loss takes")
    command.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an argument for the loss; may be given again",
    )
    command.add_argument(
        "--strict", action="store_true", help="warnings fail, and so does a guess of the kind"
    )
    command.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="CAUSE=REASON",
        help="a finding that is expected, and why; may be given again",
    )
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the report as JSON")
    form.add_argument("--github", action="store_true", help="print annotations for GitHub Actions")


def run(given):
    """The exit status, after the report is printed."""
    try:
        options = dict(_pair(text, "option") for text in given.option)
        options = {name: _value(value) for name, value in options.items()}
        ignore = dict(_pair(text, "ignore") for text in given.ignore)
        report = check_loss(
            _find(given.loss),
            given.pred,
            given.target,
            library=given.library,
            strict=given.strict,
            ignore=ignore,
            **options,
        )
    except (TypeError, ValueError) as error:
        print(f"python -m lossutils check: {error}", file=sys.stderr)
        return 2
    print(report.as_json() if given.json else report.as_annotations() if given.github else report)
    return 0 if report.ok else 1


def _pair(text, argument):
    name, equals, value = text.partition("=")
    if not (name.replace("-", "_").isidentifier() and equals):
        form = "CAUSE=REASON" if argument == "ignore" else "NAME=VALUE"
        raise ValueError(f"--{argument} takes {form}, got {text!r}")
    return name, value


def _value(text):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _find(place):
    module, colon, path = place.partition(":")
    if not (module and colon and path):
        raise ValueError(f"say where the loss is as package.module:function, got {place!r}")
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise ValueError(f"cannot import {module}: {error}") from None
    for name in path.split("."):
        if not hasattr(found, name):
            raise ValueError(f"{module} has no {path}")
        found = getattr(found, name)
    return found
