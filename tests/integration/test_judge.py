# SPDX-License-Identifier: BSD-2-Clause
"""The judge must pass a good run and name what is wrong with a bad one."""

from __future__ import annotations

import json

import pytest
from postern_lib.gateway import failed_rounds
from postern_lib.judge import judge, parse_event

BEGIN = 1763696000.0


def simulator_log(count: int) -> list[str]:
    return [
        json.dumps(
            {"n": n, "adc_t": 1, "adc_p": 2, "adc_h": 3,
             "temperature": f"21.{n:02d}", "pressure": f"98543.{n:02d}", "humidity": f"45.{n:03d}"}
        )
        for n in range(1, count + 1)
    ]  # fmt: skip


def readings(count: int) -> list[str]:
    lines = []
    for n in range(1, count + 1):
        values = (("temperature", f"21.{n:02d}", "Cel"), ("pressure", f"98543.{n:02d}", "Pa"),
                  ("humidity", f"45.{n:03d}", "%RH"))  # fmt: skip
        for i, (quantity, value, unit) in enumerate(values):
            lines.append(
                f'{{"type":"reading","time":{BEGIN + n:.3f},"device":"postern-0001","sensor":"bme280",'
                f'"quantity":"{quantity}","value":{value},"unit":"{unit}","seq":{3 * (n - 1) + i + 1}}}'
            )
    return lines


def problems_of(collector: list[str], simulator: list[str]) -> list[str]:
    text = "".join(line + "\n" for line in simulator)
    return judge(collector, text, window=(BEGIN, BEGIN + 100)).problems


def test_good_run_passes() -> None:
    text = "".join(line + "\n" for line in simulator_log(10))
    verdict = judge(['{"type":"subscribed","filter":"x"}'] + readings(10), text, window=(BEGIN, BEGIN + 100))
    assert verdict.problems == []
    assert (verdict.readings, verdict.measurements, verdict.in_flight) == (30, 10, 0)


def test_measurements_in_flight_at_the_end_are_allowed() -> None:
    assert problems_of(readings(8), simulator_log(11)) == []
    # The last measurement has arrived in part.
    assert problems_of(readings(8)[:-2], simulator_log(8)) == []


def test_too_many_missing_at_the_end() -> None:
    assert problems_of(readings(6), simulator_log(10))[0] == "the last 4 of 10 temperature values never arrived"


def test_simulator_line_still_being_written_does_not_count() -> None:
    text = "".join(line + "\n" for line in simulator_log(3)) + '{"n":4,"adc'
    assert judge(readings(3), text).problems == []


def test_nothing_arrived() -> None:
    assert problems_of([], simulator_log(4)) == ["no reading arrived (the simulator made 4 measurements)"]
    assert problems_of([], []) == ["no reading arrived (the simulator made 0 measurements)"]


def test_a_quantity_never_arrived() -> None:
    without = [line for line in readings(4) if "humidity" not in line]
    assert "no humidity arrived (the simulator made 4 measurements)" in problems_of(without, simulator_log(4))


@pytest.mark.parametrize("missing", [0, 3, 14])
def test_a_missing_reading_before_the_end_is_found(missing: int) -> None:
    lines = readings(10)
    del lines[missing]
    assert problems_of(lines, simulator_log(10)) != []


def test_first_measurement_lost_is_found_though_the_sequence_has_no_gap() -> None:
    found = problems_of(readings(10)[3:], simulator_log(10))
    assert found[0] == (
        "temperature number 1 (sequence number 4) arrived as 21.02, but the simulator put 21.01 on the bus"
    )


@pytest.mark.parametrize(("old", "new"), [("21.05", "21.06"), ("98543.05", "98543.0"), ("45.005", "45.0050")])
def test_a_changed_value_is_found(old: str, new: str) -> None:
    lines = [line.replace(f'"value":{old},', f'"value":{new},') for line in readings(10)]
    found = problems_of(lines, simulator_log(10))
    assert len(found) == 1 and f"arrived as {new}, but the simulator put {old} on the bus" in found[0]


def test_more_readings_than_measurements() -> None:
    assert problems_of(readings(5), simulator_log(4))[0] == (
        "1 temperature values arrived that the simulator never put on the bus"
    )


def test_a_jump_in_the_sequence_is_found_without_the_collector() -> None:
    lines = [line.replace('"seq":9}', '"seq":10}') for line in readings(3)]
    assert problems_of(lines, simulator_log(3)) == ["number 9 missing, not explained"]


