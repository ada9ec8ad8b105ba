"""Model packs on the command line: make, check, examine, install, try, bring into force and take out again."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inference import pack
from inference.admission import build
from inference.admission.exam import ExamReport, examine, in_ms
from inference.admission.registry import ExamFailed, install
from inference.admission.verdicts import compared
from inference.assess.one_picture import assess
from inference.models import ModelVersion
from inference.pack import PackError, archive, onnx_file
from inference.pack.tensors import Measurement
from screening.management import asking, lifecycle, wrapping
from screening.refusal import Refused

NOT_COMPARED = (
    "Whether the labels are in the model's order was not checked: say of two golden pictures or more, which show "
    "different things, what they show (--golden FILE=LABEL)."
)


class Command(BaseCommand):
    help = (
        "Make, verify, examine, install, list, try model packs (a folder or a .zip), and bring them into force. "
        "A pack that fails is refused, and nothing is left behind."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        wrapping.add_flags(verbs.add_parser("build", help="wrap an ONNX file: flags, or questions at a terminal"))
        for verb, what in (("verify", "is every file the promised one"), ("exam", "does it do here what it promises"),
                           ("install", "verify, examine, register")):  # fmt: skip
            verbs.add_parser(verb, help=what).add_argument("pack", nargs="+", help="folder, .zip, or installed name")
        verbs.add_parser("list", help="what is installed")
        trying = verbs.add_parser("try", help="one line of JSON per picture; a folder is one picture of many planes")
        trying.add_argument("pack", help="folder, .zip, or installed name")
        trying.add_argument("picture", type=Path, nargs="+", help="JPEG, PNG, DICOM, or a folder of gray planes")
        lifecycle.add_verbs(verbs)

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        work: Callable[..., None] = getattr(self, f"do_{verb.replace('-', '_')}")
        try:
            work(**options)
        except (PackError, ExamFailed, Refused) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped.") from None

    def do_list(self, **options: Any) -> None:
        for version in ModelVersion.objects.all():
            said = f"{version.sha256[:12]}  {version.modality:8} {version.purpose:8} {version}"
            self.stdout.write(f"{said}  {lifecycle.where_used(version)}".rstrip())

    def do_activate(self, pack: str, programme: str, by: str, site: str, **options: Any) -> None:
        self.stdout.write(lifecycle.activate(_named(pack), programme, by, site))

    def do_operating_point(self, file: Path, programme: str, by: str, site: str, **options: Any) -> None:
        self.stdout.write(lifecycle.operating_point(file, programme, by, site))

    def do_sign(self, proposal: str, by: str, decline: bool, **options: Any) -> None:
        self.stdout.write(lifecycle.sign(proposal, by, decline=decline))

    def do_shadow(self, pack: str, programme: str, by: str, end: bool, **options: Any) -> None:
        self.stdout.write(lifecycle.shadow(_named(pack), programme, by, end=end))

    def do_rollback(self, programme: str, by: str, purpose: str, **options: Any) -> None:
        self.stdout.write(lifecycle.roll_back(programme, by, purpose))

    def do_verify(self, pack: list[str], **options: Any) -> None:
        for name in pack:
            with _loaded(name) as found:
                self.stdout.write(f"{found.manifest.name} {found.manifest.version}: whole, {found.sha256}")

    def do_exam(self, pack: list[str], **options: Any) -> None:
        for name in pack:
            with _loaded(name) as found:
                report = examine(found)
            if not report.passed:
                raise ExamFailed(name, list(report.problems))
            self.stdout.write(_passed(name, report))

    def do_install(self, pack: list[str], **options: Any) -> None:
        for name in pack:
            with archive.opened(Path(name)) as folder:
                version, new = install(folder)
            self.stdout.write(f"{version}: {'installed' if new else 'was already installed'}")

    def do_build(self, model: Path, out: Path, **options: Any) -> None:
        if out.exists():
            raise CommandError(f"{out} is there already: choose another name, or remove it.")
        try:
            data = model.read_bytes()
        except OSError as error:
            raise CommandError(f"{model} cannot be read: {error.strerror}.") from None
        _check_writable(out)
        ports, flags = onnx_file.inspect(data), {"model": model, **options}
        build.check_hash(data, options["sha256"])
        said = asking.complete(flags, ports, input if sys.stdin.isatty() else None, self.stderr.write)
        try:
            told, sha256 = self.build(data, wrapping.told(said, ports), said["golden"], out)
        except PackError as error:
            raise PackError(error.code, error.message + asking.again(flags, said)) from error
        self.stdout.write(f"{out}: {told.name} {told.version}, passed its exam, {sha256}")

    def build(self, data: bytes, told: build.Told, given: list[str], out: Path) -> tuple[build.Told, str]:
        files, shows = wrapping.golden(given)
        for doubt in wrapping.doubts(told.modality, told.capture_classes):
            self.stderr.write(self.style.WARNING(doubt))
        golden = {name: wrapping.picture(path, planes=told.colour == "PLANES") for name, path in files.items()}
        with tempfile.TemporaryDirectory() as scratch:
            made = build.build(data, told, golden, shows, Path(scratch) / "pack")
            _put(made, out)
        if len(told.labels) > 1 and not compared([shows.get(name) for name in files]):
            self.stderr.write(self.style.WARNING(NOT_COMPARED))
        return told, made.sha256

    def do_try(self, pack: str, picture: list[Path], **options: Any) -> None:
        with _loaded(pack) as found:
            planes = found.manifest.input.colour == "PLANES"
            for path in picture:
                seen = assess(wrapping.picture(path, planes=planes), found)
                output = found.manifest.output
                units = dict(zip(output.labels, output.units, strict=True)) if isinstance(output, Measurement) else {}
                line = {"picture": str(path), "values": dict(seen.scores), "score": seen.score,
                        "milliseconds": round(seen.milliseconds, 1), **({"units": units} if units else {})}  # fmt: skip
                self.stdout.write(json.dumps(line))


def _check_writable(out: Path) -> None:
    """Raise CommandError where nothing can be written beside `out`: better before the questions than after."""
    there = next(parent for parent in out.absolute().parents if parent.exists())
    try:
        with tempfile.TemporaryDirectory(dir=there, prefix=".pack-"):
            pass
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}.") from None


def _put(made: pack.Pack, out: Path) -> None:
    """Write the pack where it is wanted, all of it or nothing. Raises CommandError."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".pack-") as scratch:
            beside = Path(scratch) / out.name
            if out.suffix == ".zip":
                archive.zip_into(made, beside)
            else:
                shutil.copytree(made.path, beside)
            beside.rename(out)
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}.") from None


@contextmanager
def _loaded(name: str) -> Iterator[pack.Pack]:
    """A pack on disk, or an installed one by its name or the beginning of its hash."""
    if not Path(name).exists() and "/" not in name and (version := installed(name)):
        yield pack.load(settings.FIELDLIGHT_PACKS / version.sha256)
        return
    with archive.opened(Path(name)) as folder:
        yield pack.load(folder)


def _named(name: str) -> ModelVersion:
    version = installed(name)
    if version is None:
        raise CommandError(f"No pack {name!r} is installed: pack list names those that are.")
    return version


def installed(name: str) -> ModelVersion | None:
    """The newest installed version of a name, or the one whose hash begins so."""
    by_name = ModelVersion.objects.filter(name=name).order_by("-installed_at").first()
    return by_name or ModelVersion.objects.filter(sha256__startswith=name).first()


def _passed(name: str, report: ExamReport) -> str:
    return f"{name}: passed, {in_ms(report.median_ms or 0.0)} per image here"
