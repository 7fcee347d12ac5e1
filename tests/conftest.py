# SPDX-License-Identifier: BSD-2-Clause
"""What the integration tests stand on: gateways that are cleaned up whatever a test does.

Fixtures: `make_gateway` makes gateways with nothing running, `peers` is one with all but the machine running,
`gateway` is one whose machine has booted and has delivered its first readings. When a test fails, the end of
each gateway's console and of its peers' logs is shown, also of those that `show_gateway` was told of. `broken_broker`
makes broker certificates that are wrong in one way. A test with a `seed` runs once, or with --seeds N for N seeds from
--seed on. Processes must be started from the test itself, not from threads of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "host"))

from postern_lib import identity  # noqa: E402
from postern_lib.gateway import Gateway, Settings  # noqa: E402

# Folders of tests that leave components without work for good reason: nobody may be taken for stuck.
IDLE_SCENES = {"network", "broker"}
SHOWN_CHARACTERS = 6000
_GATEWAYS = pytest.StashKey[list[Gateway]]()
_SHOWN = pytest.StashKey[list[Gateway]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=1, help="the first seed of tests that play with chance")
    parser.addoption("--seeds", type=int, default=1, help="how many seeds each of them plays")
    parser.addoption("--long", action="store_true", help="also what takes too long for every day")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("long"):
        items[:] = [item for item in items if item.get_closest_marker("long") is None]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        first = metafunc.config.getoption("seed")
        seeds = range(first, first + metafunc.config.getoption("seeds"))
        metafunc.parametrize("seed", seeds, ids=[f"seed{seed}" for seed in seeds])


@pytest.fixture
def make_gateway(request: pytest.FixtureRequest) -> Iterator[Callable[..., Gateway]]:
    """Call it with the fields of Settings. All gateways it made are stopped after the test."""
    made: list[Gateway] = request.node.stash.setdefault(_GATEWAYS, [])

    def make(**settings: object) -> Gateway:
        gateway = Gateway(Settings(**settings))  # type: ignore[arg-type]
        made.append(gateway)
        return gateway

    yield make
    for gateway in made:
        gateway.stop()
    if request.path.parent.name in IDLE_SCENES:
        for gateway in made:
            assert "stopped: no progress" not in gateway.console.text(), "the watchdog gave a false alarm"


@pytest.fixture
def show_gateway(request: pytest.FixtureRequest) -> Callable[[Gateway], None]:
    """Names a gateway that other tests use, too: if this one fails, its logs are shown."""
    shown: list[Gateway] = request.node.stash.setdefault(_SHOWN, [])
    return shown.append


@pytest.fixture
def peers(make_gateway: Callable[..., Gateway]) -> Gateway:
    """Broker, name server, simulator and collector run; the machine does not."""
    gateway = make_gateway()
    gateway.start_peers()
    return gateway


@pytest.fixture
def gateway(make_gateway: Callable[..., Gateway]) -> Gateway:
    """A gateway that has booted and has delivered a reading of each quantity."""
    started = make_gateway()
    started.start()
    started.wait_readings(3)
    return started


@pytest.fixture
def broken_broker(tmp_path: Path) -> Callable[[str], Path]:
    """Takes one of identity.BROKER_VARIANTS; returns the folder to give to Broker.start(certificate=...)."""

    def make(variant: str) -> Path:
        settings = Settings()
        identity.provision(settings.identities)
        folder = tmp_path / variant
        identity.provision_broker_variant(settings.identities, variant, folder)
        return folder

    return make


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if not report.failed:
        return
    for gateway in (*item.stash.get(_GATEWAYS, []), *item.stash.get(_SHOWN, [])):
        for name in ("machine.log", "collector.log", "broker.err", "machine.err", "simulator.err"):
            file = gateway.folder.path / name
            if file.exists() and file.stat().st_size:
                text = file.read_text(errors="replace")[-SHOWN_CHARACTERS:]
                report.sections.append((f"{gateway.folder.path.name}/{name}", text))
