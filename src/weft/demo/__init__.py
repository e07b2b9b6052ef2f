"""A small living community to look at: people, conversations, and four AIs of different kinds."""
