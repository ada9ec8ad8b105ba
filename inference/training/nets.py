"""Small networks that run on a cheap CPU and show what they looked at.

Each takes float32 [N, C, H, W] in 0..1 and gives logits [N, K] with a class activation map [N, K, h, w]. Scaling,
local contrast and the averaging of flips live inside the network, so the exported file needs nothing around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    """How a network is built: channels per stage, blocks per stage, inputs, outputs and lesion maps."""

    widths: tuple[int, ...]
    depths: tuple[int, ...]
    channels: int
    outputs: int
    lesions: int = 0
    dropout: float = 0.2
    steady: bool = True


class Front(nn.Module):
    """Pixels beside their local contrast: a faint lesion stands out whatever the light on that side of the eye.

    `steady` first gives every channel mean 0 and deviation 1 over the lit part, so that exposure, the amount of
    black around a retina and the flavour of histogram equalisation cancel out. A gate must see them: not steady.
    """

    def __init__(self, steady: bool) -> None:
        super().__init__()
        self.steady = steady

    def forward(self, pixels: Tensor) -> Tensor:
        """[N, C, H, W] in 0..1 -> [N, 2C, H, W], about -2..2."""
        level = _steadied(pixels) if self.steady else pixels * 3.4 - 1.7
        coarse = functional.avg_pool2d(level, 8)
        coarse = functional.avg_pool2d(coarse, 3, 1, 1, count_include_pad=False)
        local = functional.interpolate(coarse, size=pixels.shape[2:], mode="bilinear", align_corners=False)
        return torch.cat([level, (level - local) * 1.5], dim=1)


def _steadied(pixels: Tensor) -> Tensor:
    lit = (pixels.amax(dim=1, keepdim=True) > 0.03).to(pixels.dtype)
    count = lit.sum(dim=(2, 3), keepdim=True) + 1.0
    mean = (pixels * lit).sum(dim=(2, 3), keepdim=True) / count
    offset = (pixels - mean) * lit
    spread = (offset * offset).sum(dim=(2, 3), keepdim=True) / count
    return offset * torch.rsqrt(spread + 1e-4)


def join(inward: int, outward: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    """A convolution, normalised, without its negative part."""
    filters = nn.Conv2d(inward, outward, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(filters, nn.BatchNorm2d(outward), nn.ReLU(inplace=True))


class Block(nn.Module):
    """Two 3 x 3 convolutions around a short cut."""

    def __init__(self, inward: int, outward: int, stride: int) -> None:
        super().__init__()
        self.first = join(inward, outward, stride)
        self.second = nn.Sequential(nn.Conv2d(outward, outward, 3, 1, 1, bias=False), nn.BatchNorm2d(outward))
        self.cut: nn.Module = nn.Identity()
        if stride > 1 or inward != outward:
            pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
            self.cut = nn.Sequential(pool, nn.Conv2d(inward, outward, 1, bias=False), nn.BatchNorm2d(outward))

    def forward(self, maps: Tensor) -> Tensor:
        """[N, in, h, w] -> [N, out, h / stride, w / stride]."""
        return functional.relu(self.second(self.first(maps)) + self.cut(maps))


@dataclass(frozen=True, slots=True)
class Answer:
    """Logits [N, K], activation map [N, K, h, w] and lesion maps [N, L, h, w] (logits; L may be 0)."""

    logits: Tensor
    cam: Tensor
    lesions: Tensor


class LesionNet(nn.Module):
    """A residual network whose answer is the mean *and the maximum* over two fine maps.

    One microaneurysm in a 256 px photo covers two pixels: averaging alone washes it out, so the maximum of the
    second-last stage counts as much as the average of the last.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.front = Front(shape.steady)
        self.stem = join(2 * shape.channels, shape.widths[0], stride=2, kernel=5)
        self.stages = nn.ModuleList()
        inward = shape.widths[0]
        for place, (width, depth) in enumerate(zip(shape.widths, shape.depths, strict=True)):
            blocks = [Block(inward if i == 0 else width, width, 2 if i == 0 and place else 1) for i in range(depth)]
            self.stages.append(nn.Sequential(*blocks))
            inward = width
        fine, coarse = shape.widths[-2:]
        self.drop = nn.Dropout(shape.dropout)
        self.from_fine = nn.Linear(2 * fine, shape.outputs, bias=False)
        self.from_coarse = nn.Linear(2 * coarse, shape.outputs)
        self.lesions = nn.Conv2d(fine, max(1, shape.lesions), 1)

    def maps(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """The feature maps of the last two stages."""
        maps = self.stem(self.front(pixels))
        fine = maps
        for stage in self.stages:
            fine, maps = maps, stage(maps)
        return fine, maps

    def forward(self, pixels: Tensor) -> Answer:
        """[N, C, H, W] in 0..1 -> Answer."""
        fine, coarse = self.maps(pixels)
        logits = self.from_fine(self.drop(pool(fine))) + self.from_coarse(self.drop(pool(coarse)))
        return Answer(logits, self._cam(fine, coarse), self.lesions(fine))

    def _cam(self, fine: Tensor, coarse: Tensor) -> Tensor:
        near = functional.conv2d(fine, merged(self.from_fine.weight))
        far = functional.conv2d(coarse, merged(self.from_coarse.weight))
        wide = functional.interpolate(far, scale_factor=2.0, mode="bilinear", align_corners=False)
        return near + wide


def pool(maps: Tensor) -> Tensor:
    """[N, C, h, w] -> [N, 2C]: mean and maximum of each map."""
    return torch.cat([maps.mean(dim=(2, 3)), maps.amax(dim=(2, 3))], dim=1)


def merged(weight: Tensor) -> Tensor:
    """Weights [K, 2C] of `pool` -> [K, C, 1, 1], to draw an activation map with."""
    mean, peak = weight.chunk(2, dim=1)
    return (mean + peak)[:, :, None, None]


class Served(nn.Module):
    """What is exported: one or several nets, each also asked about mirrored pictures, averaged; the map of the first.

    `slope` and `lift` [K] calibrate each output on validation data. With `graded`, the K outputs are "at least
    grade k" and become K + 1 log-probabilities, whose softmax sums from grade k up to the calibrated output k.
    """

    def __init__(
        self, nets: Sequence[nn.Module], flips: Sequence[Sequence[int]], shown: int, outputs: Sequence[int], graded: int
    ) -> None:
        super().__init__()
        self.nets = nn.ModuleList(nets)
        self.flips = [tuple(axes) for axes in flips]
        self.shown, self.graded, self.outputs = shown, graded, list(outputs)
        self.slope = nn.Parameter(torch.ones(len(outputs)), requires_grad=False)
        self.lift = nn.Parameter(torch.zeros(len(outputs)), requires_grad=False)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """[N, C, H, W] in 0..1 -> logits [N, K or K + 1], cam [N, 1, h, w]."""
        logits, cams = [], []
        for place, net in enumerate(self.nets):
            for axes in self.flips:
                answer = net(torch.flip(pixels, axes) if axes else pixels)
                logits.append(answer.logits[:, self.outputs])
                if place == 0:
                    cam = answer.cam[:, self.shown : self.shown + 1]
                    cams.append(torch.flip(cam, axes) if axes else cam)
        return self.settled(torch.stack(logits).mean(dim=0)), torch.stack(cams).mean(dim=0)

    def settled(self, mean: Tensor) -> Tensor:
        """Averaged logits [N, K] -> calibrated, and as grades where the outputs are grades."""
        level = mean * self.slope + self.lift
        return _grades(level, self.graded) if self.graded >= 0 else level


def _grades(at_least: Tensor, anchor: int) -> Tensor:
    """Logits of "at least 1..K" [N, K] -> log-probabilities of grades 0..K [N, K + 1].

    Output `anchor` is kept as it is; its neighbours are bent so that a higher grade is never likelier than "at least
    a lower one".
    """
    columns = list(at_least.unbind(dim=1))
    for place in range(anchor - 1, -1, -1):
        columns[place] = torch.maximum(columns[place], columns[place + 1])
    for place in range(anchor + 1, len(columns)):
        columns[place] = torch.minimum(columns[place], columns[place - 1])
    above = torch.sigmoid(torch.stack(columns, dim=1))
    whole, nothing = torch.ones_like(above[:, :1]), torch.zeros_like(above[:, :1])
    share = torch.cat([whole, above], dim=1) - torch.cat([above, nothing], dim=1)
    return torch.log(share.clamp_min(1e-6))
