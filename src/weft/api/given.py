"""What routes are given by name: types for handlers' parameters.

``assemble`` provides ``db``, ``settings``, ``blobs``, ``limits`` and ``gate`` for the app; ``me``, ``viewer``
and ``bearer`` come from ``api.auth``. They are ours and need no validation, which saves each
request some microseconds.
"""

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from weft.api.limits import Limits
from weft.moderation.ip_blocks import Gate
from weft.people.model import Account
from weft.people.oauth import Bearer
from weft.settings import Settings
from weft.store.blobs import Blobs
from weft.store.database import Database

Db = NamedDependency[SkipValidation[Database]]
Files = NamedDependency[SkipValidation[Blobs]]
Set = NamedDependency[SkipValidation[Settings]]
Counters = NamedDependency[SkipValidation[Limits]]
Networks = NamedDependency[SkipValidation[Gate]]
"""``gate``: what is blocked, by address."""
Me = NamedDependency[SkipValidation[Account]]
"""``me``: the member who asks; the route has a ``scope`` guard."""
Viewer = NamedDependency[SkipValidation[Account | None]]
"""``viewer``: the member who asks, or None."""
Owner = NamedDependency[SkipValidation[Bearer]]
"""``bearer``: the token that was shown."""
