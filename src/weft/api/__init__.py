"""The HTTP edges: routes decode, call a verb, and answer. Nothing is decided here."""
