"""The frontal chest film: tuberculosis, and whatever else is not normal. Pure."""

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
    Tool,
    View,
)
from screening.rules.texts import untranslated as _

# The four-symptom screen and risk questions of the WHO consolidated guidelines on tuberculosis, module 2 (2021).
# Coughing blood is a danger sign.
QUESTIONS = (
    Question("cough", _("Cough for two weeks or more?"), symptom=True, told=_("cough for two weeks or more")),
    Question("fever", _("Fever?"), symptom=True, told=_("fever")),
    Question("night_sweats", _("Night sweats?"), symptom=True, told=_("night sweats")),
    Question("weight_loss", _("Weight loss?"), symptom=True, told=_("weight loss")),
    Question("blood", _("Coughing blood?"), danger=True, told=_("coughing blood")),
    Question("contact", _("Lives with somebody who has tuberculosis?")),
    Question("prior_tb", _("Had tuberculosis before?")),
    Question(
        "hiv", _("HIV status"), "choice",
        choices=(("positive", _("Positive")), ("negative", _("Negative")), ("unknown", _("Not known"))),
    ),
)  # fmt: skip
RETAKE = {
    "not_chest": _("Photograph the whole frontal chest film, and nothing else."),
    "blurred": _("Clean the lens, hold the phone straight and still, tap to focus."),
    "too_dark": _("Make the light-box or the screen brighter, and put out the room light."),
    "too_bright": _("Make the light-box or the screen a little darker."),
    "field_cut_off": _("Move back until the whole chest is in the picture."),
    "too_small": _("Move closer, or choose the full-size file."),
}
ADVICE = {
    "sputum": _("Please give sputum for a tuberculosis test."),
    "mask": _("Wear a mask and keep windows open until the result is known."),
    "family": _("The people who live with you should be tested too."),
    "new_film": _("A new chest film is needed, at full breath."),
    "hospital": _("Go to the clinic with this slip."),
    "return": _("Come back at once if you cough, have fever or lose weight."),
}

CHEST = Modality(
    code="chest",
    name=_("Chest film"),
    views=(View("CXR", _("chest, frontal")),),
    capture_classes=(
        CaptureClass("dicom", _("digital film (DICOM)"), by_file=True),
        CaptureClass("film_export", _("digital film saved as a picture (PNG, JPEG)")),
        CaptureClass("film_lightbox", _("film on a light-box")),
        CaptureClass("screen_photo", _("photo of a screen")),
    ),
    dicom=Dicom(frozenset({"CR", "DX", "RG", "OT"}), "dicom"),  # "OT" (other) is a scanned film's
    questions=QUESTIONS,
    sheet=Sheet.FILM,
    unobtainable={"no_film": _("There is no film")},
    ungradable={"not_chest": _("this is not a chest film")},
    retake=RETAKE,
    wrong={
        "turned": _("the patient stood turned"),
        "breath": _("not a full breath"),
        "wrong_side": _("perhaps the wrong way round"),
    },
    advice=ADVICE,
    organ="lungs",
    says=Sentences(
        seen=_("The chest film shows signs that need a test."),
        suspected=_("The AI found signs that need a test."),
        referable=_("The specialist saw signs that need a test."),
        sooner=_("cough, fever or weight loss"),
        done=_("A picture of your chest was taken, to look at the lungs."),
        by_file=_("A digital film (DICOM file) is recognised by itself."),
        on_organ=_("%(n)d %% of the heat map lies on the lungs."),
        off_organ=_("Only %(n)d %% of the heat map lies on the lungs: do not rely on it."),
        normal=_("Normal film"),
    ),
    look=Look(
        pictogram="chest",
        symbols="chest",
        aim=_("Fit the whole film into the frame. Hold the phone straight."),
        tools=(Tool.WINDOWS, Tool.HEART_CHEST),
        judge=Judge.FILM,
    ),
)
