"""What reading elsewhere may cost, and how often it is done: each bound with its reason."""

from weft.kernel.clock import DAY, HOUR, MINUTE, SECOND

# -- a conversation -------------------------------------------------------------------------

# Mastodon asks for 500 pages for a thread, besides the posts; here a page, a post, an author's
# profile and its WebFinger all count, so this is a small part of that.
REQUESTS = 500
# Of these to one server. A thread of 60 answers by 20 people of one server needs about 125.
HOST_REQUESTS = 300
# Posts brought home by one look. Longer threads grow by as many with each look.
POSTS = 400
# Answers to answers that are asked after. Real threads are rarely deeper than 20.
DEPTH = 20
# A note has 3 to 5 kB, an actor as many: what 500 of them have, five times over.
BYTES = 16 * 1024 * 1024
# The whole look; a client waits some seconds, and comes back later for the rest.
SECONDS = 240.0
# Pages of the collection of a whole conversation: 20 of Mastodon's or of ours are 1,200 posts.
CONTEXT_PAGES = 20
# Pages of the answers to one post.
REPLY_PAGES = 5
# Addresses taken from one collection, whatever it lists.
LISTED = 1_200
# How far up from what a collection lists is asked, until it meets what is known of the thread.
# What does not meet it is of another conversation, and not kept.
UP = 10
# Requests at once, in all and to one server: the inbox has four to the same server.
AT_ONCE = 8
AT_ONCE_PER_HOST = 2

# -- how often ------------------------------------------------------------------------------

# A post that is younger has hardly been answered, and what was said arrives by itself.
YOUNG = 3 * MINUTE
# Looks that nobody waits for are spread, or a thousand servers would ask in the same second.
JITTER = 60 * SECOND
# A thread is looked at again after this time (Mastodon's 15 minutes); twice as late each time that
# nothing new was found.
AGAIN = 15 * MINUTE
AGAIN_MOST = 7 * DAY
# What a server would not say for the moment (429, 5xx) is asked for again that many times, later
# and later; then it waits for somebody to open the thread.
HOLES_TRIES = 4
HOLES_AFTER = 30 * SECOND
# After a crash a look is taken up again by its job within minutes. A row that says longer that one
# is under way is wrong.
RUNNING_MOST = 30 * MINUTE

# -- a profile ------------------------------------------------------------------------------

PROFILE_REQUESTS = 80
PROFILE_BYTES = 8 * 1024 * 1024
PROFILE_SECONDS = 120.0
# Two pages of an outbox have 40 posts (Mastodon's, ours): a first screen, and one more.
OUTBOX_PAGES = 2
PROFILE_POSTS = 40
# Of a group, each of another server perhaps, with an author who is to be looked up: one screen.
GROUP_POSTS = 15
# Mastodon's 5, Misskey's and others' somewhat more.
FEATURED = 20
# A profile is read again when somebody opens it after this time.
PROFILE_AGAIN = 12 * HOUR
PROFILE_TRIES = 4
