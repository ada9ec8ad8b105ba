"""Keep what patients are found by in step with what is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Site
from screening.models import Patient, PatientKey
from screening.models.patient_key import hashed
from screening.refusal import Refused
from screening.rules import folding, search_keys

AT_ONCE = 500  # patients
CURRENT = f"version:{search_keys.VERSION}"  # a key of everybody: who lacks it was indexed otherwise, or never


def local_key(number: str) -> int | None:
    """What makes two local numbers one, as it is kept; None without a number."""
    folded = folding.local_number(number)
    return hashed([f"l:{folded}"])[0] if folded else None


def local_number_taken(site: Site, number: str, *, besides: Patient | None = None) -> bool:
    """Whether the number, however it is written, is that of somebody (else) at the site."""
    key = local_key(number)
    others = Patient.objects.exclude(pk=besides.pk) if besides else Patient.objects.all()
    return key is not None and others.filter(site=site, local_key=key).exists()


def refuse_taken(site: Site, number: str, *, besides: Patient | None = None) -> None:
    """Raises Refused where the local number is that of somebody (else) at the site."""
    if local_number_taken(site, number, besides=besides):
        said = _("A patient with local number %(id)s is already enrolled here. Search for them instead.")
        raise Refused("local_id_taken", said % {"id": number})


def holder_of(site: Site, number: str) -> Patient | None:
    """Whose number it is at the site, however it is written."""
    key = local_key(number)
    return Patient.objects.filter(site=site, local_key=key).first() if key is not None else None


@transaction.atomic
def reindex(patient: Patient) -> None:
    """After a fact of the patient was corrected: found by the new facts and no longer by the old."""
    _index([patient])


def reindex_all(*, everybody: bool = False) -> int:
    """Index those who never were, or were under other rules or another key; or everybody. How many there were."""
    done = 0
    for some in _in_order(everybody):
        with transaction.atomic():
            _index(some)
        done += len(some)
    return done


def _in_order(everybody: bool) -> Iterator[list[Patient]]:
    """Those to index, the first enrolled first: of two under one number the second is the twin."""
    current = PatientKey.objects.filter(value=hashed([CURRENT])[0]).values("patient_id")
    wanted = Patient.objects.all() if everybody else Patient.objects.exclude(pk__in=current)
    ids = list(wanted.order_by("enrolled_at", "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        found = Patient.objects.select_related("site").in_bulk(some)
        yield [found[pk] for pk in some if pk in found]


def _index(patients: Iterable[Patient]) -> None:
    people = list(patients)
    PatientKey.objects.filter(patient__in=people).delete()
    PatientKey.objects.bulk_create(
        [
            PatientKey(patient=one, value=value)
            for one in people
            for value in set(hashed({CURRENT, *search_keys.of_person(one.name, one.phone, one.local_id)}))
        ],
        batch_size=5000,
    )
    for one in people:
        key = local_key(one.local_id)
        first = Patient.objects.filter(site=one.site_id, local_key=key, local_twin=False).exclude(pk=one.pk)
        twin = key is not None and first.exists()
        if (one.local_key, one.local_twin) != (key, twin):
            one.local_key, one.local_twin = key, twin
            one.save(update_fields=["local_key", "local_twin"])
