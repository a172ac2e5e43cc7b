"""The shell command: `python -m lossutils check package.module:function`."""

import argparse
import ast
import importlib
import os
import sys

from . import __version__
from .debugging import KINDS, check_loss

EPILOG = """The kinds of --pred:
""" + "\n".join(f"  {name:<24} {kind.takes}" for name, kind in KINDS.items())


def main(arguments=None):
    """0: nothing found; 1: a finding; 2: arguments that cannot be used, or none."""
    parser = argparse.ArgumentParser(
        prog="python -m lossutils",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Also: python -m lossutils.practice lists the problems of the course.",
    )
    parser.add_argument("--version", action="version", version=f"lossutils {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command", title="commands")
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
    if given.command is None:  # 0 would say that nothing is wrong
        parser.print_help(sys.stderr)
        return 2
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


CLOSED_PIPE = 128 + 13  # what a shell reports of a program that SIGPIPE ends: no verdict of `check`


def run(command=main):
    """A command that may print to a pipe that closes: `python -m lossutils check ... | head`."""
    try:
        try:
            return command()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the end of Python
        return CLOSED_PIPE


def script():
    """The console script `lossutils`, which finds a loss in the current folder, as `python -m` does."""
    sys.path.insert(0, os.getcwd())
    return run()


if __name__ == "__main__":
    sys.exit(run())
