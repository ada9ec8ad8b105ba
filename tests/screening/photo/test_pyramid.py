"""The file of tiles: put together they are the picture, and beyond the edge there is none."""

from __future__ import annotations

import io

import numpy as np
import pytest

from screening.photo import pyramid
from tests.screening.looks import opened


@pytest.mark.parametrize("shape", [(1300, 700, 3), (512, 512), (513, 511), (96, 2000)])
def test_tiles_put_together_are_the_picture(shape: tuple[int, ...]) -> None:
    ramp = np.add.outer(np.arange(shape[0]), np.arange(shape[1])) / (shape[0] + shape[1]) * 255
    picture = (ramp if len(shape) == 2 else np.dstack([ramp] * 3)).astype(np.uint8)
    file = io.BytesIO(pyramid.pack(picture, window=[1, 2]))
    said = pyramid.header(file)
    assert said["window"] == [1, 2]
    assert (said["levels"][0]["height"], said["levels"][0]["width"]) == shape[:2]
    assert max(said["levels"][-1]["width"], said["levels"][-1]["height"]) <= pyramid.TILE
    again = np.zeros_like(picture)
    columns = said["levels"][0]["columns"]
    for number in range(len(said["levels"][0]["tiles"])):
        x, y = number % columns, number // columns
        file.seek(0)
        tile = opened(pyramid.tile(file, 0, x, y))
        left, top = max(0, x * pyramid.TILE - 1), max(0, y * pyramid.TILE - 1)
        again[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    assert np.abs(again.astype(int) - picture.astype(int)).max() <= 4


@pytest.mark.parametrize("place", [(9, 0, 0), (0, 9, 0), (0, 0, 9), (0, 3, 0)])
def test_there_is_no_tile_beyond_the_edge(place: tuple[int, int, int]) -> None:
    file = io.BytesIO(pyramid.pack(np.zeros((600, 1500), np.uint8)))
    with pytest.raises(pyramid.NotTiles):
        pyramid.tile(file, *place)
    with pytest.raises(pyramid.NotTiles):
        pyramid.header(io.BytesIO(b"not tiles at all"))
