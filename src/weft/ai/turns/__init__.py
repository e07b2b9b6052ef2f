"""When does an AI speak? The learned gate: pure, without a database, fed line by line."""
