"""The words behind the codes: symptoms, reasons, and how to take a better photo. `wording` makes sentences of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from screening.rules import Reason
from screening.rules.grades import Recommendation, Sign, Why, Zone

# Tone, icon and words of each place an encounter can stand (`wording.Stand`).
LOOKS = {
    "unfinished": ("quiet", "pencil", _("Not finished")),
    "assessing": ("quiet", "hourglass", _("Being assessed")),
    "identity": ("again", "circle-help", _("Check whose photo this is")),
    "missing": ("again", "camera", _("A photo is missing")),
    "retake": ("again", "rotate-ccw", _("Take the photo again")),
    "specialist": ("human", "stethoscope", _("A specialist will look")),
    "recall": ("clear", "calendar-clock", ""),
    "refer": ("refer", "hospital", _("Refer")),
    "refer_urgent": ("urgent", "triangle-alert", _("Refer urgently")),
}

TOLD = {
    "cough": _("cough for two weeks or more"),
    "fever": _("fever"),
    "night_sweats": _("night sweats"),
    "weight_loss": _("weight loss"),
    "blood": _("coughing blood"),
    "sudden_loss": _("sudden loss of sight"),
}

BEYOND = {
    "age": _("of an age the computer was not tested on"),
    "pregnant": _("pregnant"),
    "diabetes": _("diabetes in pregnancy"),
    "sight_worse": _("sees worse than last year"),
}

WHY_A_SPECIALIST = {
    Reason.UNGRADABLE: _("The photos are not clear enough to be assessed here."),
    Reason.UNOBTAINABLE: _("A photo could not be taken."),
    Reason.ASSESSMENT_FAILED: _("The computer could not assess the photo."),
    Reason.NO_OPERATING_POINT: _("The computer may not judge photos taken this way: it was not tested on them."),
    Reason.HUMAN_READS_ALL: _("In this programme a specialist looks at every patient."),
}

# Why a photo cannot be graded.
UNGRADABLE = {
    "not_retina": _("no retina can be seen"),
    "not_chest": _("this is not a chest film"),
    "blurred": _("it is blurred"),
    "too_dark": _("it is too dark"),
    "too_bright": _("it is too bright"),
    "glare": _("light is reflected in it"),
    "field_cut_off": _("part of it is cut off"),
    "too_small": _("it is too small"),
    "ungradable": _("it is not clear enough"),
}

# How to take a better one, by modality.
RETAKE_EYE = {
    "not_retina": _("Centre the pupil and move closer until it fills with orange light."),
    "blurred": _("Clean the lens, hold still, focus again. Let the patient blink, then keep the eye open."),
    "too_dark": _("Darken the room, wait until the pupil is wide, or turn up the flash."),
    "too_bright": _("Turn down the flash, or move back a little."),
    "glare": _("Tilt a little, and keep lamps and windows out of the picture."),
    "field_cut_off": _("Centre the round picture, so that no side is cut off."),
    "too_small": _("Move closer, or choose the full-size photo."),
    "ungradable": _("Clean the lens, hold still and take it again."),
}
RETAKE_FILM = {
    "not_chest": _("Photograph the whole frontal chest film, and nothing else."),
    "blurred": _("Clean the lens, hold the phone straight and still, tap to focus."),
    "too_dark": _("Make the light-box or the screen brighter, and put out the room light."),
    "too_bright": _("Make the light-box or the screen a little darker."),
    "glare": _("Tilt a little, and keep lamps and windows out of the picture."),
    "field_cut_off": _("Move back until the whole chest is in the picture."),
    "too_small": _("Move closer, or choose the full-size file."),
    "ungradable": _("Clean the lens, hold still and take it again."),
}

# What a reader finds wrong with a photo: the words beside the pictogram. The codes name symbols in img/wrong.svg.
WRONG_EYE = {
    "blurred": _("blurred"),
    "too_dark": _("too dark"),
    "too_bright": _("too bright"),
    "glare": _("light reflected"),
    "field_cut_off": _("part cut off"),
    "off_centre": _("not centred on the macula and disc"),
    "lashes": _("lashes or eyelid in the way"),
    "wrong_side": _("perhaps the other eye"),
}
WRONG_FILM = {
    "blurred": _("blurred"),
    "too_dark": _("too dark"),
    "too_bright": _("too bright"),
    "glare": _("light reflected"),
    "field_cut_off": _("part cut off"),
    "turned": _("the patient stood turned"),
    "breath": _("not a full breath"),
    "wrong_side": _("perhaps the wrong way round"),
}

UNOBTAINABLE = {
    "no_eye": _("There is no eye, or a prosthesis"),
    "cataract": _("The eye is clouded (cataract)"),
    "cannot_open": _("The eye cannot be opened"),
    "cannot_sit": _("The patient cannot keep still"),
    "refused": _("The patient does not want it"),
    "no_film": _("There is no film"),
}
FOR_EYES = ("cataract", "cannot_open", "no_eye", "cannot_sit", "refused")
FOR_CHEST = ("no_film", "cannot_sit", "refused")

# --- grades in words

WHYS = {
    Why.UNGRADABLE: _("cannot be graded"),
    Why.DR_MODERATE: _("moderate retinopathy"),
    Why.DR_SEVERE: _("severe retinopathy"),
    Why.DR_PROLIFERATIVE: _("proliferative retinopathy"),
    Why.DME: _("macular oedema"),
    Why.DME_CENTRAL: _("macular oedema at the centre"),
    Why.GLAUCOMA: _("glaucoma suspected"),
    Why.CATARACT: _("cataract"),
    Why.AMD_LATE: _("late macular degeneration"),
    Why.TB_POSSIBLE: _("tuberculosis possible"),
    Why.TB_LIKELY: _("tuberculosis likely"),
    Why.TB_ACTIVE: _("active tuberculosis"),
    Why.SIGN: _("a sign of disease"),
    Why.PNEUMOTHORAX: _("pneumothorax"),
    Why.RECOMMENDED: _("a test or a clinic is recommended"),
    Why.REPEAT: _("a new film is wanted"),
    Why.OTHER: _("something else that needs a clinic"),
    Why.OTHER_URGENT: _("something else that is urgent"),
}
SIGNS = {
    Sign.CONSOLIDATION: _("Consolidation, infiltrate"),
    Sign.CAVITY: _("Cavity"),
    Sign.NODULES: _("Nodules"),
    Sign.MILIARY: _("Miliary"),
    Sign.LYMPH_NODES: _("Lymph nodes"),
    Sign.EFFUSION: _("Effusion"),
    Sign.MASS: _("Mass"),
    Sign.PNEUMOTHORAX: _("Pneumothorax"),
    Sign.LARGE_HEART: _("Large heart"),
    Sign.SCAR: _("Scar, calcification (old)"),
}
ZONES = (
    (Zone.RU.value, _("right upper")),
    (Zone.RM.value, _("right middle")),
    (Zone.RL.value, _("right lower")),
    (Zone.LU.value, _("left upper")),
    (Zone.LM.value, _("left middle")),
    (Zone.LL.value, _("left lower")),
)
LIMITS = (
    ("", _("not said")),  # nothing is claimed of a film before somebody looked
    ("good", _("good")),
    ("turned", _("limited: the patient stood turned")),
    ("breath", _("limited: not a full breath")),
    ("exposure", _("limited: too dark or too bright")),
    ("cut_off", _("limited: part cut off")),
    ("artefact", _("limited: something lies over the lung")),
)
RECOMMENDATIONS = (
    (Recommendation.XPERT.value, _("Sputum test (Xpert)")),
    (Recommendation.REPEAT.value, _("New film")),
    (Recommendation.REFER.value, _("Clinic")),
    (Recommendation.NONE.value, _("Nothing")),
)
RECOMMENDED = {
    Recommendation.XPERT.value: _("Collect sputum for a rapid molecular test (Xpert)."),
    Recommendation.REPEAT.value: _("Take a new chest film."),
    Recommendation.REFER.value: _("Send the patient to the clinic."),
}

# Standard advice, said to the patient in their language. The codes are stored.
ADVICE_EYE = {
    "sugar": _("Good control of blood sugar and blood pressure protects your eyes."),
    "yearly": _("Come back for photos every year, even if you see well."),
    "clinic": _("Go to the eye clinic for a full examination. Take this slip with you."),
    "treatment": _("Treatment can prevent further loss of sight. Do not wait."),
    "wide": _("The photos could not be judged. Your eyes must be examined with wide pupils."),
    "pressure": _("The pressure in your eyes should be measured."),
}
ADVICE_CHEST = {
    "sputum": _("Please give sputum for a tuberculosis test."),
    "mask": _("Wear a mask and keep windows open until the result is known."),
    "family": _("The people who live with you should be tested too."),
    "new_film": _("A new chest film is needed, at full breath."),
    "hospital": _("Go to the clinic with this slip."),
    "return": _("Come back at once if you cough, have fever or lose weight."),
}


def advice_for(modality: str) -> dict[str, Any]:
    """Code -> standard sentence, of one modality."""
    return dict(ADVICE_EYE if modality == "fundus" else ADVICE_CHEST)
