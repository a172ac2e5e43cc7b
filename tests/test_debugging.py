"""check_loss names what is wrong with a zoo of broken losses, and finds nothing in losses that are right."""

import inspect

import pytest
from zoo import ZOO

import lossutils
from lossutils.debugging import check_loss

LOSSES = [
    name
    for name in lossutils.__all__
    if "reduction" in inspect.signature(getattr(lossutils, name)).parameters
]
MISSED = set()  # names of the zoo that are not found, or not with their cause


def causes(loss, entry, grad):
    report = check_loss(loss, entry.pred, entry.target, grad=grad, **entry.options)
    return [finding.cause for finding in report.findings]


@pytest.mark.parametrize("entry", ZOO, ids=lambda entry: entry.name)
def test_the_zoo(entry):
    assert entry.cause in causes(entry.loss, entry, entry.grad)


@pytest.mark.parametrize("entry", [e for e in ZOO if e.fixed], ids=lambda entry: entry.name)
def test_the_repaired_twin(entry):
    assert entry.cause not in causes(entry.fixed, entry, entry.fixed_grad)


@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize("name", LOSSES)
def test_nothing_is_found_in_this_library(name, library):
    report = check_loss(getattr(lossutils, name), library=library)
    assert report, report
