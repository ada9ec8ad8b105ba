"""A hash says that it is one: the run's `photo` becomes `display_sha256`. The column stays."""

from django.db import migrations, models

ONCE = "a_photo_once_per_model"


class Migration(migrations.Migration):
    dependencies = [("inference", "0003_second_finding")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("run", ONCE),
                migrations.RenameField("run", "photo", "display_sha256"),
                migrations.AlterField(
                    "run", "display_sha256", models.CharField(max_length=64, db_index=True, db_column="photo")
                ),
                migrations.AddConstraint(
                    "run", models.UniqueConstraint(fields=["display_sha256", "model_version"], name=ONCE)
                ),
            ]
        ),
    ]
