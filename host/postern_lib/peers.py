# SPDX-License-Identifier: BSD-2-Clause
"""The gateway's peers on the host: broker, name server, sensor simulator and collector.

Each has start() and stop() and can be started again; ports and files stay the same, so that a running
gateway finds a restarted peer where the old one was.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path

from . import identity
from .machine import GPIO_SOCKET
from .process import LineHandler, Process, ProcessError
from .sockets import LOOPBACK, SocketError, connect_unix, read_until

START_SECONDS = 60.0
# The address at which QEMU's user network shows this machine's loopback to the guest.
HOST_SEEN_BY_GUEST = "10.0.2.2"

CONTROL_SOCKET = "control.sock"


class Peer:
    """What all peers share: at most one process, started and stopped by name."""

    name = ""

    def __init__(self, folder: Path, on_line: LineHandler | None = None) -> None:
        self.folder = folder
        self._on_line = on_line
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        if self._process is None:
            raise ProcessError(f"{self.name}: not started")
        return self._process

    def running(self) -> bool:
        return self._process is not None and self._process.running()

    def stop(self) -> int | None:
        """Ends it in an orderly way and returns its exit status; None if it was not started."""
        status = self._process.stop() if self._process else None
        self._process = None
        return status

    def kill(self) -> None:
        """Ends it as a crash would."""
        if self._process:
            self._process.kill()
        self._process = None

    def _launch(self, command: list[str | Path], environment: dict[str, str] | None = None) -> Process:
        if self.running():
            raise ProcessError(f"{self.name}: already running")
        self._process = Process(
            self.name,
            command,
            self.folder,
            environment=environment,
            on_output=self._on_line,
            on_error=self._on_line,
        )
        return self._process


# Started by root it would change its user, and lose its tie to our life and its right to read the files. Started by
# anybody else it takes no notice of the user.
_BROKER_CONFIG = """\
user root
# Written when it is asked to, and at its end.
persistence true
persistence_location {folder}/
persistence_file {database}
autosave_interval 0
log_dest stderr
log_type all
connection_messages true
allow_anonymous false
acl_file {folder}/broker.acl

# Devices come here. Tests may give this listener a wrong certificate.
listener {port} {address}
cafile {identity}/ca.pem
certfile {certificate}/broker.crt.pem
keyfile {certificate}/broker.key.pem
require_certificate true
use_identity_as_username true
tls_version {tls}

# The collector comes here, and is not disturbed by what is done to the other one.
listener {monitor_port} {address}
cafile {identity}/ca.pem
certfile {identity}/monitor.crt.pem
keyfile {identity}/monitor.key.pem
require_certificate true
use_identity_as_username true
tls_version tlsv1.3
"""

# A device writes only what is its own, and reads back what the broker keeps of its numbers and its health; the collector
# only reads.
_BROKER_ACL = """\
pattern write postern/%u/readings
pattern readwrite postern/%u/health
pattern write postern/%u/ledger
pattern readwrite postern/%u/numbers
pattern write postern/%u/dead
pattern write postern/%u/postmortem
user {collector}
topic read postern/+/readings
topic read postern/+/health
topic read postern/+/ledger
topic read postern/+/numbers
topic read postern/+/dead
topic read postern/+/postmortem
"""

# OpenSSL's defaults for the whole broker process, for the test with a broker that knows only TLS 1.2.
_TLS12_ONLY = """\
openssl_conf = top
[top]
ssl_conf = ssl
[ssl]
system_default = only12
[only12]
MaxProtocol = TLSv1.2
"""


# Its memory, and the copy that each start begins with.
_DATABASE = "broker.db"
_REMEMBERED = "broker.remembered.db"


class Broker(Peer):
    """Mosquitto: TLS 1.3 with client certificates, on loopback only. It forgets everything with each start, but what
    remember() has made it keep."""

    name = "broker"

    def __init__(
        self, folder: Path, identities: Path, port: int, monitor_port: int, on_line: LineHandler | None = None
    ) -> None:
        super().__init__(folder, on_line)
        self.port = port
        self.monitor_port = monitor_port
        self._identities = identities

    def start(self, certificate: Path | None = None, tls12_only: bool = False) -> None:
        """certificate: a folder with another broker.crt.pem and broker.key.pem, good or wrong.

        With tls12_only no peer gets TLS 1.3, so the collector is kept out as well.
        """
        database, remembered = self.folder / _DATABASE, self.folder / _REMEMBERED
        database.unlink(missing_ok=True)
        if remembered.exists():
            shutil.copy(remembered, database)
        config = self.folder / "broker.conf"
        config.write_text(
            _BROKER_CONFIG.format(
                folder=self.folder,
                database=_DATABASE,
                identity=self._identities,
                certificate=certificate or self._identities,
                address=LOOPBACK,
                port=self.port,
                monitor_port=self.monitor_port,
                tls="tlsv1.2" if tls12_only else "tlsv1.3",
            )
        )
        acl = self.folder / "broker.acl"
        acl.write_text(_BROKER_ACL.format(collector=identity.COLLECTOR_ID))
        acl.chmod(0o600)
        environment = dict(os.environ)
        if tls12_only:
            openssl = self.folder / "tls12.cnf"
            openssl.write_text(_TLS12_ONLY)
            environment["OPENSSL_CONF"] = str(openssl)
        self._launch(["mosquitto", "-c", config], environment)
        self.process.expect_error_line(lambda line: line.endswith(" running"), "the start", START_SECONDS)

    def remember(self) -> None:
        """Every later start begins with the sessions that there are now. A collector that has subscribed misses nothing
        then, even if a device is back at the broker sooner than it."""
        database = self.folder / _DATABASE
        self.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + START_SECONDS
        while not database.exists():  # it appears whole
            if time.monotonic() > deadline:
                raise ProcessError(f"{self.name}: its memory was not written{self.process.how_it_ended()}")
            time.sleep(0.01)
        shutil.copy(database, self.folder / _REMEMBERED)


class NameServer(Peer):
    """dnsmasq: answers one name, as an unprivileged process that reads none of this machine's files."""

    name = "nameserver"

    def __init__(self, folder: Path, port: int, on_line: LineHandler | None = None) -> None:
        super().__init__(folder, on_line)
        self.port = port

    def start(self, address: str = HOST_SEEN_BY_GUEST) -> None:
        self._launch(
            [
                "dnsmasq",
                "--conf-file=/dev/null",
                # Besides staying in the foreground it then keeps its user, and with it its tie to our life.
                "--no-daemon",
                "--log-queries",
                f"--port={self.port}",
                f"--listen-address={LOOPBACK}",
                "--bind-interfaces",
                "--no-resolv",
                "--no-hosts",
                f"--address=/{identity.BROKER_NAME}/{address}",
            ]
        )
        self.process.expect_error_line(lambda line: ": started" in line, "the start", START_SECONDS)


