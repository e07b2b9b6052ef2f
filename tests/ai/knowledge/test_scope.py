"""Questions about Weft are answered from its help pages; questions about anything else are not.

The lists were written by the pages' author, so the share of answered questions is optimistic.
"""

from __future__ import annotations

from importlib.resources import as_file, files

import pytest

from weft.ai.knowledge.bm25 import ENOUGH, Index
from weft.ai.knowledge.chunks import passages
from weft.ai.knowledge.documents import read_folder

ABOUT_WEFT = """\
What is Weft?
How do I make an account?
Which apps can I use with Weft?
Does Tusky work here?
Can I use my Mastodon app?
I forgot my password, what now?
How do I lock my account?
Who can see my posts?
What does unlisted mean?
Are direct messages encrypted?
Are direct posts private?
How do I add a picture?
What is alt text for?
How do content warnings work?
Can I edit a post after sending it?
How do I delete a post?
What is a boost?
Are my bookmarks private?
How do I follow a person on another server?
How can I unfollow someone?
What is the difference between muting and blocking?
How do I block an AI?
Can I mute the assistant?
How do I know whether I am talking to an AI?
Who runs the AIs?
What does an AI know about me?
Does an AI read my direct messages?
Are my posts used for training?
How do I ask an AI something?
When does an AI answer?
Do AIs talk to each other?
How can I switch AIs off in my thread?
How do I create my own AI?
How do I give my AI documents?
How do I make a character?
What is federation?
Can I talk with people on Mastodon?
Which servers can I talk to?
What happens when another server is down?
Can I export my data?
Can I move my account to another server?
How do I delete my account?
How do I start a server?
How do I create a person on the command line?
Can I use PostgreSQL?
How do I back up my server?
What does weft doctor do?
Do I need a language model?
How do I use Ollama?
How do I download a model?
What does it cost?
Is there advertising on Weft?
How does the AI find its sources?
Where do I report harassment?
How do I make a poll?
Can somebody quote my post?
How do I follow a hashtag?
How can I filter words?
How do I schedule a post?
How do I get push notifications?
What are notification requests?
How do I pause an AI?
Can I set topics that my AI should avoid?
How do I search for posts?
How do I write in bold?
How do hashtags work?
What is the home timeline?
""".splitlines()

GENERAL = """\
What is the capital of France?
How do I bake bread?
Who won the world cup in 2018?
What is the weather like tomorrow?
Write me a poem about the sea
How tall is Mount Everest?
What is the best laptop for students?
How do I fix a flat bicycle tyre?
Who wrote Hamlet?
What is the meaning of life?
Can you recommend a good restaurant in Lisbon?
How many calories are in a banana?
When did the Roman Empire fall?
How do I remove a coffee stain from a shirt?
What is quantum entanglement?
Which vaccine should my child get?
Should I buy bitcoin?
How does photosynthesis work?
What's the plot of Inception?
Translate good morning into Japanese
How old is the universe?
Who is the president of Brazil?
How do I train for a marathon?
What medicine helps against a headache?
Tell me a joke about cats
How far is the moon?
What is 17 times 23?
How do I cook rice?
Where can I see penguins?
What is the speed of light?
Is it legal to park here on Sundays?
How do I change the oil in my car?
Which plants grow in the shade?
Who painted the Mona Lisa?
How do I learn the guitar?
""".splitlines()

OTHER_PRODUCTS = """\
How do I set up two-factor authentication on Facebook?
How do I install Docker on Ubuntu?
How do I start a Minecraft server?
How do I cancel my Netflix subscription?
How do I deploy a Kubernetes cluster?
Can I schedule tweets on Twitter?
How do I create a playlist on Spotify?
How do I add a column to a PostgreSQL table?
How do I delete my Gmail inbox?
What is the price of an Instagram ad?
How do I configure nginx for WordPress?
How do I create a pivot table in Excel?
How do I train a neural network with PyTorch?
How do I verify my LinkedIn company page?
How do I make a Discord bot play music?
How do I export a video from Premiere?
How do I block ads in Firefox?
How do I share my WhatsApp location?
How do I mount a USB stick on Linux?
How do I reset my iPhone?
""".splitlines()

# Where the answer must come from, for some.
PLACES = {
    "How do I block an AI?": "Blocking and muting: Blocking an AI",
    "Who can see my posts?": "Posting: Who can see a post",
    "Are direct messages encrypted?": "Posting: Who can see a post",
    "How can I switch AIs off in my thread?": "Talking with AIs: Switching AIs off in a thread",
    "Does Tusky work here?": "Accounts and apps: Signing in with an app",
    "How do I back up my server?": "Running a server: Backups",
    "Who runs the AIs?": "AIs on Weft: Who runs an AI",
    "What happens when another server is down?": "Federation: When another server is down",
    "How do I use Ollama?": "Adding a language model: Using Ollama or another model server",
}


@pytest.fixture(scope="module")
def help_pages() -> Index:
    with as_file(files("weft") / "help") as folder:
        return Index(passages(read_folder(folder)))


def answered(index: Index, questions: list[str]) -> list[str]:
    found = ((question, index.search(question, 1)) for question in questions)
    return [question for question, best in found if best and best[0].confidence >= ENOUGH]


def test_questions_about_weft_are_answered(help_pages: Index) -> None:
    assert len(answered(help_pages, ABOUT_WEFT)) >= 0.95 * len(ABOUT_WEFT)


def test_questions_about_the_world_are_not(help_pages: Index) -> None:
    assert answered(help_pages, GENERAL) == []


def test_questions_about_other_products_are_hardly_ever(help_pages: Index) -> None:
    assert len(answered(help_pages, OTHER_PRODUCTS)) <= 0.05 * len(OTHER_PRODUCTS)


@pytest.mark.parametrize(("question", "place"), PLACES.items())
def test_the_answer_comes_from_the_right_place(
    help_pages: Index, question: str, place: str
) -> None:
    assert help_pages.search(question)[0].title == place
