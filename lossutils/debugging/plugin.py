"""For pytest, which finds it by its entry point: the fixture `check_loss`, which fails with the report."""

import pytest


@pytest.fixture
def check_loss():
    """`lossutils.check_loss` that fails the test, with the whole report, where it is not `.ok`.

    It takes what `lossutils.check_loss` takes, and returns the report: `check_loss(my_loss, "logits")` is a
    whole test. What is found and does not fail is printed, so `pytest -rP` shows it.
    """
    from . import check_loss as checked

    def check(*args, **kwargs):
        __tracebackhide__ = True
        report = checked(*args, **kwargs)
        if not report.ok:
            pytest.fail(str(report), pytrace=False)
        print(report)
        return report

    return check
