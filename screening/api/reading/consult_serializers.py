"""Consults as readers see them: a pseudonym, the pictures, and the AI only once it may be shown."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from screening.api.codes import Code
from screening.models import (
    Consult,
    Message,
    Read,
    ReadingMode,
    Sex,
)
from screening.models.choices import FINDINGS, capture_classes, modalities, views
from screening.rules import ImageState, Priority, modality
from screening.rules.grades import AMD, DME, ICDR, Gradability, Recommendation, Seen, TBLikelihood, Zone
from screening.words import consult_reasons
from screening.words.codes import LIMITS

ADVICE_LENGTH = 4000


class PersonOut(serializers.Serializer[Any]):
    """A patient without a name."""

    pseudonym = serializers.CharField()
    age = serializers.IntegerField()
    sex = serializers.ChoiceField(Sex.choices)


class ConsultLine(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    programme = serializers.SlugField(source="encounter.programme.code")
    modality = Code(modalities, source="encounter.programme.modality")
    person = PersonOut(source="encounter.patient")
    priority = serializers.SerializerMethodField(
        help_text="Blind-first: only urgent or routine, since more would betray what the AI found."
    )
    due_at = serializers.DateTimeField()
    overdue = serializers.BooleanField()
    state = serializers.ChoiceField(Consult.State.choices)
    created_at = serializers.DateTimeField()
    mine = serializers.SerializerMethodField(help_text="Whether this reader holds the claim now.")
    claim_until = serializers.SerializerMethodField(help_text="The end of this reader's own claim.")

    @extend_schema_field(serializers.ChoiceField([*Priority, consult_reasons.ROUTINE]))
    def get_priority(self, consult: Consult) -> str:
        return consult_reasons.shown(consult.priority, blind=consult_reasons.is_blind(consult))

    def get_mine(self, consult: Consult) -> bool:
        return consult.held_by(self.context["user"])

    def get_claim_until(self, consult: Consult) -> str | None:
        held = consult.held_by(self.context["user"]) and consult.claim_until
        return held.isoformat() if held else None


class PictureOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    view = Code(views)
    capture_class = Code(capture_classes)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    display = serializers.CharField(help_text="Address of the picture for the screen.")
    thumbnail = serializers.CharField()


class MarkOut(serializers.Serializer[Any]):
    """A region marked on a picture, fixed with the read: two corners of an ellipse's box, as shares of the picture."""

    image = serializers.UUIDField(source="image_id")
    x0 = serializers.FloatField()
    y0 = serializers.FloatField()
    x1 = serializers.FloatField()
    y1 = serializers.FloatField()
    comment = serializers.CharField()


