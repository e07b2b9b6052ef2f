"""That an AI is one, said to people and to machines, and provable afterwards."""