def test_swapped_readings_are_found() -> None:
    lines = readings(5)
    lines[4], lines[7] = lines[7], lines[4]
    assert problems_of(lines, simulator_log(5)) != []


def test_wrong_unit_and_unknown_quantity() -> None:
    lines = [line.replace('"Pa"', '"hPa"') for line in readings(2)]
    assert "reading 2: pressure in 'hPa'" in problems_of(lines, simulator_log(2))
    lines = readings(2) + ['{"type":"reading","time":1763696009,"device":"postern-0001","sensor":"x","quantity":"y",'
                           '"value":1,"unit":"","seq":7}']  # fmt: skip
    assert "reading 7 is of x/y, which the simulator has not" in problems_of(lines, simulator_log(2))


def overtaking() -> list[str]:
    """The second measurement arrives after the third, as the collector tells it."""
    lines = readings(4)
    late = [line.replace('"type":"reading"', '"type":"out_of_order"') for line in lines[3:6]]
    return [*lines[:3], '{"type":"gap","device":"postern-0001","first":4,"last":6}', *lines[6:9], *late, *lines[9:]]


def test_overtaking_is_allowed_only_if_the_configuration_says_so() -> None:
    text = "".join(line + "\n" for line in simulator_log(4))
    verdict = judge(overtaking(), text, window=(BEGIN, BEGIN + 100), live_first=True)
    assert verdict.problems == [] and verdict.readings == 12
    assert "out of order: postern-0001 4" in judge(overtaking(), text, window=(BEGIN, BEGIN + 100)).problems


@pytest.mark.parametrize("missing", [3, 7])
def test_what_never_came_is_found_though_readings_may_overtake(missing: int) -> None:
    text = "".join(line + "\n" for line in simulator_log(4))
    lines = overtaking()
    number = parse_event(lines.pop(missing + 1))["seq"]
    found = judge(lines, text, window=(BEGIN, BEGIN + 100), live_first=True).problems
    assert f"number {number} missing, not explained" in found


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ('{"type":"gap","device":"postern-0001","first":12,"last":15}', "gap: postern-0001 missing 12..15"),
        ('{"type":"malformed","topic":"t","error":"e"}', "malformed message on t: e"),
        ('{"type":"out_of_order","device":"d","seq":4}', "out of order: d 4"),
        ("nonsense", "not a line of the collector: 'nonsense'"),
    ],
)
def test_trouble_that_the_collector_reports_fails_the_run(event: str, problem: str) -> None:
    assert problems_of(readings(3) + [event], simulator_log(3)) == [problem]


def test_redelivery_is_counted_but_no_problem() -> None:
    again = readings(1)[0].replace('"reading"', '"duplicate"')
    verdict = judge(readings(3) + [again], "".join(line + "\n" for line in simulator_log(3)))
    assert verdict.passed and verdict.duplicates == 1


def test_time_stamps_outside_the_run() -> None:
    lines = [line.replace("17636960", "11636960") for line in readings(2)]
    assert "outside the time of the run" in problems_of(lines, simulator_log(2))[0]


def test_time_stamps_that_stand_still() -> None:
    lines = [line.replace(f"{BEGIN + 2:.3f}", f"{BEGIN + 1:.3f}") for line in readings(2)]
    assert problems_of(lines, simulator_log(2)) == [
        "reading 4 is not stamped later than reading 1",
        "reading 5 is not stamped later than reading 2",
        "reading 6 is not stamped later than reading 3",
    ]


def test_damaged_simulator_log() -> None:
    assert "simulator's log, line 2" in problems_of(readings(2), [simulator_log(1)[0], "{}"])[0]
    assert problems_of(readings(1), simulator_log(2)[1:]) == ["simulator's log, line 1 says measurement 2"]


def starts(*counts: int) -> tuple[list[str], list[str]]:
    """Simulator's logs of several starts with so many measurements each, and the readings of all of them."""
    texts, collected, number = [], [], 0
    for start, count in enumerate(counts):
        lines = []
        for n in range(1, count + 1):
            # Each start begins with the same values, as the simulator does.
            values = {"temperature": f"20.{n:02d}", "pressure": f"98000.{n:02d}", "humidity": f"40.{n:03d}"}
            lines.append(json.dumps({"n": n, **values}) + "\n")
            for unit, (quantity, value) in zip(("Cel", "Pa", "%RH"), values.items()):
                number += 1
                collected.append(
                    f'{{"type":"reading","time":{BEGIN + 20 * start + n:.3f},"device":"d","sensor":"bme280",'
                    f'"quantity":"{quantity}","value":{value},"unit":"{unit}","seq":{number}}}'
                )
        texts.append("".join(lines))
    return texts, collected


