"""Measures a real server here: CPU per operation, and as multiples of two yardsticks of the machine."""
