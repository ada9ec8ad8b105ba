"""Every kind of run has its network, and its answer is made from what it gathered."""

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is an extra for training: pip install -r requirements-train.txt")

from inference.training import config, recipes  # noqa: E402
from inference.training.chest_net import ChestNet, Voted  # noqa: E402
from inference.training.nets import Shape  # noqa: E402
from inference.training.networks import NETWORKS, network, published  # noqa: E402
from inference.training.spots import SpotNet  # noqa: E402


@pytest.mark.parametrize("net", [
    lambda: SpotNet((4, 6, 8, 10), (1, 1, 1), 4, 4, 0.0),
    lambda: ChestNet(Shape((4, 6, 8, 10), (1, 1, 1, 1), 1, 3, 5), 1),
])  # fmt: skip
def test_what_is_gathered_is_what_the_answer_is_made_from(net: Any) -> None:
    made = net().eval()
    seen = torch.rand(2, 1 if isinstance(made, ChestNet) else 3, 64, 64)
    with torch.no_grad():
        gathered, logits = made.gathered(seen), made(seen).logits
    weight = torch.cat([made.from_fine.weight, made.from_coarse.weight], dim=1)
    whole = gathered @ weight.T + made.from_coarse.bias
    alike = slice(None) if isinstance(made, SpotNet) else slice(0, 2)  # the last answer sees the whole film as well
    assert torch.allclose(whole.detach()[:, alike], logits[:, alike], atol=1e-4)


def test_every_recipe_has_a_network_that_answers() -> None:
    assert set(recipes.TRIALS) <= set(NETWORKS)
    for path in sorted(config.FOLDER.glob("*.toml")):
        run = config.read(path)
        made = published(run, network(run)).eval()
        assert isinstance(made, Voted) == (run.task == "chest_films")