def renumbered(lines: list[str]) -> list[str]:
    events = [line.rpartition('"seq":')[0] for line in lines]
    return [f'{event}"seq":{number}}}' for number, event in enumerate(events, 1)]


def test_power_cuts_may_cost_what_was_not_accepted() -> None:
    texts, lines = starts(4, 0, 1, 5)
    verdict = judge(lines, texts[-1], earlier=texts[:-1])
    assert (verdict.problems, verdict.not_accepted) == ([], 0)
    verdict = judge(renumbered(lines[:6] + lines[12:]), texts[-1], earlier=texts[:-1])  # two of the first start
    assert (verdict.problems, verdict.not_accepted) == ([], 2)
    verdict = judge(renumbered(lines[:12] + lines[15:]), texts[-1], earlier=texts[:-1])  # all of the third
    assert (verdict.problems, verdict.not_accepted) == ([], 1)


def test_stops_may_cost_the_measurement_in_hand() -> None:
    """Not read, or read and not accepted: each at most once a stop, and everything around it arrives."""
    (text,), lines = starts(6)
    arrived = renumbered(lines[:6] + lines[9:])
    log = text.splitlines(keepends=True)
    for measured in (text, "".join(log[:2] + log[3:])):
        assert judge(arrived, measured).problems
        assert not judge(arrived, measured, stops=1).problems
    assert judge(renumbered(lines[:3] + lines[9:]), text, stops=1).problems
    assert judge(lines, "".join(log[:1] + log[3:]), stops=1).problems
    assert judge(renumbered(lines[:6] + lines[10:]), text, stops=1).problems


def test_rounds_that_failed_with_the_bus_are_counted() -> None:
    """The console tells where a run of them begins and ends, not each."""
    text = """     1.012345 sensors    info  sensor bme280: found, chip id 0x60
     5.212000 sensors    warn  sensor bme280: bus transfer failed
     5.300000 spi0       warn  spi bus: device does not answer
"""
    works = "postern> stats\x1b[K     8.020000 sensors    info  sensor bme280: works again\n    20.000000 net        info  connected\n"
    assert failed_rounds("") == failed_rounds(text.replace("bus transfer failed", "chip id 0xff")) == 0
    assert failed_rounds(text) == 1
    assert failed_rounds(text + works) == 3  # 5.2, 6.2, 7.2
    assert failed_rounds(text + works + text) == 4, "the machine has started again"


def test_power_cuts_cost_nothing_else() -> None:
    texts, lines = starts(6, 5)
    three = judge(renumbered(lines[:9] + lines[18:]), texts[-1], earlier=texts[:-1])
    assert "temperature number 4 (sequence number 10) arrived as 20.01" in three.problems[0]
    middle = judge(renumbered(lines[:3] + lines[6:]), texts[-1], earlier=texts[:-1])
    assert "temperature number 2" in middle.problems[0]


def test_a_busy_host_may_cost_more_measurements() -> None:
    texts, lines = starts(6, 5)
    arrived = renumbered(lines[:9] + lines[18:])
    assert judge(arrived, texts[-1], earlier=texts[:-1], not_accepted=2).problems
    assert not judge(arrived, texts[-1], earlier=texts[:-1], not_accepted=3).problems


def test_what_was_stored_when_the_power_was_cut_is_not_missing() -> None:
    """However much was measured after it, and however little before."""
    texts, lines = starts(6, 5, 2)
    arrived = renumbered(lines[:9] + lines[18:])  # three of the first start
    for stored, good in (([9, 24], True), ([8, 0], True), ([0, 0], True), ([12, 24], False), ([9, 27], False)):
        verdict = judge(arrived, texts[-1], earlier=texts[:-1], durable=stored)
        assert (verdict.passed, verdict.not_accepted) == (good, 3 if good else 0), stored
    assert judge(renumbered(lines[:9] + lines[12:]), texts[-1], earlier=texts[:-1], durable=[9, 24]).problems


def test_a_number_stands_for_one_reading() -> None:
    texts, lines = starts(3)
    again = lines[4].replace('"reading"', '"duplicate"')
    assert judge([*lines, again], texts[0]).problems == []
    other = again.replace("98000.02", "98000.03")
    assert judge([*lines, other], texts[0]).problems == [
        "number 5 was delivered as pressure 98000.02 and again as pressure 98000.03"
    ]


