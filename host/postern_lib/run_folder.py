# SPDX-License-Identifier: BSD-2-Clause
"""The folder of one run: its configuration files, its image, its logs. Old ones are cleared away."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from . import identity
from .peers import HOST_SEEN_BY_GUEST
from .process import Process
from .sockets import free_ports

KEPT_RUNS = 5
PORTS_FILE = "ports.json"
IMAGE_FILE = "postern.img"
KEEPALIVE_S = 30
# By root, board, configuration and variant: the run that was composed first, and the command's words.
_composers: dict[tuple[str, ...], tuple[str, list[str]]] = {}
_WORD = "word "  # before each, as image-command of mk/image.mk says them


class ImageError(Exception):
    """The image could not be composed, or does not fit the run."""


@dataclass(frozen=True)
class Ports:
    """The loopback ports of one run. The image knows the first two."""

    broker: int
    nameserver: int
    monitor: int

    @staticmethod
    def pick() -> Ports:
        return Ports(*free_ports(3))

    @staticmethod
    def of_image(image: Path) -> Ports:
        """The ports that an image of an earlier run was composed for."""
        file = image.parent / PORTS_FILE
        try:
            return Ports(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise ImageError(f"{image} is not an image of an earlier run: its ports are not in {file}: {why}") from error


class RunFolder:
    """Locked while in use, so that a later run may clear away those that nobody uses."""

    def __init__(self, runs: Path) -> None:
        runs.mkdir(parents=True, exist_ok=True)
        # One at a time: a new folder is not taken for an old one before it is locked.
        with (runs / ".lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            _clear_old(runs)
            self.path = Path(tempfile.mkdtemp(prefix="run-", dir=runs))
            self._lock = _try_lock(self.path)
            _point_latest(runs, self.path)
        self.config = self.path / "config"
        self.config.mkdir()

    def write_config(
        self, identities: Path, ports: Ports, extra: Mapping[str, Mapping[str, object]] | None = None
    ) -> None:
        """Writes the per-device files that are composed into the image. extra: by file, settings besides the usual."""
        (self.path / PORTS_FILE).write_text(json.dumps(asdict(ports)) + "\n")
        device = identity.DEVICE_ID
        files: dict[str, dict[str, object]] = {
            "net.conf": {"dns.server": f"{HOST_SEEN_BY_GUEST}:{ports.nameserver}"},
            "crypto.conf": {"server.host": identity.BROKER_NAME, "server.port": ports.broker},
            "journal.conf": {"policy": "drop-oldest"},
            "uplink.conf": {
                "device": device,
                "topic": f"postern/{device}/readings",
                "health_topic": f"postern/{device}/health",
                "ledger_topic": f"postern/{device}/ledger",
                "numbers_topic": f"postern/{device}/numbers",
                "dead_topic": f"postern/{device}/dead",
                "postmortem_topic": f"postern/{device}/postmortem",
                "keepalive_s": KEEPALIVE_S,
            },
        }
        for name, more in (extra or {}).items():
            files[name] = files.get(name, {}) | more
        for name, settings in files.items():
            text = "".join(f"{key} = {value}\n" for key, value in settings.items())
            (self.config / name).write_text(text)
        for name in ("device.key.pem", "device.crt.pem", identity.CA_FILE):
            shutil.copy(identities / name, self.config / name)  # copies the mode too

    def compose(self, root: Path, board: str, config: str, variant: str = "") -> Path:
        """Makes the image from the configuration files: this process's first one of these programs by 'make image', which
        brings them up to date, later ones by the same command without make. Returns its path."""
        image, here = self.path / IMAGE_FILE, os.path.relpath(self.path, root)
        product = (str(root), board, config, variant)
        if product in _composers:
            folder, words = _composers[product]
            self._run([word.replace(folder, here) for word in words], root)
        else:
            settings = {"CONFIG_DIR": f"{here}/{self.config.name}", "IMAGE": f"{here}/{IMAGE_FILE}", "BOARD": board,
                        "CONFIG": config, "VARIANT": variant, "CHECK_DEVICE": "no"}  # fmt: skip
            values = [f"{key}={value}" for key, value in settings.items()]
            with (root / "build" / ".build.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                said = self._run(["make", "--no-print-directory", "image", "image-command", *values], root)
            _composers[product] = (here, [line[len(_WORD) :] for line in said if line.startswith(_WORD)])
        return image

    def _run(self, command: list[str], root: Path) -> list[str]:
        """Runs what makes the image. Returns the lines of its output."""
        # When make runs us, what it passes on is for its own children only.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
        process = Process("compose", command, root, environment=environment, logs=self.path)
        try:
            while process.wait(1.0) is None:
                pass
        finally:
            status = process.stop()
        output = process.output.all()
        if status != 0 or not (self.path / IMAGE_FILE).is_file():
            text = "\n".join(output + process.errors.all())
            raise ImageError(f"'{' '.join(command)}' failed:\n{text[-4000:]}")
        return output

    def release(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None


def _try_lock(folder: Path) -> IO[str] | None:
    file = (folder / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _clear_old(runs: Path) -> None:
    # Others clear away, too: a folder may be gone at any moment.
    ages: list[tuple[float, Path]] = []
    for folder in runs.glob("run-*"):
        with suppress(FileNotFoundError):
            ages.append((folder.stat().st_mtime, folder))
    for _, folder in sorted(ages, reverse=True)[KEPT_RUNS:]:
        with suppress(FileNotFoundError):
            lock = _try_lock(folder)
            if lock:
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()


def _point_latest(runs: Path, folder: Path) -> None:
    link = runs / f".latest-{folder.name}"
    link.symlink_to(folder.name)
    link.replace(runs / "latest")
