"""ActivityPub: what goes out to other servers, what comes in, and how they are doing."""
