"""A client that tries every route of Mastodon's API on any server, and says which work."""
