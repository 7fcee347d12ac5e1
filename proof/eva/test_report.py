# SPDX-License-Identifier: BSD-2-Clause
"""The reader of Eva's reports refuses what is not a report, and sees what is wrong in one that is."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import report  # pylint: disable=wrong-import-position
import source  # pylint: disable=wrong-import-position

OUTPUTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "outputs")


def read(name):
    with open(f"{OUTPUTS}/{name}.txt", encoding="utf-8") as file:
        return report.read(file.read())


class Reports(unittest.TestCase):
    """Stored outputs: one good, the others each bad in one way."""

    def test_good(self):
        said = read("good")
        self.assertTrue(said.quiet)
        self.assertEqual((said.alarms, said.valid, said.open), (0, 63, 0))
        self.assertEqual((said.reached, said.statements), (27, 28))

    def test_unreached_function_and_best_copy(self):
        # One copy of tcb_at is reached as a whole, match is not reached at all.
        self.assertEqual(read("good").missed, {"match": -1})

    def test_one_alarm_in_the_singular(self):
        self.assertEqual(read("one-alarm").alarms, 1)

    def test_open_assertion_without_alarm(self):
        said = read("open-assertion")
        self.assertEqual((said.alarms, said.open), (0, 1))

    def test_warning(self):
        self.assertFalse(read("warned").quiet)

    def test_refused(self):
        for name in ("truncated", "killed", "aborted", "no-properties", "does-not-add-up", "twice", "empty"):
            with self.subTest(name), self.assertRaises(report.Broken):
                read(name)


class Sources(unittest.TestCase):
    """Annotations are reduced; the C is not touched."""

    def test_only_what_callers_owe_is_kept(self):
        text = ("/*@ requires a: x < 3; assigns \\nothing;\n    ensures b: \\forall integer i, j; i < j ==> x;\n"
                "    ensures c: \\result == 1; */\nint f(int x);\n")
        self.assertEqual(source.for_eva(text),
                         "/*@ requires a: x < 3; assigns \\nothing; */\n\n\nint f(int x);\n")

    def test_assertions_and_loops_are_dropped(self):
        self.assertEqual(source.for_eva("//@ assert x;\n/*@ loop invariant x; */\ny;\n"), "\n\ny;\n")

    def test_behaviours_are_dropped(self):
        text = "/*@ requires a; behavior b: assumes c; requires d; ensures e; */"
        self.assertEqual(source.for_eva(text), "/*@ requires a; */")

    def test_text_that_looks_like_a_comment(self):
        text = 'puts("/*@ requires x; */ // no"); // yes\n'
        self.assertEqual(source.for_eva(text), text)
        self.assertEqual(source.without_comments(text), 'puts("/*@ requires x; */ // no");')


if __name__ == "__main__":
    unittest.main()
