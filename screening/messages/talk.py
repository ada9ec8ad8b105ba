"""A reader asks the field worker for a new photo or an answer. The consult waits meanwhile and comes back answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import record
from screening.messages.notices import tell
from screening.models import TESTS, Consult, Encounter, Message, Notice, Setting
from screening.refusal import Refused

TEXT_LENGTH = 600
TELLS = {Message.Kind.RETAKE: Notice.Kind.WANTED, Message.Kind.QUESTION: Notice.Kind.QUESTION}


def ask_for_retake(user: Any, consult: Consult, wrong: Mapping[str, str], text: str = "") -> Message:
    """Ask for new photos: view -> what is wrong with the one there. Raises Refused; see `_ask`."""
    programme = consult.encounter.programme
    if not wrong or any(view not in programme.views or why not in programme.kind.faults for view, why in wrong.items()):
        raise Refused("bad_request", _("Choose which photo you want again, and what is wrong with it."))
    return _ask(user, consult, Message.Kind.RETAKE, text, wrong=dict(wrong))


def ask(user: Any, consult: Consult, text: str) -> Message:
    """Ask the field worker a question. Raises Refused; see `_ask`."""
    if not text.strip():
        raise Refused("bad_request", _("Write what you want to know."))
    return _ask(user, consult, Message.Kind.QUESTION, text)


@transaction.atomic
def _ask(user: Any, consult: Consult, kind: Message.Kind, text: str, **more: Any) -> Message:
    """The consult waits, held by nobody, until it is answered or due. Raises Refused unless the reader holds it."""
    consult = Consult.objects.select_for_update(of=("self",)).select_related("encounter").get(pk=consult.pk)
    if consult.state == Consult.State.CLOSED or not consult.held_by(user):
        raise Refused("lost", _("You do not hold this consult. What you entered is kept as a draft."))
    if consult.messages.open().exists():
        raise Refused("asked_already", _("Something has been asked already, and the answer has not come yet."))
    message = Message.objects.create(consult=consult, kind=kind, text=text.strip()[:TEXT_LENGTH], by=user, **more)
    consult.waits_since, consult.claimed_by, consult.claim_until = message.at, None, None
    consult.save(update_fields=["waits_since", "claimed_by", "claim_until"])
    record(user, f"ask.{kind}", message)
    if consult.setting == Setting.CARE:
        tell(consult.encounter, TELLS[kind])
    else:  # nobody stands beside a test case
        _answer(None, message, Message.Kind.CANNOT, _("The patient has gone home and cannot be reached."))
    return message


def answer(user: Any, message: Message, text: str) -> Message:
    """The field worker answers a question (or says something about a wanted photo). Raises Refused."""
    if not text.strip():
        raise Refused("bad_answer", _("Write the answer."))
    return _answer(user, message, Message.Kind.ANSWER, text)


def cannot(user: Any, message: Message, text: str = "") -> Message:
    """The field worker says that the photo cannot be taken again. Raises Refused."""
    return _answer(user, message, Message.Kind.CANNOT, text)


@transaction.atomic
def _answer(user: Any, message: Message, kind: Message.Kind, text: str = "") -> Message:
    """The first answer is the answer. What somebody else said too, on another phone, is kept beside it."""
    text = text.strip()[:TEXT_LENGTH]
    first = Message.objects.filter(answers=message).first()
    if first and (first.kind, first.text, first.by_id) == (kind, text, getattr(user, "pk", None)):
        return first
    link = {"also": message} if first else {"answers": message}
    try:
        with transaction.atomic():
            said = Message.objects.create(consult_id=message.consult_id, kind=kind, text=text, by=user, **link)
    except IntegrityError:  # two at once: the other was first
        said = Message.objects.create(consult_id=message.consult_id, kind=kind, text=text, by=user, also=message)
    if message.consult.state == Consult.State.CLOSED:
        message.consult.encounter.touch()
    Consult.objects.filter(pk=message.consult_id).update(waits_since=None, back_at=said.at)
    record(user, f"answer.{kind}", said)
    return said


def retaken(user: Any, encounter: Encounter) -> None:
    """A picture came in: once every photo a reader wanted is there, that is the answer."""
    wanted = Message.objects.open().filter(consult__encounter=encounter, kind=Message.Kind.RETAKE).first()
    if wanted is None:
        return
    since = encounter.images.belonging().filter(received_at__gte=wanted.at)
    if set(wanted.wrong) <= set(since.values_list("view", flat=True)):
        _answer(user, wanted, Message.Kind.RETAKEN)


def of_encounter(encounter: Encounter) -> list[Message]:
    """All that was said about a visit, for the people of its site: what readers asked, with the answers."""
    asked = Message.objects.asked().filter(consult__encounter=encounter)
    return list(asked.select_related("answer", "consult"))


def of_reader(user: Any, consult: Consult) -> list[Message]:
    """What was asked, as this reader may see it.

    What another reader asked is hidden as long as that reader's opinion is: a question betrays what its asker
    thinks. Once the consult is answered all is shown.
    """
    asked = consult.messages.asked().select_related("answer")
    if consult.state == Consult.State.CLOSED:
        return list(asked)
    opined = set(consult.reads.exclude(reader=user).values_list("reader_id", flat=True))
    return [message for message in asked if message.by_id not in opined]


def to_answer(user: Any) -> Any:
    """What readers ask and nobody has answered, at the sites where the user may record."""
    return _asked_of(user).filter(answer=None).exclude(consult__state=Consult.State.CLOSED)


def _asked_of(user: Any) -> Any:
    here = Encounter.objects.recordable_by(user).exclude(patient__origin__in=TESTS)
    return Message.objects.asked().filter(consult__encounter__in=here).select_related("consult__encounter__patient")


def open_for(user: Any, message_id: Any) -> Message:
    """A question this field worker may answer, also when somebody else has. Raises Message.DoesNotExist."""
    found: Message = _asked_of(user).get(pk=message_id)
    return found


def waits(consult: Consult) -> bool:
    """Whether the consult waits for the field worker now. Past its due time it waits no longer: a reader answers."""
    return consult.waits_since is not None and consult.due_at >= timezone.now()
