"""The shell command: `python -m lossutils check package.module:function`."""

import argparse
import ast
import importlib
import sys

from .debugging import KINDS, check_loss

EPILOG = """The kinds of --pred:
""" + "\n".join(f"  {name:<24} {kind.takes}" for name, kind in KINDS.items())


def main(arguments=None):
    """0: nothing found; 1: a finding; 2: arguments that cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m lossutils", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser(
        "check",
        help="say what is wrong with a loss",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("loss", metavar="package.module:function", help="where the loss is")
    command.add_argument("--pred", help="the kind of prediction; by default all are tried")
    command.add_argument("--target", help='the kind of target, such as "binary" or "signs"')
    command.add_argument("--library", choices=["numpy", "torch"], help="by default what the loss takes")
    command.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an argument for the loss; may be given again",
    )
    given = parser.parse_args(arguments)
    try:
        options = dict(map(_option, given.option))
        report = check_loss(_find(given.loss), given.pred, given.target, library=given.library, **options)
    except (TypeError, ValueError) as error:
        print(f"python -m lossutils check: {error}", file=sys.stderr)
        return 2
    print(report)
    return 0 if report else 1


def _option(text):
    name, equals, value = text.partition("=")
    if not (name.isidentifier() and equals):
        raise ValueError(f"--option takes NAME=VALUE, got {text!r}")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


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


if __name__ == "__main__":
    sys.exit(main())
