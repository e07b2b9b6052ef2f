"""Our own part of the API, under `/api/weft/v1`."""
