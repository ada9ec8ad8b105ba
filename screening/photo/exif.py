"""The five things worth knowing from a camera's notes; everything else in them is left behind."""

import struct
from dataclasses import dataclass
from datetime import datetime

_ORIENTATION, _MAKE, _DATE, _EXIF_POINTER, _TAKEN = 0x0112, 0x010F, 0x0132, 0x8769, 0x9003
_ASCII, _SHORT, _LONG = 2, 3, 4
_MAX_ENTRIES = 256

_PHONES = ("apple", "samsung", "google", "xiaomi", "huawei", "honor", "oppo", "vivo", "realme", "oneplus", "tecno",
           "infinix", "itel", "motorola", "nokia", "hmd", "sony", "lg", "lge", "asus", "fairphone")  # fmt: skip
_FUNDUS = ("topcon", "kowa", "carl zeiss", "zeiss", "optomed", "volk", "welch allyn", "centervue", "icare",
           "remidio", "forus", "bosch", "crystalvue", "optos", "phelcom")  # fmt: skip
_CAMERAS = ("canon", "nikon", "fujifilm", "panasonic", "olympus", "pentax", "ricoh", "leica", "eastman kodak")


@dataclass(frozen=True)
class Notes:
    """`orientation` 1-8 as in EXIF; `device` one of "phone", "fundus_camera", "camera"; time as claimed."""

    orientation: int = 1
    device: str | None = None
    taken_at: datetime | None = None


def read_notes(tiff: bytes) -> Notes:
    """Read the notes of an EXIF block (from its TIFF header on). Nonsense in it counts as not there."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return Notes()
    main = _directory(tiff, order, struct.unpack_from(order + "I", tiff, 4)[0])
    pointer = _number(main.get(_EXIF_POINTER), order)
    inner = _directory(tiff, order, pointer) if pointer else {}
    orientation = _number(main.get(_ORIENTATION), order)
    return Notes(
        orientation=orientation if orientation in range(1, 9) else 1,
        device=_device(_text(main.get(_MAKE), tiff, order)),
        taken_at=_moment(_text(inner.get(_TAKEN), tiff, order) or _text(main.get(_DATE), tiff, order)),
    )


_Entry = tuple[int, int, bytes]


def _directory(tiff: bytes, order: str, start: int) -> dict[int, _Entry]:
    """Tag -> (type, count, four value bytes); an entry that runs over the end is not there."""
    if start + 2 > len(tiff):
        return {}
    count = min(struct.unpack_from(order + "H", tiff, start)[0], _MAX_ENTRIES, (len(tiff) - start - 2) // 12)
    entries = {}
    for index in range(count):
        tag, kind, length, value = struct.unpack_from(order + "HHI4s", tiff, start + 2 + 12 * index)
        entries[tag] = (kind, length, value)
    return entries


def _number(entry: _Entry | None, order: str) -> int:
    if entry is None or entry[1] != 1 or entry[0] not in (_SHORT, _LONG):
        return 0
    layout = order + ("H" if entry[0] == _SHORT else "I")
    return int(struct.unpack_from(layout, entry[2])[0])


def _text(entry: _Entry | None, tiff: bytes, order: str) -> str:
    if entry is None or entry[0] != _ASCII or entry[1] > 64:
        return ""
    raw = entry[2][: entry[1]]
    if entry[1] > 4:
        start = struct.unpack(order + "I", entry[2])[0]
        raw = tiff[start : start + entry[1]]
    return raw.split(b"\0")[0].decode("ascii", "replace").strip()


def _device(make: str) -> str | None:
    """A class, never the text itself: free text can carry a name."""
    word = make.lower()
    for device, makers in (("phone", _PHONES), ("fundus_camera", _FUNDUS), ("camera", _CAMERAS)):
        if word.startswith(makers):
            return device
    return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
