"""What an AI knows: documents, cut into passages, found by their words."""
