"""Rooms: live group conversations that people and AIs are in together."""
