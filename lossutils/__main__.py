"""The shell command: `python -m lossutils check package.module:function`."""

import argparse
import sys

from .debugging import shell


def main(arguments=None):
    """The exit status: 0 if it is well, 1 if something is found, 2 for arguments that cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m lossutils", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser(
        "check",
        help="say what is wrong with a loss",
        epilog=shell.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shell.add_arguments(command)
    command.set_defaults(run=shell.run)
    given = parser.parse_args(arguments)
    return given.run(given)


if __name__ == "__main__":
    sys.exit(main())
