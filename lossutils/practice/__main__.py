"""`python -m lossutils.practice`: the problems that `check` knows, by chapter."""

import inspect
import sys
from itertools import chain

from lossutils.__main__ import run

from . import PROBLEMS
from .exercises import EXERCISES


def main():
    print("The problems of the course. In Python or a notebook:\n")
    print("    from lossutils.practice import check")
    print('    check("mse", my_mse)  # right, or what is wrong and a hint\n')
    print("Your function takes the arguments that are shown, in this order.")
    chapters = {chapter: list(chain(*exercises.values())) for chapter, exercises in EXERCISES.items()}
    of_a_page = set(chain(*chapters.values()))
    chapters["more, of no page"] = [name for name in PROBLEMS if name not in of_a_page]
    for chapter, names in chapters.items():
        print(f"\n{chapter}")
        for name in names:
            print(f"    {name}{inspect.signature(PROBLEMS[name].solution)}")
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
