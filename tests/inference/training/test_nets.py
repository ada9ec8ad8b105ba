"""Grades add up to the question that was asked."""

import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.training.nets import LesionNet, Served, Shape  # noqa: E402

SIZE = 32


def test_grades_add_up_to_the_referable_question() -> None:
    served = Served([LesionNet(Shape((8, 8, 8), (1, 1, 1), 3, 4))], [[]], 1, [0, 1, 2, 3], 1).eval()
    plain = Served(list(served.nets), [[]], 1, [0, 1, 2, 3], -1).eval()
    picture = torch.rand(4, 3, SIZE, SIZE)
    with torch.inference_mode():
        grades = torch.softmax(served(picture)[0], dim=1)
        wanted = torch.sigmoid(plain(picture)[0][:, 1])
    assert torch.allclose(grades[:, 2:].sum(dim=1), wanted, atol=1e-4)
