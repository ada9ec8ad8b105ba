"""A region a reader marked on a picture, with a comment."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from screening.models.consult import Consult
from screening.models.image import Image
from screening.models.read import Read

COMMENT_LENGTH = 300
UNIT = (MinValueValidator(0.0), MaxValueValidator(1.0))


class Region(models.Model):
    """Two opposite corners of an ellipse's box, as shares (0 to 1) of the picture's width and height."""

    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    x0 = models.FloatField(validators=UNIT)
    y0 = models.FloatField(validators=UNIT)
    x1 = models.FloatField(validators=UNIT)
    y1 = models.FloatField(validators=UNIT)
    comment = models.CharField(max_length=COMMENT_LENGTH, blank=True)

    class Meta:
        abstract = True


class DraftMark(Region):
    """As it stands while the reader works. Kept like the draft of the grades, whoever holds the claim."""

    consult = models.ForeignKey(Consult, on_delete=models.CASCADE, related_name="+", db_column="referral_id")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.comment or str(self.image)


class Mark(Region):
    """As it was when the read was given. Insert-only, like the read."""

    read = models.ForeignKey(Read, on_delete=models.PROTECT, related_name="marks")
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.comment or str(self.image)
