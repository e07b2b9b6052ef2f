"""What our content labels mean, for who meets one (FEP-4c96)."""

from litestar import Response, get

from weft.api.activitypub.answers import document
from weft.api.given import Db
from weft.federation import labelling


@get(labelling.FOLDER, sync_to_thread=False)
def labels(db: Db) -> Response[bytes]:
    return document(labelling.vocabulary(db.site))


@get(labelling.AI, sync_to_thread=False)
def ai_generated(db: Db) -> Response[bytes]:
    return document(labelling.definition(db.site))


ROUTES = [labels, ai_generated]
