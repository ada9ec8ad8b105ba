"""The questions of `pack build`: what the flags left out, each asked until its answer fits the file."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from inference.admission.build import rehearse
from inference.declared import PackError
from inference.pack.onnx_file import Ports
from inference.pack.tensors import SCORED
from screening.management import wrapping

Ask = Callable[[str], str]
Say = Callable[[str], object]
Said = dict[str, Any]


def complete(flags: Mapping[str, Any], ports: Ports, ask: Ask | None, say: Say) -> Said:
    """The flags with what they left out, asked where somebody can be asked. Raises PackError.

    What the flags say is checked first: nobody answers seven questions to be told that the first flag was wrong.
    """
    said = dict(flags)
    check(said, ports)
    _look(said, ports)
    doubted: set[tuple[str, str]] = set()
    while ask and (lacking := wrapping.missing(said)):
        flag = lacking[0]
        answer = _answer(ask, flag, flags, said)
        if not answer:
            continue
        try:
            told = _with(said, flag, answer, ports)
        except PackError as error:
            say(f"{error.message} Once more.")
            continue
        if (flag, answer) not in doubted and (doubt := _doubt(flag, told)):
            doubted.add((flag, answer))
            say(f"{doubt} Say it again to keep it.")
            continue
        said = told
    if lacking := wrapping.missing(said):
        lines = "".join(f"\n  --{one.replace('_', '-')}: {wrapping.NEEDED[one][0].lower()}" for one in lacking)
        raise PackError(wrapping.NEEDED[lacking[0]][1], f"A pack without these is refused:{lines}")
    return said


def check(said: Said, ports: Ports) -> None:
    """Raise PackError for what cannot be, as far as it is said; what is not said yet is taken to fit."""
    whole = {**said, **dict.fromkeys((f for f in wrapping.NEEDED if f != "golden" and not said[f].strip()), "?")}
    whole["labels"] = said["labels"] if said["labels"].strip() else _labels(said, ports)
    if not said["labels"].strip() or not said["positive"].strip():
        kind = wrapping.kind_of(whole)
        whole["positive"] = whole["labels"].split(",")[0].strip() if kind in SCORED and kind != "binary" else ""
    shows = list(wrapping.golden(said["golden"])[1].values()) if said["labels"].strip() else []
    rehearse(ports, wrapping.told(whole, ports), shows)


def again(flags: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    """What was answered, as flags, so that nobody has to type it twice; "" where nothing was."""
    words = []
    for flag in wrapping.NEEDED:
        new = said[flag][len(flags[flag]) :] if flag == "golden" else [said[flag]] * (said[flag] != flags[flag])
        words += [f"--{flag.replace('_', '-')} {shlex.quote(one)}" for one in new]
    return f"\nYour answers, for the next try: {' '.join(words)}" if words else ""


def _answer(ask: Ask, flag: str, flags: Mapping[str, Any], said: Said) -> str:
    try:
        return ask(f"{wrapping.NEEDED[flag][0]}: ").strip()
    except (EOFError, KeyboardInterrupt):
        raise PackError("stopped", f"Stopped: nothing was made.{again(flags, said)}") from None


def _with(said: Said, flag: str, answer: str, ports: Ports) -> Said:
    told = {**said, flag: [*said["golden"], answer] if flag == "golden" else answer}
    check(told, ports)
    if flag == "golden":
        _look({**told, "golden": [answer]}, ports)
    return told


def _look(said: Said, ports: Ports) -> None:
    """Raise PackError where a golden picture does not open."""
    planes = wrapping.told(said, ports).colour == "PLANES"
    for path in wrapping.golden(said["golden"])[0].values():
        wrapping.picture(path, planes=planes)


def _doubt(flag: str, said: Said) -> str:
    of_modality = wrapping.doubts(said["modality"], ())
    if flag == "modality":
        return " ".join(of_modality)
    # Kinds of pictures are known of a known modality alone, and its own doubt was told when it was asked for.
    known = flag == "capture_class" and not of_modality
    return " ".join(wrapping.doubts(said["modality"], wrapping.listed(said["capture_class"]))) if known else ""


def _labels(said: Said, ports: Ports) -> str:
    """As many stand-ins as the file has answers."""
    others = [port for name, port in ports.outputs.items() if name != said["cam"]]
    port = ports.outputs.get(said["output"]) or next(iter(others), None)
    shape = (port.shape if port else None) or (None,)
    channels_first = said["kind"] == "mask" and len(shape) > 1 and said["layout"] not in ("NHWC", "NDHWC")
    count = shape[1 if channels_first else -1] or len(wrapping.listed(said["units"]))
    count = count or (1 if said["kind"] == "binary" else 2)
    return ",".join(f"label {at + 1}" for at in range(count))