class Simulator(Peer):
    """The BME280 behind the bit-banged SPI bus, a vhost-user back end for QEMU."""

    name = "simulator"

    def __init__(self, folder: Path, program: Path, data: Path, on_line: LineHandler | None = None) -> None:
        super().__init__(folder, on_line)
        self._program = program
        self._data = data
        self._starts = 0
        self.log = folder / "simulator-1.jsonl"
        self.earlier_logs: list[Path] = []

    def start(self) -> None:
        """Must be running before the machine starts. Each start begins a log of its own."""
        if self._starts:
            self.earlier_logs.append(self.log)
        self._starts += 1
        self.log = self.folder / f"simulator-{self._starts}.jsonl"
        for socket in (GPIO_SOCKET, CONTROL_SOCKET):
            (self.folder / socket).unlink(missing_ok=True)
        self._launch(
            [self._program, "--socket", GPIO_SOCKET, "--data", self._data, "--log", self.log.name,
             "--control", CONTROL_SOCKET]
        )  # fmt: skip
        self.process.expect_line(lambda line: line.strip() == "ready", "'ready'", START_SECONDS)

    def control(self, command: str) -> str:
        """One command of its control socket: disconnect, connect, garbage on|off, stuck_low, foreign, untrimmed,
        torn, status."""
        with connect_unix(self.folder / CONTROL_SOCKET) as client:
            client.sendall(command.encode() + b"\n")
            answer = read_until(client, b"\n").decode().strip()
        if answer.split(" ")[0] != "ok":
            raise SocketError(f"simulator: '{command}': {answer}")
        return answer.partition(" ")[2]


class Collector(Peer):
    """The collector program, always with --json."""

    name = "collector"

    def __init__(
        self, folder: Path, program: Path, identities: Path, port: int, on_line: LineHandler | None = None
    ) -> None:
        super().__init__(folder, on_line)
        self._program = program
        self._identities = identities
        self._port = port
        self.options: list[str] = []  # besides the usual

    def start(self) -> None:
        """Returns once the broker has granted the subscription, so that no later reading is missed."""
        self._launch(
            [
                self._program, "--json", *self.options,
                "--host", LOOPBACK, "--port", str(self._port),
                "--ca", self._identities / "ca.pem",
                "--cert", self._identities / "collector.crt.pem",
                "--key", self._identities / "collector.key.pem",
            ]
        )  # fmt: skip
        self.wait_subscribed()

    def wait_subscribed(self, seconds: float = START_SECONDS) -> None:
        """Waits for the next subscription, as after a restart of the broker."""
        self.process.expect_line(lambda line: json.loads(line)["type"] == "subscribed", "the subscription", seconds)
