"""What specialists and programmes want of the field worker, put into a running installation."""

from __future__ import annotations

from tests.server import Server

# Something is wanted of a referred patient of Amina's site; the last line printed is the task's id.
WANTED = """
from django.utils import timezone
from accounts.models import User
from screening.follow_up.ask import record_follow_up
from screening.messages import talk
from screening.models import FollowUp
from screening.reading import desk
olivia, amina = (User.objects.get(username=name) for name in ("olivia", "amina"))
"""
ASK = "print('question-%s' % talk.ask(olivia, desk.claim(olivia, encounter.consult.pk), {text!r}).pk)"
RETAKE = """
held = desk.claim(olivia, encounter.consult.pk)
print('retake-%s' % talk.ask_for_retake(olivia, held, {"OD": "blurred"}, "The macula, please.").pk)
"""
# A patient of the demonstration who was referred at once for a danger sign: somebody says they mean to go today.
PROMISED = """
import time
from screening.models import Encounter
encounter = Encounter.objects.get(patient__name="Synthetic Bo")
while not encounter.decisions.filter(action="refer_urgent").exists():
    time.sleep(0.5)
record_follow_up(amina, encounter, FollowUp.Answer.NOT_YET, on=timezone.localdate())
print('follow_up-%s' % encounter.pk)
"""


def wanted(server: Server, what: str, patient: str = "") -> str:
    """Make the wish, and the patient if there is code for one: the task's id."""
    return server.manage("shell", "-v", "0", "-c", patient + WANTED + what).split()[-1]
