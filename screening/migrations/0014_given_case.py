"""A test case given to a reader, hidden or not, is a `GivenCase`. The table keeps its name; only the state changes."""

import django.db.models.deletion
from django.db import migrations, models


def points_at(model, related_name, one=False, **more):
    field = models.OneToOneField if one else models.ForeignKey
    return field(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model, **more)


class Migration(migrations.Migration):
    dependencies = [("screening", "0013_declared_modalities")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelTable("planted", "screening_planted"),
                migrations.RenameModel("Planted", "GivenCase"),
                migrations.AlterField(
                    "givencase",
                    "consult",
                    points_at("screening.consult", "given_case", one=True, db_column="referral_id"),
                ),
                migrations.AlterField("givencase", "case", points_at("screening.testcase", "given_cases")),
                migrations.AlterField("givencase", "sitting", points_at("screening.sitting", "given_cases", null=True)),
                migrations.AlterField(
                    "givencase", "period", points_at("screening.studyperiod", "given_cases", null=True)
                ),
            ],
        )
    ]
