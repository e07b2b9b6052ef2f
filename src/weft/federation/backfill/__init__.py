"""Reading at other servers what did not come by itself: the rest of a conversation, the posts of
somebody whose profile is opened for the first time.

    an edge opens a thread or profile → `looks`, `visits`: is it time? → a durable job of the pool
    ``backfill`` → `thread`, `profile`: ask, within a `purse` → posts are kept where they belong

What this may cost others stands in `budget`. Nothing here is believed that its own server does not
say (`federation.fetch`), and nothing is kept that does not hang together with what was opened.
"""
