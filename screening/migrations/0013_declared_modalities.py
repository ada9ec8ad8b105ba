"""What a column of a modality, a view or a capture class may hold is looked up in the declarations (`rules.modality`).

Only the state changes, so that another modality needs no migration; no table is touched.
"""

from django.db import migrations, models

import screening.models.choices as declared



class Migration(migrations.Migration):
    dependencies = [("screening", "0012_hashes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "programme",
                    "modality",
                    models.CharField("modality", max_length=20, choices=declared.modalities),
                ),
                *[
                    migrations.AlterField(model, "view", models.CharField(max_length=10, choices=declared.views))
                    for model in ("announced", "image", "testpicture")
                ],
                *[
                    migrations.AlterField(
                        model,
                        "capture_class",
                        models.CharField(max_length=20, choices=declared.capture_classes, blank=blank),
                    )
                    for model, blank in (("announced", True), ("image", False), ("testpicture", False))
                ],
            ]
        )
    ]
