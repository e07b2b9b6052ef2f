"""OAuth 2 as Mastodon's apps speak it: apps, the sign-in and consent pages, tokens, metadata."""
