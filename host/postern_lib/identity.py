# SPDX-License-Identifier: BSD-2-Clause
"""Makes the test identities: a CA, the broker, one device and the collector, all EC P-256 by openssl.

They exist to run and test Postern on one machine; they never leave the build folder. Each certificate is
valid from a day ago for ten years, since devices check dates against real time.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

BROKER_NAME = "broker.postern.test"
DEVICE_ID = "postern-0001"
COLLECTOR_ID = "collector"

CA_KEY_FILE = "ca.key.pem"
CA_FILE = "ca.pem"

# The ways in which a broker's identity can be wrong, for the tests.
BROKER_VARIANTS = ("good", "other-ca", "wrong-host", "expired", "not-yet-valid")

_CA_CONFIG = """\
[ca]
default_ca = postern
[postern]
database = {folder}/index.txt
new_certs_dir = {folder}
default_md = sha256
policy = names
unique_subject = no
rand_serial = yes
[names]
commonName = supplied
[request]
distinguished_name = empty
prompt = no
[empty]
"""

_CA_EXTENSIONS = """\
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""

_LEAF_EXTENSIONS = """\
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = {purpose}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class IdentityError(Exception):
    """Making an identity failed; the message says which and why."""


@dataclass(frozen=True)
class Validity:
    """The time span in which a certificate holds."""

    begin: datetime
    end: datetime

    @staticmethod
    def around_now(begin_days: int, end_days: int) -> Validity:
        now = datetime.now(timezone.utc)
        return Validity(now + timedelta(days=begin_days), now + timedelta(days=end_days))


def normal_validity() -> Validity:
    return Validity.around_now(-1, 3652)


def _openssl(*args: str, stdin: str | None = None) -> None:
    try:
        done = subprocess.run(["openssl", *args], input=stdin, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise IdentityError("openssl is not installed: run 'make deps'") from error
    if done.returncode != 0:
        raise IdentityError(f"openssl {' '.join(args)} failed:\n{done.stderr.strip()}")


def _make_key(path: Path) -> None:
    # The file is made with its final mode before anything secret is in it.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    path.chmod(0o600)
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(path))


class Authority:
    """A certificate authority whose key and certificate lie in one folder."""

    def __init__(self, folder: Path) -> None:
        self.key = folder / CA_KEY_FILE
        self.certificate = folder / CA_FILE

    @staticmethod
    def create(folder: Path, name: str) -> Authority:
        authority = Authority(folder)
        _make_key(authority.key)
        authority._sign(authority.key, authority.certificate, name, _CA_EXTENSIONS, normal_validity(), self_signed=True)
        return authority

    def issue(self, folder: Path, role: str, name: str, validity: Validity, hosts: list[str] | None = None) -> None:
        """Writes role.key.pem and role.crt.pem: a server certificate if hosts are given, else a client one."""
        key, certificate = folder / f"{role}.key.pem", folder / f"{role}.crt.pem"
        _make_key(key)
        extensions = _LEAF_EXTENSIONS.format(purpose="serverAuth" if hosts else "clientAuth")
        if hosts:
            extensions += f"subjectAltName = {', '.join(hosts)}\n"
        self._sign(key, certificate, name, extensions, validity)

    def _sign(
        self, key: Path, certificate: Path, name: str, extensions: str, validity: Validity, self_signed: bool = False
    ) -> None:
        with tempfile.TemporaryDirectory(prefix="ca-", dir=certificate.parent) as scratch:
            config, request, ext = (f"{scratch}/{file}" for file in ("ca.cnf", "request.pem", "extensions.cnf"))
            Path(config).write_text(_CA_CONFIG.format(folder=scratch))
            Path(ext).write_text(extensions)
            Path(scratch, "index.txt").touch()
            _openssl("req", "-new", "-config", config, "-section", "request", "-key", str(key),
                     "-subj", f"/CN={name}", "-out", request)  # fmt: skip
            signer = ["-selfsign"] if self_signed else ["-cert", str(self.certificate)]
            _openssl("ca", "-batch", "-notext", "-config", config, "-extfile", ext,
                     "-keyfile", str(self.key), *signer, "-in", request, "-out", str(certificate),
                     "-startdate", validity.begin.strftime("%Y%m%d%H%M%SZ"),
                     "-enddate", validity.end.strftime("%Y%m%d%H%M%SZ"))  # fmt: skip


_ROLES = ("broker", "monitor", "device", "collector")


def is_complete(folder: Path) -> bool:
    files = [CA_FILE, CA_KEY_FILE] + [f"{role}.{kind}.pem" for role in _ROLES for kind in ("crt", "key")]
    return all((folder / file).is_file() for file in files)


def provision(folder: Path) -> bool:
    """Makes all identities under folder, unless they are there. Returns whether anything was made.

    The folder appears whole or not at all: a half-made set is replaced.
    """
    if is_complete(folder):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _provision(folder)


def _provision(folder: Path) -> bool:
    if is_complete(folder):  # somebody else was faster
        return False
    scratch = Path(tempfile.mkdtemp(prefix=folder.name + "-", dir=folder.parent))
    try:
        validity = normal_validity()
        ca = Authority.create(scratch, "Postern test CA")
        ca.issue(scratch, "broker", BROKER_NAME, validity, [f"DNS:{BROKER_NAME}"])
        # The broker's second listener, for the collector on the same machine, has a certificate of its own,
        # so that tests can spoil the one that devices see.
        ca.issue(scratch, "monitor", "localhost", validity, ["DNS:localhost", "IP:127.0.0.1"])
        ca.issue(scratch, "device", DEVICE_ID, validity)
        ca.issue(scratch, "collector", COLLECTOR_ID, validity)
        if folder.exists():
            shutil.rmtree(folder)
        scratch.rename(folder)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return True


def provision_broker_variant(identity: Path, variant: str, folder: Path) -> None:
    """Writes into folder a broker.crt.pem and broker.key.pem that are good, or wrong in exactly one way."""
    if variant not in BROKER_VARIANTS:
        raise IdentityError(f"unknown variant '{variant}': one of {', '.join(BROKER_VARIANTS)}")
    if not is_complete(identity):
        raise IdentityError(f"no identities in {identity}: run 'host/provision' first")
    folder.mkdir(parents=True, exist_ok=True)
    authority = Authority(identity)
    validity, host = normal_validity(), BROKER_NAME
    if variant == "other-ca":
        # The same name as the genuine one: only its key differs.
        authority = Authority.create(folder, "Postern test CA")
    elif variant == "wrong-host":
        host = "intruder.postern.test"
    elif variant == "expired":
        validity = Validity.around_now(-30, -1)
    elif variant == "not-yet-valid":
        validity = Validity.around_now(1, 30)
    authority.issue(folder, "broker", host, validity, [f"DNS:{host}"])
