"""The one guarded way out to other servers, and the signatures on what goes out and comes in."""
