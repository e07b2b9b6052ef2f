"""Previews of the pages that posts link to, as Mastodon's API shows them."""

from collections.abc import Sequence

from weft.api.mastodon.entities_statuses import PreviewCard, PreviewCardAuthor
from weft.kernel.clock import iso
from weft.kernel.site import Site
from weft.store.database import Tx
from weft.threads import cards
from weft.threads.cards import Card
from weft.threads.model import Post


def shown(tx: Tx, posts: Sequence[Post]) -> dict[int, PreviewCard]:
    """The previews that are ready, by card id."""
    wanted = {post.card_id for post in posts if post.card_id is not None}
    if not wanted:
        return {}
    return {number: preview_card(tx.site, card) for number, card in cards.ready(tx, wanted).items()}


def preview_card(site: Site, card: Card) -> PreviewCard:
    """https://docs.joinmastodon.org/entities/PreviewCard/; ``html`` is empty: nothing of a
    stranger's page is run in a reader's app. ``published_at`` is a date as in all other fields,
    which is what Mastodon's servers send and apps read, although the page says a number.
    """
    named = card.author_name or card.author_url
    return PreviewCard(
        url=card.url,
        title=card.title,
        description=card.description,
        language=card.language,
        type=card.kind,
        author_name=card.author_name,
        author_url=card.author_url,
        provider_name=card.provider_name,
        provider_url=card.provider_url,
        html="",
        width=card.width,
        height=card.height,
        image=site.blob_url(card.image) if card.image else None,
        image_description=card.image_description,
        embed_url="",
        blurhash=card.blurhash,
        published_at=iso(card.published_at) if card.published_at is not None else None,
        authors=[PreviewCardAuthor(card.author_name, card.author_url, None)] if named else [],
    )
