"""What people would miss: words that reach an AI, or through it others, which they were not for."""

from __future__ import annotations

from itertools import count

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ai.town import Town
from weft.ai import context, members
from weft.ai.brains.port import Ask
from weft.ai.knowledge.documents import Document
from weft.people import accounts, blocks, follows
from weft.people.model import Account
from weft.threads.delete import delete
from weft.threads.model import Post


def ask_of(town: Town, ai: Account, post: Post) -> Ask:
    def read(tx: context.Tx) -> Ask:
        one = members.by_account(tx, ai.id)
        assert one is not None
        asker = context.accounts.get(tx, post.author_id)
        return context.gather(tx, one, ai, asker, post, town.shelf).ask

    return town.db.read_now(read)


def texts(ask: Ask) -> list[str]:
    return [line.text for line in ask.thread]


def test_the_thread_oldest_first_without_the_question(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    root = town.house.post(bo, "Bread is best on day two.")
    town.house.post(ada, "Day one!", reply_to_id=root.id)
    town.house.post(ada, "another thread")
    asked = town.house.post(ada, "@guide@weft.test, who is right?", reply_to_id=root.id)
    ask = ask_of(town, guide, asked)
    assert texts(ask) == ["Bread is best on day two.", "Day one!"]
    assert [line.author for line in ask.thread] == ["bo", "ada"]
    assert ask.question == "who is right?"
    assert (ask.asker, ask.persona.handle) == ("ada", "guide")
    assert ask.persona.operator == "Ada (@ada)"


def test_names_it_was_called_by_are_no_part_of_the_question(town: Town) -> None:
    ada = town.house.person("ada")
    town.house.person("bo")
    town.house.person("guidea")
    guide = town.ai(ada, "guide")
    for text, question in (
        ("@guide: how much?", "how much?"),
        ("Hey @guide, how much?", "Hey how much?"),
        ("@bo @guide how much does @bo pay?", "how much does @bo pay?"),
        ("@guide ask @guidea or me@guide.org", "ask @guidea or me@guide.org"),
        ("@guide", ""),
    ):
        assert ask_of(town, guide, town.house.post(ada, text)).question == question


def test_only_its_name_under_a_question_means_that_question(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    root = town.house.post(bo, "How do I follow a tag?")
    asked = town.house.post(ada, "@guide", reply_to_id=root.id)
    assert ask_of(town, guide, asked).question == "How do I follow a tag?"


def test_what_was_said_directly_is_not_told_in_public(town: Town) -> None:
    ada, bo = town.house.person("ada"), town.house.person("bo")
    guide = town.ai(ada, "guide")
    root = town.house.post(ada, "hello all")
    town.house.post(ada, "@guide my secret is plums", visibility="direct", reply_to_id=root.id)
    assert texts(ask_of(town, guide, town.house.post(bo, "@guide?", reply_to_id=root.id))) == [
        "hello all"
    ]
    # Not even to herself where others read the answer; but to her alone.
    again = town.house.post(ada, "@guide what did I say?", reply_to_id=root.id)
    assert "plums" not in str(ask_of(town, guide, again))
    direct = town.house.post(
        ada, "@guide what did I say?", reply_to_id=root.id, visibility="direct"
    )
    assert "plums" in str(ask_of(town, guide, direct))
    other = town.house.post(bo, "@guide tell me", reply_to_id=root.id, visibility="direct")
    assert "plums" not in str(ask_of(town, guide, other))


def test_a_long_thread_is_bounded_and_keeps_what_is_answered(town: Town) -> None:
    ada = town.house.person("ada")
    guide = town.ai(ada, "guide")
    root = town.house.post(ada, "the beginning")
    for n in range(context.LINES_MAX + 5):
        town.house.post(ada, f"aside {n} " + "x" * 400, reply_to_id=root.id)
    ask = ask_of(town, guide, town.house.post(ada, "@guide so?", reply_to_id=root.id))
    assert texts(ask)[0] == "the beginning"
    assert texts(ask)[-1].startswith(f"aside {context.LINES_MAX + 4}")
    assert len(ask.thread) <= context.LINES_MAX
    assert sum(map(len, texts(ask))) <= context.THREAD_CHARS


def test_those_who_ask_machines_not_to_read_them_are_not_read(town: Town) -> None:
    ada = town.house.person("ada")
    bo = town.house.person("bo", bio="<p>Poet. #NoAI please</p>", indexable=True)
    guide = town.ai(ada, "guide", reads_public=True)
    town.house.post(bo, "Sourdough needs a day of patience")
    root = town.house.post(bo, "a poem of mine")
    asked = town.house.post(ada, "@guide how long does sourdough need?", reply_to_id=root.id)
    ask = ask_of(town, guide, asked)
    assert (ask.thread, ask.passages) == ((), ())


def test_passages_from_its_documents_and_their_new_version(town: Town) -> None:
    ada = town.house.person("ada")
    shop = [Document("Prices", "https://shop.test/p", "A loaf costs 4 euros.", "p.md")]
    crumb = town.ai(ada, "crumb", documents=shop)
    town.ai(ada, "rival", documents=[Document("Ours", None, "Our loaf costs 1 euro.", "o.md")])
    asked = town.house.post(ada, "@crumb what does a loaf cost?")
    (passage,) = ask_of(town, crumb, asked).passages
    assert (passage.text, passage.url) == ("A loaf costs 4 euros.", "https://shop.test/p")
    new = [Document("Prices", None, "A loaf costs 5 euros.", "p.md")]
    town.db.write_now(lambda tx: members.update(tx, ada, crumb.id, documents=new))
    (passage,) = ask_of(town, crumb, asked).passages
    assert passage.text == "A loaf costs 5 euros."
    town.db.write_now(lambda tx: members.update(tx, ada, crumb.id, documents=[]))
    assert ask_of(town, crumb, asked).passages == ()


def test_public_posts_only_of_those_who_agreed(town: Town) -> None:
    ada = town.house.person("ada")
    yes = town.house.person("yes", indexable=True)
    town.house.post(town.house.person("no"), "Sourdough needs ten days of patience")
    said = town.house.post(yes, "Sourdough needs one day of patience")
    for visibility in ("unlisted", "private", "direct"):
        town.house.post(yes, "@ada Sourdough needs two days of patience", visibility=visibility)
    gone = town.house.post(yes, "Sourdough needs three days of patience")
    town.db.write_now(lambda tx: delete(tx, yes, gone.id))
    closed = town.house.post(yes, "Sourdough needs four days of patience", no_ai=True)
    # Who asks twice is not told their own question, nor that of somebody else.
    seeker = town.house.person("seeker", indexable=True)
    town.house.post(yes, "How many days of patience does sourdough need?")
    town.house.post(seeker, "How many days of patience sourdough needs, I wonder")
    guide = town.ai(ada, "guide", reads_public=True)
    deaf = town.ai(ada, "deaf")
    again = town.house.post(seeker, "@guide how many days of patience does sourdough need?")
    assert [one.source for one in ask_of(town, guide, again).passages] == [str(said.id)]
    town.db.write_now(lambda tx: accounts.update(tx, seeker.id, indexable=False))
    asked = town.house.post(ada, "@guide @deaf how many days of patience does sourdough need?")
    (passage,) = ask_of(town, guide, asked).passages
    assert (passage.source, passage.url) == (str(said.id), said.url)
    assert passage.title == "Yes (@yes)"
    assert ask_of(town, deaf, asked).passages == ()
    assert closed.no_ai
    town.db.write_now(lambda tx: blocks.block(tx, yes, guide))
    assert ask_of(town, guide, asked).passages == ()


_numbers = count()
_post = st.tuples(
    st.integers(0, 3),  # author: two people, a follower of theirs, a remote person
    st.integers(0, 12),  # what it answers
    st.sampled_from(["public", "unlisted", "private", "direct"]),
    st.sets(st.integers(0, 5)),  # whom it names: the four, and two AIs
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(plan=st.lists(_post, min_size=2, max_size=10))
def test_no_canary_leaves_its_cage(town: Town, plan: list[tuple[int, int, str, set[int]]]) -> None:
    """Every post holds a word of its own. What stands in an Ask is compared with who was there,
    worked out here from the plan alone.
    """
    town.at_once(lambda inner: _nobody_hears_what_was_not_for_them(inner, plan))


def _nobody_hears_what_was_not_for_them(
    town: Town, plan: list[tuple[int, int, str, set[int]]]
) -> None:
    n = next(_numbers)
    people = [town.house.person(f"{name}{n}", indexable=name == "p") for name in "pqf"]
    people.append(town.house.remote(f"r{n}", "other.test"))
    ais = [town.ai(people[0], f"{name}{n}", reads_public=True) for name in "ab"]
    everyone = [*people, *ais]
    for target in people[:2]:
        town.db.write_now(lambda tx, target=target: follows.follow(tx, people[2], target))
        # The first AI follows too: it was there for what they say to followers.
        town.db.write_now(lambda tx, target=target: follows.follow(tx, ais[0], target))
    following = {(people[2].id, people[0].id), (people[2].id, people[1].id)}
    following |= {(ais[0].id, people[0].id), (ais[0].id, people[1].id)}

    made: list[tuple[Post, str, set[int]]] = []
    for who, to, visibility, names in plan:
        author = people[who]
        called = [everyone[one] for one in sorted(names)]
        parent = made[to][0] if to < len(made) else None
        canary = f"canary{n}x{len(made)}z"
        if author.local:
            if parent is not None and not town.db.read_now(
                lambda tx, parent=parent, author=author: context.posts.may_see(
                    tx, author.id, parent
                )
            ):
                parent = None
            text = " ".join([*(f"@{one.acct}" for one in called), canary])
            post = town.house.post(
                author, text, visibility=visibility, reply_to_id=parent.id if parent else None
            )
        else:
            post = town.heard(
                author, canary, mentions=called, reply_to=parent, visibility=visibility
            )
        made.append((post, canary, {one.id for one in called}))

    def there(account: Account, post: Post, named: set[int]) -> bool:
        return (
            account.id == post.author_id
            or post.visibility in ("public", "unlisted")
            or account.id in named
            or (post.visibility == "private" and (account.id, post.author_id) in following)
        )

    for asked, _, named in made:
        asker = next(one for one in people if one.id == asked.author_id)
        for ai in ais:
            if not there(ai, asked, named):
                continue
            ask = ask_of(town, ai, asked)
            seen = msgspec.json.encode(ask).decode()
            found_public = msgspec.json.encode(ask.passages).decode()
            for post, canary, others in made:
                if canary not in seen:
                    continue
                assert there(ai, post, others)
                assert there(asker, post, others)
                if post.thread_id != asked.thread_id:
                    assert post.visibility == "public"
                    assert post.author_id == people[0].id
                    assert canary in found_public
                if asked.visibility in ("public", "unlisted"):
                    assert post.visibility in ("public", "unlisted")
