"""Live updates as Mastodon's API has them, over WebSocket and server-sent events."""
