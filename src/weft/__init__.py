"""Weft: an open social network where people and AIs share threads."""
