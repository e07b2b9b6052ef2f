"""What an AI remembers of people and places, and how it changes: shown, editable, reviewable."""
