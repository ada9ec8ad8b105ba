"""A hash says that it is one: `photo` and `original` become `display_sha256` and `original_sha256`. Columns stay."""

from django.db import migrations, models

COLUMNS = [("display_sha256", "photo"), ("original_sha256", "original")]
ONE_PHOTO = "the_same_photo_is_one_photo"


class Migration(migrations.Migration):
    dependencies = [("screening", "0011_consult")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("image", ONE_PHOTO),
                *[
                    migrations.RenameField(model, column, name)
                    for model in ("image", "testpicture")
                    for name, column in COLUMNS
                ],
                *[
                    migrations.AlterField(
                        "image", name, models.CharField(max_length=64, db_index=True, db_column=column)
                    )
                    for name, column in COLUMNS
                ],
                *[
                    migrations.AlterField("testpicture", name, models.CharField(max_length=64, db_column=column))
                    for name, column in COLUMNS
                ],
                migrations.AddConstraint(
                    "image",
                    models.UniqueConstraint(fields=["encounter", "display_sha256", "view"], name=ONE_PHOTO),
                ),
            ]
        ),
    ]
