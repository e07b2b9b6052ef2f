"""The Mastodon client API: https://docs.joinmastodon.org/api/"""
