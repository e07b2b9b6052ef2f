"""What follows later: the event log, durable jobs, schedules, and the live tail."""
