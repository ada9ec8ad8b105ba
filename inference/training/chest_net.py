"""A network that answers from the lungs: where they are is one of its own outputs, learnt beside the findings."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.training.chest_films import ABNORMAL, TB
from inference.training.nets import Answer, LesionNet, Shape, merged

SECOND_VOTE = 0.5
LUNG = 0  # place of the lungs among the dense maps; the drawn shadows follow


class ChestNet(LesionNet):
    """As LesionNet, but the mean and the maximum are taken over the lungs and their rim only.

    Corners with letters, arms, necks and the edge of the film cannot reach the answer except through the receptive
    field of a lung cell. No gradient of the answer bends the lung map: it stays a map of lungs. `around` outputs
    (heart, fluid below the lungs) see the whole film as well.
    """

    def __init__(self, shape: Shape, around: int) -> None:
        super().__init__(shape)
        self.around = around
        coarse = shape.widths[-1]
        self.whole = nn.Linear(coarse, around) if around else None

    def forward(self, pixels: Tensor) -> Answer:
        """[N, 1, H, W] in 0..1 -> Answer, the first `lesions` map being the lungs."""
        fine, coarse = self.maps(pixels)
        dense = self.lesions(fine)
        near, far = _lungs(dense, fine)
        logits = self.from_fine(self.drop(inside(fine, near))) + self.from_coarse(self.drop(inside(coarse, far)))
        if self.whole is not None:
            wide = self.whole(self.drop(coarse.mean(dim=(2, 3))))
            logits = torch.cat([logits[:, : -self.around], logits[:, -self.around :] + wide], dim=1)
        return Answer(logits, self._heat(fine * near, coarse * far), dense)

    def gathered(self, pixels: Tensor) -> Tensor:
        """[N, F]: all that the answer is made from."""
        fine, coarse = self.maps(pixels)
        near, far = _lungs(self.lesions(fine), fine)
        return torch.cat([inside(fine, near), inside(coarse, far)], dim=1)

    def _heat(self, fine: Tensor, coarse: Tensor) -> Tensor:
        near = functional.conv2d(fine, merged(self.from_fine.weight).to(fine.dtype))
        far = functional.conv2d(coarse, merged(self.from_coarse.weight).to(fine.dtype))
        return near + functional.interpolate(far, scale_factor=2.0, mode="bilinear", align_corners=False)


def _lungs(dense: Tensor, fine: Tensor) -> tuple[Tensor, Tensor]:
    """The lungs and their rim as the network found them, 0..1, at the size of the fine and of the coarse maps."""
    lung = torch.sigmoid(dense[:, LUNG : LUNG + 1].detach().float()).to(fine.dtype)
    near = functional.max_pool2d(lung, 3, 1, 1)
    return near, functional.avg_pool2d(near, 2)


def inside(maps: Tensor, lung: Tensor) -> Tensor:
    """[N, C, h, w] and [N, 1, h, w] in 0..1 -> [N, 2C]: mean and maximum of each map over the lungs."""
    held = maps * lung
    mean = held.sum(dim=(2, 3)) / (lung.sum(dim=(2, 3)) + 0.5)
    return torch.cat([mean, held.amax(dim=(2, 3))], dim=1)


class Voted(nn.Module):
    """A finished network whose tuberculosis answer also hears its answer to "abnormal", learnt at two hospitals.

    On each hospital's own films this changes little; a shadow that only the other hospital taught is heard too.
    """

    def __init__(self, net: ChestNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: Tensor) -> Answer:
        """[N, 1, H, W] in 0..1 -> Answer."""
        answer = self.net(pixels)
        heard = answer.logits[:, TB : TB + 1] + SECOND_VOTE * answer.logits[:, ABNORMAL : ABNORMAL + 1]
        cam = answer.cam[:, TB : TB + 1] + SECOND_VOTE * answer.cam[:, ABNORMAL : ABNORMAL + 1]
        logits = torch.cat([heard, answer.logits[:, ABNORMAL:]], dim=1)
        return Answer(logits, torch.cat([cam, answer.cam[:, ABNORMAL:]], dim=1), answer.lesions)
