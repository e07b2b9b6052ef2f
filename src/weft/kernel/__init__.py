"""Small pure things everything stands on: ids, clock, errors. Only the standard library and msgspec."""
