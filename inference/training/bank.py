"""Fixed filters for lesions: dark and bright things narrower than a width, counted over the field. Nothing is learnt.

Closing an image by a square fills every dark thing narrower than the square; what was filled is vessels, spots and
blots. Closing by a row and by a column and keeping the lesser fills only things short in both directions: spots and
blots, and slanting vessels. Opening does the same for bright things. On 256 px this costs a fifth of one training
pass, and a small head learns from the counts in seconds.
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (3, 7, 15)
LIMITS = (0.05, 0.1, 0.16, 0.24, 0.34, 0.48)
RIM = 13
BLOCK = 8
SPOT_MAPS = (2, 6, 10)  # dark spots of each width among the maps


class Bank(nn.Module):
    """Photos float32 [N, 3, S, S] in 0..1, equalised -> features [N, F] and a map of spots [N, 1, S / 8, S / 8]."""

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Count the answers of every filter over the lit field, rim left out."""
        lit = (pixels.amax(dim=1, keepdim=True) > 0.03).to(pixels.dtype)
        inside = 1 - functional.max_pool2d(1 - lit, RIM, 1, RIM // 2)
        # Green: the channel in which blood and exudates stand out most.
        maps = _maps(_steadied(pixels[:, 1:2], lit)) * inside
        spots = functional.max_pool2d(maps[:, list(SPOT_MAPS)].mean(dim=1, keepdim=True), 8)
        return torch.cat([_counts(maps, inside), _colours(pixels, inside)], dim=1), spots


def blocks(pixels: Tensor) -> Tensor:
    """Photos float32 [N, 3, S, S] in 0..1, equalised -> [N, 27, S / 8, S / 8] in 0..1: what each block holds.

    The largest and (eight times) the mean answer of each of the twelve filters, and the three colours.
    """
    lit = (pixels.amax(dim=1, keepdim=True) > 0.03).to(pixels.dtype)
    inside = 1 - functional.max_pool2d(1 - lit, RIM, 1, RIM // 2)
    maps = _maps(_steadied(pixels[:, 1:2], lit)) * inside
    mean = (functional.avg_pool2d(maps, BLOCK) * 8.0).clamp(0.0, 1.0)
    found = torch.cat([functional.max_pool2d(maps, BLOCK), mean, functional.avg_pool2d(pixels, BLOCK)], dim=1)
    # Whole levels, as the quick way of counting has them: the root that follows makes much of tiny differences.
    return torch.floor(found * 255.0 + 0.5) / 255.0


def _steadied(green: Tensor, lit: Tensor) -> Tensor:
    """[N, 1, S, S] -> mean 0.5 and deviation 0.29 over the field, as equalising the field alone would give."""
    count = lit.sum(dim=(2, 3), keepdim=True) + 1.0
    mean = (green * lit).sum(dim=(2, 3), keepdim=True) / count
    offset = (green - mean) * lit
    spread = (offset * offset).sum(dim=(2, 3), keepdim=True) / count
    even = offset * torch.rsqrt(spread + 1e-4) * 0.29 + 0.5
    return torch.floor(even.clamp(0.0, 1.0) * 255.0 + 0.5) / 255.0


def _maps(green: Tensor) -> Tensor:
    """[N, 1, h, w] -> [N, 4 per width, h, w]: thin dark, thin bright, short dark, short bright."""
    flat = green.transpose(0, 1)  # pictures as channels: the pools then work on many at once
    flat = flat.contiguous(memory_format=torch.channels_last)
    found = []
    for width in WIDTHS:
        row, column = (1, width), (width, 1)
        across, down = _dilate(flat, row), _dilate(flat, column)
        dark_row, dark_column = _erode(across, row), _erode(down, column)
        square = _erode(_erode(_dilate(across, column), row), column)
        low_across, low_down = _erode(flat, row), _erode(flat, column)
        bright_row, bright_column = _dilate(low_across, row), _dilate(low_down, column)
        low_square = _dilate(_dilate(_erode(low_across, column), row), column)
        found += [square - flat, flat - low_square]
        found += [torch.minimum(dark_row, dark_column) - flat, flat - torch.maximum(bright_row, bright_column)]
    return torch.cat(found, dim=0).transpose(0, 1).contiguous()


def _dilate(planes: Tensor, window: tuple[int, int]) -> Tensor:
    return functional.max_pool2d(planes, window, 1, (window[0] // 2, window[1] // 2))


def _erode(planes: Tensor, window: tuple[int, int]) -> Tensor:
    return -_dilate(-planes, window)


def _counts(maps: Tensor, inside: Tensor) -> Tensor:
    """Mean, and root of the share above each limit, of each map; [N, maps * (1 + limits)]."""
    area = inside.sum(dim=(2, 3)) + 1.0
    found = [maps.sum(dim=(2, 3)) / area * 10.0]
    found += [torch.sqrt(maps.gt(limit).to(maps.dtype).sum(dim=(2, 3)) / area + 1e-6) * 10.0 for limit in LIMITS]
    return torch.cat(found, dim=1)


def _colours(pixels: Tensor, inside: Tensor) -> Tensor:
    """Means, deviations and pair products of the channels over the field, and the share of the picture it fills."""
    small, weight = functional.avg_pool2d(pixels * inside, 4), functional.avg_pool2d(inside, 4)
    area = weight.sum(dim=(2, 3)) + 1e-3
    mean = small.sum(dim=(2, 3)) / area
    red, green, blue = small.unbind(dim=1)
    pairs = [(a * b).sum(dim=(1, 2)) / area[:, 0] for a, b in ((red, green), (red, blue), (green, blue))]
    squares = (small * small).sum(dim=(2, 3)) / area
    return torch.cat([mean, squares, torch.stack(pairs, dim=1), weight.mean(dim=(2, 3))], dim=1)


def count(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The features [F] of one equalised photo, uint8 [S, S, 3]: as `Bank`, thirty times quicker, for training."""
    inside, planes = _answers(picture)
    area = inside.sum() + 1.0
    levels = planes[:, inside]
    found = [levels.mean(axis=1) * (inside.sum() / area) / 25.5]
    found += [10 * np.sqrt((levels > limit * 255).sum(axis=1) / area + 1e-6) for limit in LIMITS]
    seen = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None] / 255.0
    colours = _colours(seen, torch.from_numpy(inside[None, None].astype(np.float32)))
    return np.concatenate([*found, colours[0].numpy()]).astype(np.float32)


def count_blocks(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """As `blocks` for one photo, uint8 [S, S, 3] -> uint8 [S / 8, S / 8, 27], quickly."""
    inside, planes = _answers(picture)
    side = picture.shape[0] // BLOCK
    parts = (planes * inside).reshape(len(planes), side, BLOCK, side, BLOCK)
    mean = np.minimum(parts.mean(axis=(2, 4), dtype=np.float32) * 8.0 + 0.5, 255)
    colour = picture.reshape(side, BLOCK, side, BLOCK, 3).mean(axis=(1, 3), dtype=np.float32) + 0.5
    found = np.concatenate([parts.max(axis=(2, 4)), mean.astype(np.uint8)])
    return np.concatenate([found.transpose(1, 2, 0), colour.astype(np.uint8)], axis=2)


def _answers(picture: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    """Where the lit field is, bool [S, S], and every filter's answer, uint8 [12, S, S]."""
    lit = (picture.max(axis=2) > 7).astype(np.uint8)
    inside = cv2.erode(lit, np.ones((RIM, RIM), np.uint8)).astype(np.bool_)
    green = picture[:, :, 1].astype(np.float32) / 255
    mean = (green * lit).sum() / (lit.sum() + 1.0)
    offset = (green - mean) * lit
    spread = (offset * offset).sum() / (lit.sum() + 1.0)
    even = np.clip(offset / np.sqrt(spread + 1e-4) * 0.29 + 0.5, 0, 1)
    return inside, np.stack(_planes(np.floor(even * 255 + 0.5).astype(np.uint8)))


def _planes(green: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    found: list[NDArray[np.uint8]] = []
    for width in WIDTHS:
        row, column = np.ones((1, width), np.uint8), np.ones((width, 1), np.uint8)
        both = np.ones((width, width), np.uint8)
        closed = [np.asarray(cv2.morphologyEx(green, cv2.MORPH_CLOSE, one), np.uint8) for one in (both, row, column)]
        opened = [np.asarray(cv2.morphologyEx(green, cv2.MORPH_OPEN, one), np.uint8) for one in (both, row, column)]
        found += [closed[0] - green, green - opened[0]]
        found += [np.minimum(closed[1], closed[2]) - green, green - np.maximum(opened[1], opened[2])]
    return found
