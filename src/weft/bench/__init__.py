"""Measures a real server on this machine, as CPU per operation and as a ratio to its RSA speed."""