def ledger(*ranges: tuple[int, int, int, str], device: str = "d") -> str:
    keys = ("first", "last", "missing", "cause")
    return json.dumps({"type": "ledger", "device": device, "boot": 1, "last": 99,
                       "ranges": [dict(zip(keys, each)) for each in ranges]})  # fmt: skip


def without(lines: list[str], *numbers: int) -> list[str]:
    return [line for n, line in enumerate(lines, 1) if n not in numbers]


def test_what_the_ledger_names_is_no_problem() -> None:
    texts, lines = starts(12)
    lost = without(lines, 16, 17, 18, 20)
    verdict = judge([*lost, ledger((16, 18, 3, "oldest given up"), (19, 21, 1, "thinned"))], texts[0])
    assert verdict.problems == [] and verdict.readings == 32 and verdict.measurements == 12
    assert verdict.summary().endswith("; numbers 16..18 missing: oldest given up; number 20 missing: thinned")


def test_losses_at_both_ends_are_named() -> None:
    texts, lines = starts(12)
    lost = without(lines, *range(1, 8), *range(25, 37))
    verdict = judge([*lost, ledger((1, 7, 7, "oldest given up"), (25, 36, 12, "not taken"))], texts[0])
    assert verdict.problems == []
    assert list(map(str, verdict.lost)) == ["numbers 1..7 missing: oldest given up", "numbers 25..36 missing: not taken"]
    assert judge([*lost, ledger((2, 7, 6, "oldest given up"), (25, 36, 12, "not taken"))], texts[0]).problems != []


def test_skipped_numbers_stand_for_no_measurement() -> None:
    texts, lines = starts(4)
    late = lines[:6] + [json.dumps(json.loads(line) | {"seq": 90000 + n}) for n, line in enumerate(lines, 1) if n > 6]
    verdict = judge([*late, ledger((4, 90006, 90003, "older medium"))], texts[0])
    assert [str(part) for part in verdict.lost] == ["numbers 7..90006 missing: older medium"]
    assert judge([*late, ledger((4, 90006, 90003, "thinned"))], texts[0]).problems != []


@pytest.mark.parametrize(
    ("ranges", "problem"),
    [
        ([], "numbers 16..18 missing, not explained"),
        ([(16, 17, 2, "thinned")], "number 18 missing, not explained"),
        ([(17, 18, 2, "thinned")], "number 16 missing, not explained"),
        ([(10, 30, 2, "thinned")], "numbers 16..18 missing, not explained"),  # it admits fewer
        ([(16, 18, 4, "thinned")], "not a ledger: a range misses none, or more than it spans"),
        ([(16, 18, 3, "thinned"), (18, 19, 1, "thinned")], "not a ledger: ranges overlap"),
        ([(16, 18, 3, "thinned"), (37, 10**9, 10**9 - 36, "thinned")], "more numbers than were measured"),
    ],
)  # fmt: skip
def test_a_ledger_excuses_nothing_else(ranges: list[tuple[int, int, int, str]], problem: str) -> None:
    texts, lines = starts(12)
    lost = without(lines, 16, 17, 18)
    assert problem in judge([*lost, ledger(*ranges)], texts[0]).problems[0]


def test_only_the_last_ledger_of_the_device_counts() -> None:
    texts, lines = starts(12)
    lost, good = without(lines, 16, 17, 18), ledger((16, 18, 3, "medium"))
    assert judge([ledger(), *lost, good], texts[0]).problems == []
    assert judge([good, *lost, ledger()], texts[0]).problems != []
    assert judge([*lost, good.replace('"d"', '"other"')], texts[0]).problems != []
    assert judge([*lost, '{"type":"ledger","device":"d","ranges":[7]}'], texts[0]).problems != []


def test_a_changed_value_beside_a_loss_is_found() -> None:
    texts, lines = starts(12)
    lost = [line.replace('"value":20.08', '"value":20.09') for line in without(lines, 16, 17, 18)]
    assert "arrived as 20.09" in judge([*lost, ledger((16, 18, 3, "medium"))], texts[0]).problems[0]


def test_a_ledger_that_names_numbers_of_nothing_is_found() -> None:
    """All measurements arrived: numbers were used up for none."""
    texts, lines = starts(12)
    shifted = lines[:15]
    for number, line in enumerate(lines[15:], 19):
        shifted.append(f'{line.rpartition(chr(34) + "seq")[0]}"seq":{number}}}')
    assert judge([*shifted, ledger((16, 18, 3, "medium"))], texts[0]).problems != []
