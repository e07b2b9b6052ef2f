from __future__ import annotations

from email.utils import formatdate

import pytest

from weft.federation import policy
from weft.federation.policy import HORIZON, Verdict, judge, probe_delay, retry_after, retry_delay
from weft.kernel.clock import DAY, HOUR, MINUTE, SECOND


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.DONE),
        (202, Verdict.DONE),
        (301, Verdict.REFUSED),
        (400, Verdict.REFUSED),
        (401, Verdict.DOUBT),
        (403, Verdict.REFUSED),
        (404, Verdict.REFUSED),
        (408, Verdict.LATER),
        (410, Verdict.GONE),
        (413, Verdict.REFUSED),
        (429, Verdict.LATER),
        (500, Verdict.FAULT),
        (501, Verdict.FAULT),
        (502, Verdict.DOWN),
        (503, Verdict.DOWN),
        (504, Verdict.DOWN),
        (522, Verdict.DOWN),
    ],
)
def test_what_an_answer_means(status: int, verdict: Verdict) -> None:
    assert judge(status) is verdict


def test_soon_at_first_then_slowly_for_two_weeks() -> None:
    assert [retry_delay(n, 0) for n in (1, 2, 3)] == [5 * SECOND, 20 * SECOND, 80 * SECOND]
    assert retry_delay(50, 0) == 4 * HOUR
    assert retry_delay(50, 7 * DAY) is not None
    assert retry_delay(1, HORIZON) is None


def test_what_failed_together_does_not_come_back_together() -> None:
    assert retry_delay(1, 0, 0.0) == 4 * SECOND
    assert retry_delay(1, 0, 0.999) == pytest.approx(6 * SECOND, rel=0.01)


def test_probes_become_rare_but_never_stop() -> None:
    assert probe_delay(5) == 10 * MINUTE
    assert probe_delay(6) == 20 * MINUTE
    assert probe_delay(100_000) == policy.SLOWEST


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", 120 * SECOND),
        ("0", SECOND),
        ("99999999999999", policy.AFTER_MOST),
        (formatdate(2_000_000_060, usegmt=True), 60 * SECOND),
        ("soon", None),
        ("-1", None),
        ("", None),
        (None, None),
        ("٣", None),
    ],
)
def test_retry_after(value: str | None, wait: int | None) -> None:
    assert retry_after(value, 2_000_000_000_000) == wait
