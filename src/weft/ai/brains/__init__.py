"""What answers for an AI: one small port, and the engines behind it."""
