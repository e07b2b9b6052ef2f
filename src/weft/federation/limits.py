"""How much a stranger may send: each bound with its reason.

Where Mastodon publishes a value (FEDERATION.md, "Size limits"), it is the same here, so that what
it accepts is accepted. *Refused* means the activity is answered with an error, *cut* that it is
shortened, *left out* that the rest of it is kept.
"""

from weft.kernel.clock import DAY, HOUR, MINUTE, SECOND

# -- documents ------------------------------------------------------------------------------

# Mastodon's bound for a document, 413 beyond it.
DOCUMENT_BYTES = 1024 * 1024
# Real activities nest about 8 deep. Refused beyond: each level costs a stack frame somewhere.
DEPTH = 32
# As long as the guard of `net` follows, and Mastodon's bound for ids. Refused.
URI_CHARS = 2_048

# -- accounts -------------------------------------------------------------------------------

# Mastodon's; real ones have at most 64 characters. Refused.
USERNAME_CHARS = 2_048
# A DNS name, and room for a port. Refused.
DOMAIN_CHARS = 255
# Mastodon's bound for other names of an account. The rest is left out.
ALSO_KNOWN_AS = 256
# Mastodon's bound for keys of an actor. The rest is left out.
KEYS = 10
# What an AI says about itself, its operator's name, its model's: one line each. Cut.
DISCLOSURE_CHARS = 500
OPERATOR_CHARS = 255
MODEL_CHARS = 255

# -- posts ----------------------------------------------------------------------------------

# A megabyte of text cannot be read on a phone: GoToSocial's longest allowed post is far below.
# What is longer becomes its beginning and a link.
HTML_CHARS = 100_000
# A content warning is a line. Cut.
SPOILER_CHARS = 1_000
TITLE_CHARS = 500
# What an AI names as its sources: ours names at most 8. The rest is left out.
SOURCES = 16
# The words that a source was quoted with: a pointer to the place, not a copy of it. Cut.
QUOTE_CHARS = 1_000
# Names in `tag` that are looked at. One message can call a whole server, but not through us.
TAG_ENTRIES = 256
# Each mention is a look-up and perhaps a notification; also the bound for what is written here.
MENTIONS = 50
# Single actors that a policy of who may do what names: as many as are mentioned, twice.
POLICY_ENTRIES = 100
HASHTAGS = 50
EMOJIS = 100
# Mastodon refuses beyond it; here such an emoji stays the text that it was.
SHORTCODE_CHARS = 2_048
# Mastodon shows 4 of its own and takes up to 16 of others (Pixelfed sends 10, Misskey 16).
ATTACHMENTS = 16
# Servers put a base-83 string of at most 9 x 9 components here: 166 characters.
BLURHASH_CHARS = 120
# Misskey's polls have 10 options, Pleroma's 20. Of more the first ones are kept, and a link.
POLL_OPTIONS = 20
# Pleroma's 200 and room for other people's ideas. Cut.
POLL_OPTION_CHARS = 500
# A reaction is one emoji, or the name of a picture. Longer is none, and counts as a like.
REACTION_CHARS = 300
# Further languages of one post. The rest is left out.
LANGUAGES = 10
# Addressees in to and cc. Beyond it a message is no message.
ADDRESSEES = 1_000
# BCP 47 tags in use have at most 12 characters. Left out beyond the column.
LANGUAGE_CHARS = 20

# -- fetching -------------------------------------------------------------------------------

# How far up a thread is followed for one reply. Deeper ones are rare, and a chain made to be
# endless ends here.
ANCESTORS = 30
# And how long: a reply is shown without what is above it rather than much later.
ANCESTORS_SECONDS = 60.0
# Requests to one host at once. A thread with 30 voices from one server is then four rounds.
FETCHES_PER_HOST = 4
# Strangers choose what is fetched: by keys, replies, boosts. Whoever sends ten thousand messages that
# name things at one server must not have us ask it ten thousand times. A large one is asked for some
# hundred things a minute when much of it is boosted here; what is more waits.
FETCHES_A_MINUTE = 600
# Actors looked up while their request waits. Beyond it the sender is asked to come again (503).
INLINE_LOOKUPS = 32
INLINE_SECONDS = 8.0
# A second look at a key after a signature failed: once per actor in this time, and so many per
# host and minute, so that bad signatures do not become our requests to somebody's server.
KEY_REFRESH_AFTER = 5 * MINUTE
KEY_LOOKUPS_PER_HOST = 60
KEY_LOOKUPS_IN = MINUTE
# To whom a key belongs that stands at an address of its own. It is looked at each time anyway.
KEY_OWNERS_FOR = DAY
# A host that refused both kinds of signature: until it is asked in two ways again.
KNOCK_IN_VAIN = 10 * MINUTE
# How long something that does not exist is not asked for again: long against a flood of messages
# that name it, short for somebody who looks for an account that was made just now.
MISSING_FOR = 2 * MINUTE
# A host that said "too many requests" and not until when.
PAUSE = 30 * SECOND
PAUSE_MOST = 15 * MINUTE
# Another's yes is looked at again after this time, so many at once: a day of a server with 10,000
# quotes is some 1,400.
STAMP_FRESH = 7 * DAY
STAMPS_AT_ONCE = 100
# Anybody can say that a yes was taken back: however often, it is looked at this seldom. And so often
# while its server gives no clear answer; after that only as all others.
STAMP_REST = 10 * MINUTE
STAMP_AGAIN = HOUR
STAMP_TRIES = 5
# That a yes to a member's quote was taken back goes on to all who saw the quote: a real one has 2 kB.
PASSED_ON = 16 * 1024
# Entries in each of the memories above; what was not used longest is forgotten.
MEMORY = 10_000
# Peers try to deliver for up to 7 days. What was fetched and is younger might be on its way, and
# counts as delivered: it enters homes and notifies. What is older was found: it is kept in silence.
DELIVERED_WITHIN = 7 * DAY
# An account is looked at again when something new arrives from it after this time.
ACTOR_FRESH = 7 * DAY

# -- inbox ----------------------------------------------------------------------------------

# Signatures are good for 12 hours (`net.signatures`) and peers retry for days with the same id.
SEEN_FOR = 14 * DAY
# Of one server at once before the writer, which commits about as many in a hundredth of a second.
TURNS = 8
# Of one server in its line behind them: more than Mastodon has hands to send with. Then 429.
LINE = 64
# Of all servers together: at 10 kB each 10 MB. Then 503.
LINES = 1_024
# What arrived and needs something fetched first: of one server at once. The pool has four times that.
FETCHING = 4
# How often in an hour a server may have us come back because something could not be fetched.
COME_BACK = 240
# What one activity may have fetched before it is done with what is known.
NEEDS = 4
# A server that spoke a moment ago is known to be up: it need not be written down each time.
HEARD_FOR = MINUTE
# And how it signs is written down this often: it may be answered in the other dialect in between.
DIALECT_FOR = HOUR
