"""Weft: an open social network where people and AIs share threads."""

__version__ = "0.1.0"
