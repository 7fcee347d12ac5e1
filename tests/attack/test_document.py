# SPDX-License-Identifier: BSD-2-Clause
"""docs/security.md says of each component what the composer says of it."""

from __future__ import annotations

import blast


def test_blast_radii_are_those_of_the_product() -> None:
    _, inside, _ = blast.split(blast.DOCUMENT.read_text())
    assert inside == blast.table(), "tests/attack/blast.py --write renews the table"


def test_keys_and_plaintext_are_where_they_must_be() -> None:
    """The sentences of the document that the table stands for."""
    radii = {radius["pd"]: radius for radius in blast.radii()}

    def who(key: str, word: str) -> set[object]:
        return {pd for pd, radius in radii.items() if word in radius[key]}  # type: ignore[operator]

    assert who("has", "crypto_keys") == {"crypto"}
    assert who("sees", "crypto_keys") == who("spoils", "crypto_keys") == set()
    assert who("sees", "tls_tx") == {"crypto"} and who("sees", "tls_rx") == {"uplink"}
    assert who("spoils", "readings") == {"sensors"} and who("spoils", "delivered") == {"uplink"}
    assert who("calls", "supervisor") == {"console"} and who("spoils", "uart_rx") == {"uart0"}
    assert {pd for pd, radius in radii.items() if radius["all_memory"]} == {"eth0", "spi0", "blk0", "entropy"}
    assert {pd for pd, radius in radii.items() if radius["controls"]} == {"supervisor"}


def test_supervisor_has_no_other_way_to_anybody_than_its_threads() -> None:
    """It is trusted with the registers of the others, and is not given more."""
    radii = {str(radius["pd"]): radius for radius in blast.radii()}
    own = radii["supervisor"]
    assert set(own["controls"]) == set(radii) - {"supervisor", "pulse"}  # type: ignore[call-overload]
    assert own["has"] == own["calls"] == [] and own["devices"] == ["reset0"] and not own["all_memory"]
    assert own["sees"] == ["metrics", "console_metrics"] and own["signals"] == ["net", "console"]
    assert own["spoils"] == ["log", "metrics", "pd_states", "postmortem"]
