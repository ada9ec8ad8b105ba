"""Many processes at once over one database. `python -m tests.pathway.crowd WHAT PEOPLE TIMES` prints what happened.

Forked after Django is set up and before any connection is open, so that a crowd of eight starts in a moment.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import time
from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]


def claims(who: int, times: int) -> list[str]:
    """Go through the photos in an order of one's own and claim each; what was got."""
    from inference.models import Run

    photos = sorted(Run.objects.values_list("display_sha256", flat=True).distinct())
    random.Random(who).shuffle(photos)
    return [str(run.pk) for photo in photos[:times] for run in Run.objects.claim(photo)]


def consults(who: int, times: int) -> list[str]:
    """Three readers go down the worklist and claim whatever they can."""
    from accounts.models import User
    from screening.models import Consult
    from screening.reading import desk

    reader = User.objects.get(username=("olivia", "oscar", "adele")[who % 3])
    got = []
    for pk in list(Consult.objects.order_by("pk").values_list("pk", flat=True))[:times]:
        try:
            desk.claim(reader, pk)
        except desk.Lost:
            continue
        got.append(f"{pk} {reader.pk}")
    return sorted(set(got))


def events(who: int, times: int) -> list[str]:
    """Write into the audit chain as fast as possible."""
    from accounts.audit import record
    from accounts.models import Site

    site = Site.objects.all()[0]
    return [str(record(None, "test.crowd", site, who=who, n=n).number) for n in range(times)]


def decisions(who: int, times: int) -> list[str]:
    """Decide the same encounters again and again."""
    from screening.models import Encounter
    from screening.triage.decide import triage

    pks = list(Encounter.objects.filter(images__isnull=False).distinct().values_list("pk", flat=True)[:times])
    random.Random(who).shuffle(pks)
    return [str(decision.pk) for pk in pks if (decision := triage(pk))]


def twins(who: int, times: int) -> list[str]:
    """Hand in the same photos, each person for a patient of their own."""
    from tests.pathway.installation import _hand_in

    return [str(_hand_in(5000 + n).pk) for n in range(times)]


def late(who: int, times: int) -> list[str]:
    """The first claims and falls asleep; the second takes over and answers; then the first wakes and wants to write."""
    from inference.models import Run

    photo = str(Run.objects.order_by("display_sha256").values_list("display_sha256", flat=True)[0])
    if who:
        time.sleep(2)
    runs = Run.objects.claim(photo)
    if not who:
        time.sleep(4)
    return [f"{who} {run.finish(score=0.1 + 0.8 * who)}" for run in runs]


def corrections(who: int, times: int) -> list[str]:
    """Look at the first patient, put the name right as one thinks fit, look again."""
    from accounts.models import User
    from screening.models import Correction, Patient
    from screening.patients.correct import correct
    from screening.refusal import Incorrect

    worker, got = User.objects.filter(memberships__role="field_worker")[0], []
    for n in range(times):
        shown = Patient.objects.order_by("pk")[0]
        told, was = {"name": f"By {who}, {n}"}, {"name": shown.name}
        try:
            correct(worker, shown, told, was=was, why=Correction.Why.WRONG)
            got.append("done")
        except Incorrect as refused:
            got.append(refused.code)
    return got


ACTS: dict[str, Callable[[int, int], list[str]]] = {
    "claims": claims, "consults": consults, "events": events, "decisions": decisions, "twins": twins, "late": late,
    "corrections": corrections,
}  # fmt: skip


def one(what: str, who: int, times: int, start: Any, queue: Any) -> None:
    start.wait()
    begun = time.perf_counter()
    try:
        got, error = ACTS[what](who, times), ""
    except Exception as problem:  # noqa: BLE001 - whatever it was, it is told
        got, error = [], f"{type(problem).__name__}: {problem}"
    queue.put({"who": who, "got": got, "error": error, "seconds": time.perf_counter() - begun})


def main() -> None:
    import django

    django.setup()
    what, people, times = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    context = multiprocessing.get_context("fork")
    queue, start = context.Queue(), context.Event()
    crew = [context.Process(target=one, args=(what, who, times, start, queue)) for who in range(people)]
    for process in crew:
        process.start()
    start.set()
    print(json.dumps([queue.get(timeout=100) for _ in crew]))
    for process in crew:
        process.join()


if __name__ == "__main__":
    main()
