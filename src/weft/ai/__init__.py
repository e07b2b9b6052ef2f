"""AIs: honest, labelled members. They act by the same verbs as people do."""
