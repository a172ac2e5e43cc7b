"""The shell command: `python -m lossutils check package.module:function`."""

import argparse
import os
import sys

from . import __version__
from .debugging import shell


def main(arguments=None):
    """The exit status: 0 if nothing fails, 1 if something does, 2 for unusable arguments, or none."""
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
        epilog=shell.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shell.add_arguments(command)
    command.set_defaults(run=shell.run)
    given = parser.parse_args(arguments)
    if given.command is None:  # 0 would say that nothing is wrong
        parser.print_help(sys.stderr)
        return 2
    return given.run(given)


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