class ReadOut(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(Read.Stage.choices)
    version = serializers.IntegerField()
    mine = serializers.SerializerMethodField()
    finding = serializers.ChoiceField(FINDINGS)
    grades = serializers.DictField()
    advice = serializers.CharField()
    advice_codes = serializers.ListField(child=serializers.CharField())
    amends = serializers.CharField(help_text="Why it was corrected; empty unless it is a correction.")
    adjudicates = serializers.BooleanField()
    ai_shown = serializers.BooleanField()
    read_at = serializers.DateTimeField()
    marks = MarkOut(many=True)

    def get_mine(self, read: Read) -> bool:
        return bool(read.reader_id == self.context["user"].pk)


class ModelOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()
    sha256 = serializers.CharField()


class OperatingPointOut(serializers.Serializer[Any]):
    """The threshold with the evidence it stands on. Fractions in [0, 1]."""

    label = serializers.CharField()  # type: ignore[assignment]
    capture_class = serializers.CharField()
    threshold = serializers.FloatField()
    target_sensitivity = serializers.FloatField()
    sensitivity = serializers.FloatField()
    sensitivity_lower = serializers.FloatField()
    confidence = serializers.FloatField()
    specificity = serializers.FloatField()
    positives = serializers.IntegerField()
    negatives = serializers.IntegerField()
    data = serializers.CharField()  # type: ignore[assignment]
    measured_on = serializers.DateField()
    expires_on = serializers.DateField(allow_null=True)


class InsightOut(serializers.Serializer[Any]):
    """What the AI made of one picture when the patient was referred."""

    image = serializers.UUIDField()
    state = serializers.ChoiceField([state.value for state in ImageState], allow_null=True)
    reason = serializers.CharField()
    words = serializers.CharField()
    score = serializers.FloatField(allow_null=True, help_text="Abnormality score in [0, 1].")
    threshold = serializers.FloatField(allow_null=True)
    distance = serializers.FloatField(allow_null=True, help_text="Score minus threshold.")
    heat = serializers.CharField(allow_null=True, help_text="Address of the heat map.")
    models = ModelOut(many=True)
    operating_point = OperatingPointOut(allow_null=True)


class AiOut(serializers.Serializer[Any]):
    action = serializers.CharField()
    reason = serializers.CharField()
    pictures = InsightOut(many=True)


class GradeIn(serializers.Serializer[Any]):
    """One view: an eye has `icdr` and `dme`, a film has `tb`, any other picture `seen`.

    Nothing but `gradability` when it cannot be graded.

    The rest is what else was seen: it may raise what the view amounts to, never lower it.
    """

    gradability = serializers.ChoiceField([g.value for g in Gradability], required=False)
    reason = serializers.CharField(max_length=20, required=False, help_text="Why it cannot be graded.")
    icdr = serializers.ChoiceField([str(grade.value) for grade in ICDR], required=False)
    dme = serializers.ChoiceField([grade.value for grade in DME], required=False)
    glaucoma = serializers.BooleanField(required=False)
    cup_disc = serializers.CharField(max_length=4, required=False, help_text="Vertical cup-disc ratio, 0 to 1.")
    cataract = serializers.BooleanField(required=False)
    amd = serializers.ChoiceField([stage.value for stage in AMD], required=False)
    tb = serializers.ChoiceField([grade.value for grade in TBLikelihood], required=False)
    seen = serializers.ChoiceField([seen.value for seen in Seen], required=False)
    limits = serializers.ChoiceField([code for code, _words in LIMITS if code], required=False)
    signs = serializers.DictField(
        child=serializers.ListField(child=serializers.ChoiceField([zone.value for zone in Zone])),
        required=False, help_text="Sign to the zones it is seen in.",
    )  # fmt: skip
    recommendation = serializers.ChoiceField([said.value for said in Recommendation], required=False)
    other = serializers.BooleanField(required=False)
    other_urgent = serializers.BooleanField(required=False)
    note = serializers.CharField(max_length=300, required=False)


class DraftIn(serializers.Serializer[Any]):
    """What has been entered so far: any part may be missing."""

    grades = serializers.DictField(child=GradeIn(), help_text="View code to grade.", default=dict)
    advice = serializers.CharField(max_length=ADVICE_LENGTH, allow_blank=True, default="", trim_whitespace=False)
    advice_codes = serializers.ListField(
        child=Code(modality.advice), required=False,
        help_text="Standard sentences, said to the patient in their language.",
    )  # fmt: skip

    def validate_grades(self, grades: dict[str, Any]) -> dict[str, Any]:
        foreign = sorted(set(grades) - set(self.context["views"]))
        if foreign:
            raise serializers.ValidationError(
                {view: [_("This programme does not take that view.")] for view in foreign}
            )
        return {view: dict(grade) for view, grade in grades.items()}


class ReadIn(DraftIn):
    """A whole read: every view of the programme has a grade."""

    grades = serializers.DictField(child=GradeIn(), help_text="View code to grade, for every view.")

    def validate_grades(self, grades: dict[str, Any]) -> dict[str, Any]:
        missing = [view for view in self.context["views"] if view not in grades]
        if missing:
            raise serializers.ValidationError({view: [_("Every view needs a grade.")] for view in missing})
        return super().validate_grades(grades)


class AmendIn(ReadIn):
    """A correction of one's own final read, whole, and why."""

    why = serializers.CharField(max_length=300)


class AskIn(serializers.Serializer[Any]):
    """Ask for new photos (`wrong`: view to what is wrong with it) or, without it, a question."""

    wrong = serializers.DictField(child=Code(modality.faults), required=False, help_text="View to fault.")
    text = serializers.CharField(max_length=600, allow_blank=True, default="")


class ReplyIn(serializers.Serializer[Any]):
    """The field worker's answer; `cannot` says that a wanted photo cannot be taken again."""

    text = serializers.CharField(max_length=600, allow_blank=True, default="")
    cannot = serializers.BooleanField(default=False)


class ReplyOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Message.Kind.choices)
    text = serializers.CharField()
    at = serializers.DateTimeField()


class MessageOut(ReplyOut):
    """What a reader asked about a visit, and the answer."""

    encounter = serializers.UUIDField(source="consult.encounter_id")
    wrong = serializers.DictField(child=serializers.CharField())
    answer = serializers.SerializerMethodField()

    @extend_schema_field(ReplyOut(allow_null=True))
    def get_answer(self, message: Message) -> dict[str, Any] | None:
        said = getattr(message, "answer", None)
        return dict(ReplyOut(said).data) if said else None


class OpenedOut(serializers.Serializer[Any]):
    """What a consult holds beside its line in the worklist."""

    views = serializers.ListField(child=Code(views))
    reading_mode = serializers.ChoiceField(ReadingMode.choices)
    answers = serializers.DictField()
    unobtainable = serializers.DictField(child=serializers.CharField())
    images = PictureOut(many=True)
    draft = DraftIn(allow_null=True)
    reads = ReadOut(many=True)
    ai = AiOut(required=False)


class ConsultOut(ConsultLine, OpenedOut):
    """The whole consult. There is no `ai` key at all until this reader may see the AI."""

    def to_representation(self, instance: tuple[Consult, dict[str, Any]]) -> dict[str, Any]:
        consult, beside = instance
        line = ConsultLine(consult, context=self.context).data
        return {**line, **OpenedOut(beside, context=self.context).data}
