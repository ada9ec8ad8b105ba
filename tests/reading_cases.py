"""Many referrals at once for tests of reading: drawn eyes, decided, straight into a running installation.

`manage.py shell` runs what `code(n)` returns; every picture is a file of its own.
"""

from __future__ import annotations

CODE = """
import hashlib, time
from django.db import transaction
from accounts.models import Site
from deploy.demo import PATIENTS, Drawn, _visit
from screening import rules
from screening.models import Decision, Encounter, Patient, Sex
from screening.referring import refer
from screening.triage import dossier, gather
while Patient.objects.count() < len(PATIENTS):  # the demonstration is still being drawn
    time.sleep(0.5)
for n in range({number}):
    with transaction.atomic():  # whole or not at all, so that no worker decides it first
        _visit({first} + n, Drawn("{site}", f"Case {{n}}", Sex.FEMALE, 1950, {{}}, {eyes}),
               Site.objects.get(code="{site}"))
        encounter = Encounter.objects.latest("started_at")
        evidence, judged = gather(encounter)
        decision = Decision.objects.create(
            encounter=encounter, number=1, action="refer", reason="human_reads_all",
            evidence=dossier(encounter, evidence, judged),
            digest=hashlib.sha256(str(encounter.pk).encode()).hexdigest())
        print("case", refer(encounter, decision, rules.Priority.REVIEW).pk)
"""


def code(number: int, *, first: int = 9000, pictures: bool = True) -> str:
    """With two drawn eyes each; without pictures they are chest visits, for whatever needs no picture."""
    eyes = '((0, "good"), (0, "good"))' if pictures else "()"
    return CODE.format(number=number, eyes=eyes, first=first, site="north-hill" if pictures else "lakeside")
