"""Patients are found by keyed hashes, and a local number is the same however it is written.

Nobody is indexed here: `manage.py prepare` (or `index_patients`) does that in batches, with the rules then in force.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("screening", "0014_given_case")]

    operations = [
        migrations.CreateModel(
            "PatientKey",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "value", "patient_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("value", models.BigIntegerField()),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="screening.patient"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            "patient",
            "local_key",
            models.BigIntegerField(null=True, help_text="Keyed hash of the folded local number: equal, the same."),
        ),
        migrations.AddField(
            "patient",
            "local_twin",
            models.BooleanField(
                default=False,
                help_text="Enrolled when numbers were not folded, under one that was somebody else's already.",
            ),
        ),
        migrations.AddConstraint(
            "patient",
            models.UniqueConstraint(
                fields=["site", "local_key"],
                condition=models.Q(local_twin=False),
                name="a_folded_number_once_per_site",
            ),
        ),
    ]
