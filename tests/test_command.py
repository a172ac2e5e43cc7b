"""The frame of the shell command: what it prints without a command, its version, a pipe that closes."""

import os
import re
import subprocess
import sys

import pytest

import lossutils
from lossutils.__main__ import CLOSED_PIPE, main, script
from lossutils.practice import PROBLEMS

PYTHON = [sys.executable, "-m"]


def run(*arguments):
    return subprocess.run(
        [*PYTHON, *arguments], capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_without_a_command_it_shows_its_help_and_claims_nothing(capsys):
    assert main([]) == 2  # 0 says that a loss has passed
    shown = capsys.readouterr().err
    assert "check" in shown and "say what is wrong with a loss" in shown and "lossutils.practice" in shown


def test_help_is_no_mistake(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0 and "say what is wrong with a loss" in capsys.readouterr().out


def test_its_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"lossutils {lossutils.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [["lossutils", "check", "lossutils:mse"], ["lossutils.practice"]],
    ids=" ".join,
)
def test_a_pipe_that_closes_is_no_traceback(arguments):
    read, write = os.pipe()
    os.close(read)  # as `head` does, only earlier
    with open(write, "wb") as pipe:
        found = subprocess.run([*PYTHON, *arguments], stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert (found.returncode, found.stderr) == (CLOSED_PIPE, b"")


def test_the_practice_lists_every_problem():
    found = run("lossutils.practice")
    assert found.returncode == 0, found.stderr
    assert set(re.findall(r"^    (\w+)\(", found.stdout, re.M)) == {*PROBLEMS, "check"}
    assert "\n\nregression\n    huber(pred, target, delta=1.0)\n" in found.stdout


def test_the_script_finds_a_loss_in_the_current_folder(tmp_path, monkeypatch, capsys):
    (tmp_path / "losses_of_mine.py").write_text("from lossutils import mse as mine\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [x for x in sys.path if x])
    monkeypatch.setattr(sys, "argv", ["lossutils", "check", "losses_of_mine:mine", "--pred", "real"])
    assert script() == 0, capsys.readouterr().err
