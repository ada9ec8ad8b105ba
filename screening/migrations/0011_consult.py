"""What a specialist is asked is a consult; a referral sends the patient to a clinic. Tables and columns keep their names.

Only the state changes: on SQLite an altered table would be rebuilt, and lose the triggers that keep it insert-only.
"""

import django.db.models.deletion
from django.db import migrations, models


def points_at(related_name, on_delete, one=False):
    field = models.OneToOneField if one else models.ForeignKey
    return field(on_delete=on_delete, related_name=related_name, to="screening.consult", db_column="referral_id")


POINTING = [
    ("draft", points_at("drafts", django.db.models.deletion.CASCADE)),
    ("draftmark", points_at("+", django.db.models.deletion.CASCADE)),
    ("message", points_at("messages", django.db.models.deletion.PROTECT)),
    ("outcome", points_at("outcomes", django.db.models.deletion.PROTECT)),
    ("planted", points_at("planted", django.db.models.deletion.PROTECT, one=True)),
    ("read", points_at("reads", django.db.models.deletion.PROTECT)),
]
UNIQUE = [
    ("draft", "one_draft_per_reader", ["consult", "reader"]),
    ("outcome", "outcomes_are_numbered", ["consult", "number"]),
    ("read", "one_read_per_reader_stage_and_version", ["consult", "reader", "stage", "version"]),
]


class Migration(migrations.Migration):
    dependencies = [("screening", "0010_calibrations")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelTable("referral", "screening_referral"),
                migrations.RenameModel("Referral", "Consult"),
                *[migrations.RemoveConstraint(model, name) for model, name, _fields in UNIQUE],
                *[migrations.RenameField(model, "referral", "consult") for model, _field in POINTING],
                *[migrations.AlterField(model, "consult", field) for model, field in POINTING],
                *[
                    migrations.AddConstraint(model, models.UniqueConstraint(fields=fields, name=name))
                    for model, name, fields in UNIQUE
                ],
                migrations.AlterModelOptions("outcome", {"ordering": ["consult", "-number"]}),
                migrations.AlterField(
                    "consult",
                    "encounter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consult", to="screening.encounter"
                    ),
                ),
                migrations.AlterField(
                    "notice",
                    "kind",
                    models.CharField(
                        choices=[
                            ("referred", "Referred"),
                            ("retake", "Photo wanted again"),
                            ("answered", "The specialist has answered"),
                            ("identity", "Check whose picture this is"),
                            ("wanted", "The specialist wants a new photo"),
                            ("question", "The specialist has a question"),
                            ("amended", "The specialist has corrected the answer"),
                            ("overdue", "A consult is overdue"),
                        ],
                        max_length=20,
                    ),
                ),
                migrations.AlterField(
                    "programme",
                    "reads_needed",
                    models.PositiveSmallIntegerField(default=1, verbose_name="reads per consult"),
                ),
                migrations.AlterField(
                    "read",
                    "seconds",
                    models.PositiveIntegerField(help_text="From taking the consult to this read.", null=True),
                ),
            ]
        ),
    ]
