"""The back of the eye: diabetic retinopathy. Pure."""

from __future__ import annotations

from screening.rules.declaration import (
    CaptureClass,
    Dicom,
    Judge,
    Look,
    Modality,
    Question,
    Sentences,
    Sheet,
    Side,
    Tool,
    View,
)
from screening.rules.texts import untranslated as _

# Diabetes history; sudden loss of sight is a danger sign. Retinopathy can worsen fast in pregnancy, and worse sight
# wants its cause found (ICO Guidelines for Diabetic Eye Care, 2017).
QUESTIONS = (
    Question(
        "diabetes", _("Which diabetes?"), "choice",
        choices=(("type1", _("Type 1")), ("type2", _("Type 2")), ("gestational", _("In pregnancy")),
                 ("unknown", _("Not known"))),
        to_reader=("gestational",), beyond=_("diabetes in pregnancy"),
    ),
    Question("diabetes_years", _("For how many years?"), "number", low=0, high=80),
    Question("hba1c", _("Last HbA1c (%)"), "number", low=3, high=20),
    Question("pregnant", _("Pregnant now?"), to_reader=(True,), beyond=_("pregnant")),
    Question(
        "sight_worse", _("Sees worse than last year?"), to_reader=(True,), beyond=_("sees worse than last year")
    ),
    Question(
        "sudden_loss", _("Sudden loss of sight in the last days?"), danger=True, told=_("sudden loss of sight")
    ),
)  # fmt: skip
RETAKE = {
    "not_retina": _("Centre the pupil and move closer until it fills with orange light."),
    "blurred": _("Clean the lens, hold still, focus again. Let the patient blink, then keep the eye open."),
    "too_dark": _("Cover the patient's head with a cloth, wait until the pupil is wide, or turn up the flash."),
    "field_cut_off": _("Take fingers and the lens rim out of the picture, and centre the round field."),
}
ADVICE = {
    "sugar": _("Good control of blood sugar and blood pressure protects your eyes."),
    "yearly": _("Come back for photos every year, even if you see well."),
    "clinic": _("Go to the eye clinic for a full examination. Take this slip with you."),
    "treatment": _("Treatment can prevent further loss of sight. Do not wait."),
    "wide": _("The photos could not be judged. Your eyes must be examined with wide pupils."),
    "pressure": _("The pressure in your eyes should be measured."),
}

FUNDUS = Modality(
    code="fundus",
    name=_("Back of the eye"),
    # OD is the right eye, OS the left (ophthalmic usage).
    views=(
        View("OD", _("right eye (OD)"), _("Right"), Side.RIGHT),
        View("OS", _("left eye (OS)"), _("Left"), Side.LEFT),
    ),
    capture_classes=(
        CaptureClass("fundus_tabletop", _("table-top fundus camera")),
        CaptureClass("fundus_phone", _("phone fundus photo")),
    ),
    dicom=Dicom(frozenset({"OP"}), "fundus_tabletop"),
    questions=QUESTIONS,
    sheet=Sheet.EYE,
    unobtainable={
        "cataract": _("The eye is clouded (cataract)"),
        "cannot_open": _("The eye cannot be opened"),
        "no_eye": _("There is no eye, or a prosthesis"),
    },
    ungradable={"not_retina": _("no retina can be seen")},
    retake=RETAKE,
    wrong={
        "off_centre": _("not centred on the macula and disc"),
        "lashes": _("lashes or eyelid in the way"),
        "wrong_side": _("perhaps the other eye"),
    },
    advice=ADVICE,
    organ="retina",
    says=Sentences(
        sooner=_("worse sight"),
        done=_("The back of your eyes was photographed. It does not hurt and leaves no trace."),
        other_side=_("The file says it is the other eye. Choose the right file, or hand it in for the other eye."),
        other_view=_("It shows the other eye, or something else"),
        twin=_("This is the photo of the other eye. Take one of this eye."),
        on_organ=_("%(n)d %% of the heat map lies on the retina."),
        off_organ=_("Only %(n)d %% of the heat map lies on the retina: do not rely on it."),
        normal=_("Both eyes normal"),
    ),
    look=Look(
        icon="eye",
        pictogram="eye",
        symbols="fundus",
        figure="eyes",
        frame="round",
        aim=_("Fill the ring with orange light. Hold still."),
        tools=(Tool.RED_FREE, Tool.CUP_DISC),
        judge=Judge.EYE,
    ),
)
