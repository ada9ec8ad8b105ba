"""The fixed cast: two sites, two programmes, and one person of every kind, so that tests read like a visit.

| who | duty | where |
| --- | --- | --- |
| amina, benjamin | field workers | north; south |
| olivia, oscar | ophthalmologists (diabetic-eye) | both |
| adele | ophthalmologist who also adjudicates | both |
| rania, rafael | radiologists (tb-chest); rafael also adjudicates | both |
| samuel | site manager | north |
| maya | programme manager | both |
| tessa | administrator: the technician, sees no patient | – |
| gateway | machine client | north |
| dora | field worker whose account is disabled | north |
| edgar | field worker whose duty has ended | north |
| stranger | signs in, has no duty at all | – |
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from accounts.access import grant_technician
from accounts.models import Membership, Role, Site, User
from screening.models import Certificate, Programme
from screening.protocol import standard_programmes

PASSWORD = "only-for-tests"
BOTH = ("north", "south")

# name -> role, sites
DUTIES: dict[str, tuple[Role, tuple[str, ...]]] = {
    "amina": (Role.FIELD_WORKER, ("north",)),
    "benjamin": (Role.FIELD_WORKER, ("south",)),
    "olivia": (Role.READER, BOTH),
    "oscar": (Role.READER, BOTH),
    "adele": (Role.READER, BOTH),
    "rania": (Role.READER, BOTH),
    "rafael": (Role.READER, BOTH),
    "samuel": (Role.SITE_MANAGER, ("north",)),
    "maya": (Role.PROGRAMME_MANAGER, BOTH),
    "tessa": (Role.ADMINISTRATOR, ()),
    "gateway": (Role.MACHINE, ("north",)),
    "dora": (Role.FIELD_WORKER, ("north",)),
    "edgar": (Role.FIELD_WORKER, ("north",)),
}
# name in the cast -> code
PROGRAMMES = {"eye": "diabetic-eye", "chest": "tb-chest"}
# name -> programme, adjudicates
CERTIFIED = {
    "olivia": ("diabetic-eye", False),
    "oscar": ("diabetic-eye", False),
    "adele": ("diabetic-eye", True),
    "rania": ("tb-chest", False),
    "rafael": ("tb-chest", True),
}


@dataclass(frozen=True)
class Cast:
    north: Site
    south: Site
    eye: Programme
    chest: Programme
    amina: User
    benjamin: User
    olivia: User
    oscar: User
    adele: User
    rania: User
    rafael: User
    samuel: User
    maya: User
    tessa: User
    gateway: User
    dora: User
    edgar: User
    stranger: User

    @property
    def people(self) -> dict[str, User]:
        """Everybody, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if isinstance(getattr(self, f.name), User)}


def assemble() -> Cast:
    """Write the whole cast into the database."""
    sites = {
        code: Site.objects.create(
            code=code, name=f"{code.title()} health post", directions="District Hospital, Tuesdays"
        )
        for code in BOTH
    }
    programmes = {code: standard_programmes.ensure(code) for code in standard_programmes.STANDARD}
    # Chance has no place in most tests: the quality sample is drawn only where a test says so.
    Programme.objects.update(sample_rate=0)
    for programme in programmes.values():
        programme.refresh_from_db()
        programme.sites.add(*sites.values())
    people = {name: _person(name) for name in (*DUTIES, "stranger")}
    for name, (role, where) in DUTIES.items():
        for site in [sites[code] for code in where]:
            Membership.objects.create(user=people[name], site=site, role=role)
    for name, (code, adjudicates) in CERTIFIED.items():
        Certificate.objects.create(programme=programmes[code], reader=people[name], adjudicates=adjudicates)
    grant_technician(people["tessa"])
    yesterday = timezone.now() - timedelta(days=1)
    Membership.objects.filter(user=people["edgar"]).update(starts_at=yesterday - timedelta(days=365), ends_at=yesterday)
    User.objects.filter(pk=people["dora"].pk).update(is_active=False)
    return met()


def met() -> Cast:
    """The cast that is in the database."""
    sites = {site.code: site for site in Site.objects.filter(code__in=BOTH)}
    programmes = {programme.code: programme for programme in Programme.objects.filter(code__in=PROGRAMMES.values())}
    people = {user.username: user for user in User.objects.filter(username__in=[*DUTIES, "stranger"])}
    return Cast(**sites, **{name: programmes[code] for name, code in PROGRAMMES.items()}, **people)


def _person(name: str) -> User:
    return User.objects.create(username=name, name=f"{name.title()} of the cast", password=make_password(PASSWORD))


def set_aside() -> tuple[str, ...]:
    """Assemble the cast once and leave only copies of its rows, in tables of their own; the tables they belong to.

    Putting the copies back takes a tenth of the time of assembling everybody anew, which most tests begin with.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        before = _filled()
        assemble()
        tables = tuple(sorted(_filled() - before))
        for table in tables:
            cursor.execute(f"CREATE TABLE aside_{table} AS SELECT * FROM {table}")
            cursor.execute(f"DELETE FROM {table}")
    return tables


def back(tables: tuple[str, ...]) -> Cast:
    """The cast as it was set aside."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM aside_{table}")
    return met()


def _filled() -> set[str]:
    """The tables with a row in them."""
    filled = set()
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT 1 FROM {name} LIMIT 1")
            if cursor.fetchone():
                filled.add(name)
    return filled
