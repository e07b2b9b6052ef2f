"""Where AIs take turns: in threads and in rooms, each behind the same small port."""
