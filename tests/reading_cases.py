"""Many consults at once for tests of reading: drawn pictures, decided, straight into a running installation.

`manage.py shell` runs what `code(n)` returns; every picture is a file of its own. Kinds: `two_eyes`, `large_eyes` (12
megapixels each, enlarged from a smaller drawing), `film` (12 bits) and `film_that_could_not_be_taken`.
"""

from __future__ import annotations

CODE = """
import hashlib, time
import cv2
from django.db import transaction
from accounts.models import Site, User
from deploy.demo import PATIENTS, Drawn, _jpeg, _visit
from inference import drawing
from screening import rules
from screening.models import Consent, Decision, Encounter, Origin, Patient, Programme, Sex
from screening.patients.enrol import enrol
from screening.triage.decide import dossier, gather
from screening.triage.ask import ask_specialist
from screening.visit import pictures
from screening.visit.answers import mark_unobtainable
from screening.visit.begin import open_encounter
from screening.visit.consent import record_consent
from screening.visit.hand_in import hand_in
def film_that_could_not_be_taken(n):
    worker, programme = User.objects.get(username="benjamin"), Programme.objects.get(code="tb-chest")
    patient = enrol(worker, Site.objects.get(code="lakeside"), name=f"Case {{n}}", sex=Sex.MALE, birth_year=1960,
                    origin=Origin.SYNTHETIC)
    record_consent(worker, patient, programme.consent_texts.first(), Consent.Answer.GIVEN)
    encounter = open_encounter(worker, patient, programme)
    mark_unobtainable(worker, encounter, "CXR", "no_film")
    hand_in(worker, encounter)
def two_eyes(n):
    drawn = Drawn("north-hill", f"Case {{n}}", Sex.FEMALE, 1950, {{}}, ((0, "good"), (0, "good")))
    _visit({first} + n, drawn, Site.objects.get(code="north-hill"))
def large_eyes(n):
    worker, programme = User.objects.get(username="amina"), Programme.objects.get(code="diabetic-eye")
    patient = enrol(worker, Site.objects.get(code="north-hill"), name=f"Large case {{n}}", sex=Sex.MALE,
                    birth_year=1955, origin=Origin.SYNTHETIC)
    record_consent(worker, patient, programme.consent_texts.first(), Consent.Answer.GIVEN)
    encounter = open_encounter(worker, patient, programme)
    for side, view in zip("RL", programme.views):
        small = drawing.draw_fundus(100 * ({first} + n) + ord(side), laterality=side, lesions=n % 4, size=1024)
        data = _jpeg(cv2.resize(small, (3464, 3464), interpolation=cv2.INTER_CUBIC))
        pictures.accept(worker, encounter, view=view, data=data, capture_class="fundus_tabletop")
    hand_in(worker, encounter)
def film(n):
    drawn = Drawn("lakeside", f"Case {{n}}", Sex.FEMALE, 1971, {{"cough": "yes"}}, film="cavity")
    _visit({first} + n, drawn, Site.objects.get(code="lakeside"))
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
        print("case", ask_specialist(encounter, decision, rules.Priority.REVIEW).pk)
"""


def code(number: int, *, first: int = 9000, kind: str = "two_eyes") -> str:
    """`number` referrals of one kind; `first` keeps the drawings of two calls apart."""
    return CODE.format(number=number, first=first, make=kind)
