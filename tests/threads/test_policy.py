from __future__ import annotations

import pytest

from weft.kernel.clock import DAY
from weft.threads.policy import USUAL, Policy, Sender, Verdict, decide

NOW = 1_000 * DAY
OLD = NOW - 400 * DAY
STRANGER = Sender(created_at=OLD)


@pytest.mark.parametrize(
    ("policy", "sender", "verdict"),
    [
        (USUAL, STRANGER, "accept"),
        (USUAL, Sender(created_at=OLD, limited=True), "filter"),
        (USUAL, Sender(created_at=OLD, limited=True, followed=True), "accept"),
        (USUAL, Sender(created_at=OLD, limited=True, trusted=True), "accept"),
        (Policy(for_not_following="filter"), STRANGER, "filter"),
        (Policy(for_not_following="filter"), Sender(created_at=OLD, followed=True), "accept"),
        (Policy(for_not_followers="filter"), STRANGER, "filter"),
        (
            Policy(for_not_followers="filter"),
            Sender(created_at=OLD, follows_since=NOW - 4 * DAY),
            "accept",
        ),
        (
            Policy(for_not_followers="filter"),
            Sender(created_at=OLD, follows_since=NOW - 2 * DAY),
            "filter",  # follows only to be heard, perhaps
        ),
        (Policy(for_new_accounts="drop"), Sender(created_at=NOW - 29 * DAY), "drop"),
        (Policy(for_new_accounts="drop"), Sender(created_at=NOW - 31 * DAY), "accept"),
        (Policy(for_new_accounts="drop"), Sender(created_at=NOW, followed=True), "accept"),
        (Policy(for_private_mentions="filter"), Sender(created_at=OLD, unasked=True), "filter"),
        (Policy(for_private_mentions="filter"), STRANGER, "accept"),
        (
            Policy(for_not_following="filter", for_not_followers="drop"),
            STRANGER,
            "drop",  # the strictest one counts
        ),
    ],
)
def test_the_policy_is_asked_about_whoever_causes_it(
    policy: Policy, sender: Sender, verdict: Verdict
) -> None:
    assert decide(policy, sender, NOW) == verdict
