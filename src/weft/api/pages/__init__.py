"""Pages that read without scripts: profiles, posts, lists, and what surrounds the web client."""
