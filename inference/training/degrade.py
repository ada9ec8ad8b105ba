"""Pictures that must be refused: photos spoilt in the ways phones and cameras spoil them, and things never taken."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def spoil(rng: np.random.Generator, picture: Picture) -> Picture:
    """Make a gradable photo, uint8 [S, S, 3], ungradable in one of eight ways, always badly."""
    ways = (_blur, _shake, _dark, _bright, _glare, _cut, _haze, _block)
    return ways[int(rng.integers(len(ways)))](rng, picture)


def _blur(rng: np.random.Generator, picture: Picture) -> Picture:
    share = rng.uniform(0.018, 0.05)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), share * picture.shape[0]), np.uint8)


def _shake(rng: np.random.Generator, picture: Picture) -> Picture:
    length = int(picture.shape[0] * rng.uniform(0.1, 0.2)) | 1
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    ends = [tuple(int(value) for value in length // 2 + sign * reach) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0)
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)


def _dark(rng: np.random.Generator, picture: Picture) -> Picture:
    dim = picture * rng.uniform(0.04, 0.17) + rng.normal(0, rng.uniform(1, 5), picture.shape)
    return np.clip(dim, 0, 255).astype(np.uint8)


def _bright(rng: np.random.Generator, picture: Picture) -> Picture:
    gain = rng.uniform(2.5, 6)
    lit = picture.max(axis=2, keepdims=True) > 12
    return np.asarray(np.clip(picture * gain + lit * rng.uniform(20, 90), 0, 255), np.uint8)


def _haze_layer(rng: np.random.Generator, size: int, spots: int, spread: tuple[float, float]) -> NDArray[np.float32]:
    rows, columns = np.mgrid[0:size, 0:size] / size
    layer = np.zeros((size, size))
    for _ in range(spots):
        y, x, sigma = rng.uniform(0.15, 0.85), rng.uniform(0.15, 0.85), rng.uniform(*spread)
        stretch = rng.uniform(0.5, 2)
        layer += np.exp(-(((rows - y) * stretch) ** 2 + (columns - x) ** 2) / (2 * sigma**2))
    return layer.astype(np.float32)


def _glare(rng: np.random.Generator, picture: Picture) -> Picture:
    layer = _haze_layer(rng, picture.shape[0], int(rng.integers(1, 4)), (0.14, 0.3)) * rng.uniform(1.2, 3)
    tint = np.array([1.0, rng.uniform(0.85, 1), rng.uniform(0.6, 1)])
    return np.asarray(np.clip(picture + 255 * layer[..., None] * tint, 0, 255), np.uint8)


def _haze(rng: np.random.Generator, picture: Picture) -> Picture:
    soft = cv2.GaussianBlur(picture, (0, 0), picture.shape[0] * rng.uniform(0.008, 0.02)).astype(np.float32)
    lit = (picture.max(axis=2, keepdims=True) > 12).astype(np.float32)
    veil = lit * rng.uniform(60, 170) * np.array([1.0, rng.uniform(0.6, 1.0), rng.uniform(0.3, 0.9)], np.float32)
    share = rng.uniform(0.65, 0.88)
    return np.asarray(np.clip(soft * (1 - share) + veil * share, 0, 255), np.uint8)


def _cut(rng: np.random.Generator, picture: Picture) -> Picture:
    size = picture.shape[0]
    out = picture.copy()
    edge = int(size * rng.uniform(0.5, 0.8))
    fill = int(rng.integers(0, 20))
    out[:edge] = fill
    return np.ascontiguousarray(np.rot90(out, int(rng.integers(4))))


def _block(rng: np.random.Generator, picture: Picture) -> Picture:
    """A lid, lashes or a finger over half the field."""
    size = picture.shape[0]
    rows, columns = np.mgrid[0:size, 0:size] / size - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    side = np.cos(angle) * columns + np.sin(angle) * rows + rng.uniform(-0.05, 0.12)
    cover = (1 / (1 + np.exp(-side / rng.uniform(0.01, 0.08))))[..., None]
    colour = rng.uniform(0, 120) * np.array([1.0, rng.uniform(0.4, 0.9), rng.uniform(0.2, 0.7)])
    return np.asarray(np.clip(picture * (1 - cover) + colour * cover, 0, 255), np.uint8)


def invent(rng: np.random.Generator, size: int) -> Picture:
    """Something nobody photographed: noise, clouds, gradients, stripes, shapes, a slice; uint8 [S, S, 3]."""
    ways = (_noise, _clouds, _ramp, _stripes, _shapes, _slice, _disc)
    return ways[int(rng.integers(len(ways)))](rng, size)


def _noise(rng: np.random.Generator, size: int) -> Picture:
    fine = rng.integers(0, 256, (size, size, 3)).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(fine, (0, 0), rng.uniform(0.3, 3)), np.uint8)


def cloud(rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    """Natural-looking texture in 0..1: noise whose power falls with frequency, as in photographs."""
    steepness = rng.uniform(0.8, 2.2)
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    frequency[0, 0] = 1
    phase = np.exp(2j * np.pi * rng.random(frequency.shape))
    field = np.fft.irfft2(phase / frequency**steepness, s=(size, size))
    low, high = np.percentile(field, [1, 99])
    return np.asarray(np.clip((field - low) / (high - low), 0, 1), np.float32)


def _clouds(rng: np.random.Generator, size: int) -> Picture:
    base, other = cloud(rng, size), cloud(rng, size)
    first, second = rng.uniform(0, 255, 3), rng.uniform(0, 255, 3)
    if rng.random() < 0.3:
        first, second = first.mean().repeat(3), second.mean().repeat(3)
    picture = base[..., None] * first + (1 - base[..., None]) * second + 40 * (other[..., None] - 0.5)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _ramp(rng: np.random.Generator, size: int) -> Picture:
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[0:size, 0:size] / size - 0.5
    share = np.clip(0.5 + np.cos(angle) * columns + np.sin(angle) * rows, 0, 1)[..., None]
    flat = 0.0 if rng.random() < 0.3 else 1.0
    picture = rng.uniform(0, 255, 3) * (1 - share * flat) + rng.uniform(0, 255, 3) * share * flat
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def _stripes(rng: np.random.Generator, size: int) -> Picture:
    rows, columns = np.mgrid[0:size, 0:size] / size
    angle, pitch = rng.uniform(0, np.pi), rng.uniform(3, 40)
    wave = np.sin(2 * np.pi * pitch * (np.cos(angle) * columns + np.sin(angle) * rows))
    share = (0.5 + 0.5 * np.sign(wave) if rng.random() < 0.5 else 0.5 + 0.5 * wave)[..., None]
    return np.asarray((rng.uniform(0, 255, 3) * share + rng.uniform(0, 255, 3) * (1 - share)), np.uint8)


def _shapes(rng: np.random.Generator, size: int) -> Picture:
    picture = np.full((size, size, 3), rng.uniform(0, 255, 3), np.uint8)
    for _ in range(int(rng.integers(3, 25))):
        x, y = (int(value) for value in rng.integers(0, size, 2))
        reach, colour = int(rng.integers(3, size // 2)), tuple(float(value) for value in rng.uniform(0, 255, 3))
        kind = rng.integers(3)
        if kind == 0:
            cv2.circle(picture, (x, y), reach // 2, colour, -1, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(picture, (x, y), (x + reach, y + int(reach * rng.uniform(0.2, 2))), colour, -1)
        else:
            cv2.line(picture, (x, y), tuple(int(v) for v in rng.integers(0, size, 2)), colour, 1 + reach // 20)
    return picture


def _slice(rng: np.random.Generator, size: int) -> Picture:
    """A cross-section as computed tomography shows it: an oval body, two dark lungs, a bright spine."""
    picture = np.zeros((size, size), np.float32)
    middle, wide, high = size // 2, int(size * rng.uniform(0.36, 0.47)), int(size * rng.uniform(0.26, 0.36))
    cv2.ellipse(picture, (middle, middle), (wide, high), 0, 0, 360, float(rng.uniform(110, 170)), -1)
    for side in (-1, 1):
        centre = (middle + int(side * wide * 0.48), middle - int(high * 0.05))
        axes = (int(wide * rng.uniform(0.25, 0.37)), int(high * rng.uniform(0.5, 0.72)))
        cv2.ellipse(picture, centre, axes, side * 8, 0, 360, float(rng.uniform(5, 50)), -1)
    cv2.circle(picture, (middle, middle + int(high * 0.62)), int(size * 0.05), 240.0, -1)
    cv2.circle(picture, (middle - int(wide * 0.08), middle), int(size * rng.uniform(0.06, 0.11)), 190.0, -1)
    grainy = cv2.GaussianBlur(picture, (0, 0), size / 200) + rng.normal(0, 7, (size, size))
    return np.repeat(np.clip(grainy, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _disc(rng: np.random.Generator, size: int) -> Picture:
    """A lit round thing on black that is no retina: a ball, a coin, a pupil, a lens."""
    inside = (_clouds, _noise, _stripes, _shapes, _ramp)[int(rng.integers(5))](rng, size)
    mask = np.zeros((size, size), np.float32)
    centre = tuple(int(value) for value in size * rng.uniform(0.42, 0.58, 2))
    cv2.circle(mask, centre, int(size * rng.uniform(0.25, 0.5)), 1.0, -1, cv2.LINE_AA)
    return (inside * mask[..., None]).astype(np.uint8)
