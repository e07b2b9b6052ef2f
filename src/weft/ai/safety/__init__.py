"""What keeps an AI from harm: budgets, approvals, hand-over to people, guards, red-team suites."""
