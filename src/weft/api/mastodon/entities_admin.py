"""What admins are shown: https://docs.joinmastodon.org/entities/Admin_Account/ and its neighbours."""

from msgspec import UNSET, Struct, UnsetType

from weft.api.mastodon import entities_accounts as entities
from weft.api.mastodon.entities_accounts import Account, Role
from weft.api.mastodon.entities_instance import Rule
from weft.api.mastodon.entities_statuses import Status
from weft.api.weft.rooms_entities import RoomLine
from weft.kernel.clock import DAY, SECOND, iso
from weft.kernel.site import Site
from weft.moderation import allows, domains, email_blocks, ip_blocks
from weft.moderation.members import Member

HISTORY_DAYS = 7


class AdminIp(Struct, frozen=True):
    ip: str
    used_at: str


class AdminAccount(Struct, frozen=True):
    """``email``, ``ip``, ``locale`` and ``invite_request`` are null for who has no login here."""

    id: str
    username: str
    domain: str | None
    created_at: str
    email: str | None
    ip: str | None
    ips: list[AdminIp]
    locale: str | None
    invite_request: str | None
    role: Role
    confirmed: bool
    approved: bool
    disabled: bool
    sensitized: bool
    silenced: bool
    suspended: bool
    account: Account


class Report(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/Report/"""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    status_ids: list[str] | None
    collection_ids: list[str] | None
    rule_ids: list[str] | None
    target_account: Account


class AdminReport(Struct, frozen=True):
    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    updated_at: str
    account: AdminAccount
    target_account: AdminAccount
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[Status]
    rules: list[Rule]
    room_lines: list[RoomLine]
    """Of ours: what was said in rooms, also private ones, as the reporter saw it."""


class AdminDomainBlock(Struct, frozen=True):
    id: str
    domain: str
    digest: str
    created_at: str
    severity: str
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class DomainBlock(Struct, frozen=True):
    """https://docs.joinmastodon.org/entities/DomainBlock/"""

    domain: str
    digest: str
    severity: str
    comment: str


class AdminDomainAllow(Struct, frozen=True):
    id: str
    domain: str
    created_at: str


class AdminHistory(Struct, frozen=True):
    """Sign-ups that were tried in a day (``day``: its midnight, UNIX seconds)."""

    day: str
    accounts: str
    uses: str


class AdminEmailDomainBlock(Struct, frozen=True):
    id: str
    domain: str
    created_at: str
    history: list[AdminHistory]


class AdminCanonicalEmailBlock(Struct, frozen=True):
    id: str
    canonical_email_hash: str


class AdminIpBlock(Struct, frozen=True):
    id: str
    ip: str
    severity: str
    comment: str
    created_at: str
    expires_at: str | None


class AdminDatum(Struct, frozen=True):
    date: str
    value: str


class AdminMeasure(Struct, frozen=True):
    key: str
    unit: str | None
    total: str
    human_value: str | UnsetType
    previous_total: str | UnsetType
    data: list[AdminDatum]


class AdminDimensionDatum(Struct, frozen=True):
    key: str
    human_key: str
    value: str
    unit: str | UnsetType = UNSET
    human_value: str | UnsetType = UNSET


class AdminDimension(Struct, frozen=True):
    key: str
    data: list[AdminDimensionDatum]


class AdminCohortDatum(Struct, frozen=True):
    date: str
    rate: float
    value: str


class AdminCohort(Struct, frozen=True):
    period: str
    frequency: str
    data: list[AdminCohortDatum]


def admin_account(site: Site, one: Member) -> AdminAccount:
    account, login = one.account, one.login
    ips: list[AdminIp] = []
    if login is not None and login.last_ip:
        ips.append(AdminIp(login.last_ip, iso(login.last_seen_at or login.created_at)))
    if login is not None and login.sign_up_ip and login.sign_up_ip != login.last_ip:
        ips.append(AdminIp(login.sign_up_ip, iso(login.created_at)))
    return AdminAccount(
        id=str(account.id),
        username=account.username,
        domain=account.domain or None,
        created_at=iso(account.created_at),
        email=login.email if login is not None else None,
        ip=ips[0].ip if ips else None,
        ips=ips,
        locale=login.preferences.get("language") if login is not None else None,
        invite_request=login.reason if login is not None else None,
        role=entities.role_of(login),
        confirmed=login is not None,
        approved=not one.pending,
        disabled=login is not None and login.disabled_at is not None,
        sensitized=account.sensitized_at is not None,
        silenced=account.silenced_at is not None,
        suspended=one.suspended,
        account=entities.account(site, account),
    )


def domain_block(rule: domains.Rule) -> AdminDomainBlock:
    return AdminDomainBlock(
        id=str(rule.id),
        domain=rule.domain,
        digest=rule.digest,
        created_at=iso(rule.created_at),
        severity=rule.severity,
        reject_media=rule.reject_media,
        reject_reports=rule.reject_reports,
        private_comment=rule.private_comment,
        public_comment=rule.public_comment,
        obfuscate=rule.obfuscate,
    )


def domain_allow(one: allows.Allow) -> AdminDomainAllow:
    return AdminDomainAllow(str(one.id), one.domain, iso(one.created_at))


def email_domain_block(
    one: email_blocks.EmailDomain, tried: dict[int, tuple[int, int]], now: int
) -> AdminEmailDomainBlock:
    """``tried``: (addresses, tries) by day number."""
    today = now // DAY
    history = [
        AdminHistory(str(day * DAY // SECOND), *map(str, tried.get(day, (0, 0))))
        for day in range(today, today - HISTORY_DAYS, -1)
    ]
    return AdminEmailDomainBlock(str(one.id), one.domain, iso(one.created_at), history)


def canonical_email_block(one: email_blocks.Mailbox) -> AdminCanonicalEmailBlock:
    return AdminCanonicalEmailBlock(str(one.id), one.hash)


def ip_block(one: ip_blocks.IpBlock) -> AdminIpBlock:
    ends = iso(one.expires_at) if one.expires_at is not None else None
    return AdminIpBlock(
        str(one.id), one.network, one.severity, one.comment, iso(one.created_at), ends
    )
