"""A network for small spots on a retina: fine maps, and an answer that a single spot can change."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.training.nets import Answer, Block, join

POOLS = 3  # mean, generalised mean and maximum
SHARP = 4  # power of the generalised mean


class Contrast(nn.Module):
    """An equalised photo, black outside the field -> its levels and its local contrast, both steady.

    Local contrast is what differs from the surroundings (about 1/16 of the field), divided by its own deviation over
    the field: a soft or hazy camera and a sharp one give numbers of the same size.
    """

    def forward(self, pixels: Tensor) -> Tensor:
        """[N, 3, S, S] in 0..1 -> [N, 6, S, S], about -2..2, 0 outside the field."""
        lit = (pixels.amax(dim=1, keepdim=True) > 0.001).to(pixels.dtype)
        level = (pixels - 0.5) * 3.4 * lit
        around = self._around(level) / self._around(lit).clamp_min(0.05)
        local = (level - around) * lit
        area = lit.sum(dim=(2, 3), keepdim=True) + 1.0
        spread = (local * local).sum(dim=(2, 3), keepdim=True) / area
        return torch.cat([level, (local * torch.rsqrt(spread + 1e-3)).clamp(-5.0, 5.0)], dim=1)

    def _around(self, maps: Tensor) -> Tensor:
        coarse = functional.avg_pool2d(functional.avg_pool2d(maps, 4), 5, 1, 2, count_include_pad=True)
        return functional.interpolate(coarse, size=maps.shape[2:], mode="bilinear", align_corners=False)


def gather(maps: Tensor) -> Tensor:
    """[N, C, h, w] not negative -> [N, 3 C]: mean, generalised mean and maximum of each map."""
    whole = maps.float()
    sharp = (whole**SHARP).mean(dim=(2, 3)).add(1e-6) ** (1 / SHARP)
    return torch.cat([whole.mean(dim=(2, 3)), sharp, whole.amax(dim=(2, 3))], dim=1)


def spread(weight: Tensor, parts: int) -> Tensor:
    """Weights [K, parts * C] of gathered maps -> [K, C, 1, 1], to draw an activation map with."""
    return torch.stack(weight.chunk(parts, dim=1)).sum(dim=0)[:, :, None, None]


class SpotNet(nn.Module):
    """Four stages, each half as fine as the one before; the last two answer, the third also draws lesions.

    `widths` are the channels at 1/2, 1/4, 1/8 and 1/16 of the photo.
    """

    def __init__(
        self, widths: tuple[int, ...], depths: tuple[int, ...], outputs: int, lesions: int, drop: float
    ) -> None:
        super().__init__()
        self.front = Contrast()
        self.stem = join(6, widths[0], stride=2, kernel=5)
        self.near = _stage(widths[0], widths[1], depths[0])
        self.fine = _stage(widths[1], widths[2], depths[1])
        self.coarse = _stage(widths[2], widths[3], depths[2])
        self.drop = nn.Dropout(drop)
        self.from_fine = nn.Linear(POOLS * widths[2], outputs, bias=False)
        self.from_coarse = nn.Linear(POOLS * widths[3], outputs)
        self.lesions = nn.Conv2d(widths[2], max(1, lesions), 1)

    def maps(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """The maps of the last two stages, [N, C, S / 8, S / 8] and [N, D, S / 16, S / 16]."""
        with torch.no_grad():
            seen = self.front(pixels)
        fine = self.fine(self.near(self.stem(seen)))
        return fine, self.coarse(fine)

    def gathered(self, pixels: Tensor) -> Tensor:
        """[N, F]: all that the answer is made from."""
        fine, coarse = self.maps(pixels)
        return torch.cat([gather(fine), gather(coarse)], dim=1)

    def forward(self, pixels: Tensor) -> Answer:
        """[N, 3, S, S] in 0..1 -> Answer."""
        fine, coarse = self.maps(pixels)
        logits = self.from_fine(self.drop(gather(fine))) + self.from_coarse(self.drop(gather(coarse)))
        return Answer(logits, self._cam(fine, coarse), self.lesions(fine))

    def _cam(self, fine: Tensor, coarse: Tensor) -> Tensor:
        near = functional.conv2d(fine, spread(self.from_fine.weight, POOLS))
        far = functional.conv2d(coarse, spread(self.from_coarse.weight, POOLS))
        return near + functional.interpolate(far, scale_factor=2.0, mode="bilinear", align_corners=False)


def _stage(inward: int, outward: int, depth: int) -> nn.Sequential:
    """Halve with one convolution, then `depth` residual blocks."""
    return nn.Sequential(join(inward, outward, stride=2), *[Block(outward, outward, 1) for _ in range(depth)])
