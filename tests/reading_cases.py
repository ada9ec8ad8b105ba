"""Many referrals at once for tests of reading: drawn eyes, decided, straight into a running installation.

`manage.py shell` runs what `code(n)` returns; every picture is a file of its own.
"""

from __future__ import annotations

CODE = """
import hashlib, time
from django.db import transaction
from accounts.models import Site, User
from deploy.demo import PATIENTS, Drawn, _visit
from screening import enrol, rules
from screening.models import Consent, Decision, Encounter, Origin, Patient, Programme, Sex
from screening.referring import refer
from screening.triage import dossier, gather
def film_that_could_not_be_taken(n):
    worker, programme = User.objects.get(username="benjamin"), Programme.objects.get(code="tb-chest")
    patient = enrol.enrol(worker, Site.objects.get(code="lakeside"), name=f"Case {{n}}", sex=Sex.MALE, birth_year=1960,
                          origin=Origin.SYNTHETIC)
    enrol.consent(worker, patient, programme.consent_texts.first(), Consent.Answer.GIVEN)
    encounter = enrol.open_encounter(worker, patient, programme)
    enrol.mark_unobtainable(worker, encounter, "CXR", "no_film")
    enrol.hand_in(worker, encounter)
def two_eyes(n):
    drawn = Drawn("north-hill", f"Case {{n}}", Sex.FEMALE, 1950, {{}}, ((0, "good"), (0, "good")))
    _visit({first} + n, drawn, Site.objects.get(code="north-hill"))
while Patient.objects.count() < len(PATIENTS):  # the demonstration is still being drawn
    time.sleep(0.5)
for n in range({number}):
    with transaction.atomic():  # whole or not at all, so that no worker decides it first
        {make}(n)
        encounter = Encounter.objects.latest("started_at")
        evidence, judged = gather(encounter)
        decision = Decision.objects.create(
            encounter=encounter, number=1, action="refer", reason="human_reads_all",
            evidence=dossier(encounter, evidence, judged),
            digest=hashlib.sha256(str(encounter.pk).encode()).hexdigest())
        print("case", refer(encounter, decision, rules.Priority.REVIEW).pk)
"""


def code(number: int, *, first: int = 9000, pictures: bool = True) -> str:
    """With two drawn eyes each; without pictures they are chest visits whose film could not be taken."""
    return CODE.format(number=number, first=first, make="two_eyes" if pictures else "film_that_could_not_be_taken")
