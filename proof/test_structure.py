# SPDX-License-Identifier: BSD-2-Clause
"""The structural check sees each construct, and the table sees each way in which a result can be missing."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import results  # pylint: disable=wrong-import-position
import structure  # pylint: disable=wrong-import-position
import summary  # pylint: disable=wrong-import-position

SAMPLES = {
    "asm": '    __asm__ volatile("wfi");',
    "pointer-cast": "u8 *p = (u8 *)(uintptr_t)address;",
    "union": "union word { u64 a; u8 b[8]; };",
    "function-pointer": "static void (*handler[4])(int);",
    "volatile": "static volatile u32 flag;",
    "linker-symbol": "extern const u8 __image_start[];",
    "atomic": "x = __atomic_load_n(&y, 0);",
    "conditional": "#ifdef DEBUG",
    "goto": "goto out;",
    "char": "char c = (char)200;",
}


class Constructs(unittest.TestCase):
    """One sample each."""

    def found(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".c", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            return structure.constructs(file.name)

    def test_each_is_seen(self):
        for name, text in SAMPLES.items():
            with self.subTest(name):
                self.assertEqual(self.found(text), [name])

    def test_comments_and_texts_do_not_count(self):
        self.assertEqual(self.found('/* volatile asm union */ f("goto volatile"); // char'), [])

    def test_char_whose_sign_does_not_show(self):
        self.assertEqual(self.found("void f(const char *t) { g((u8)t[i]); while (t[i] != 0) i++; }"), [])

    def test_table_of_texts(self):
        table = "static const char names[N][M] = {};\nvoid f(void) { g(names[i]%s); }"
        self.assertEqual(self.found(table % ""), [])
        self.assertEqual(self.found(table % "[0]"), ["char"])

    def test_char_whose_sign_shows(self):
        self.assertEqual(self.found("int f(const char *t) { return t[0] < 5; }"), ["char"])

    def test_unlisted_file_longer_file_and_stale_entry_are_wrong(self):
        with tempfile.NamedTemporaryFile("w", suffix=".c", encoding="utf-8") as file:
            file.write(SAMPLES["union"] + "\nint x;\n")
            file.flush()
            self.assertEqual(len(structure.judge([file.name], {})), 1)
            self.assertEqual(len(structure.judge([file.name], {file.name: (["union"], 2)})), 0)
            self.assertEqual(len(structure.judge([file.name], {file.name: (["union"], 1)})), 1)
            self.assertEqual(len(structure.judge([], {file.name: (["union"], 2)})), 1)


class Table(unittest.TestCase):
    """Parts that are missing, empty, unreadable, failed or unknown."""

    def failures(self, contents, parts="a\nb\n"):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/list", "w", encoding="utf-8") as file:
                file.write(parts)
            for name, text in contents.items():
                with open(f"{folder}/{name}.result", "w", encoding="utf-8") as file:
                    file.write(text)
            with open(os.devnull, "w", encoding="utf-8") as quiet:
                out, sys.stdout = sys.stdout, quiet
                try:
                    return summary.table(f"{folder}/list", folder)
                finally:
                    sys.stdout = out

    def test_good(self):
        self.assertEqual(self.failures({"a": "a|x|ok|1|0.5\n", "b": "b|y|ok|2|1\n"}), 0)

    def test_bad(self):
        good = "a|x|ok|1|0.5\n"
        for text in (None, "", "b|y|FAILED|2|1\n", "b|y|fine|2|1\n", "b|y|ok|2\n", "c|y|ok|2|1\n", "b|y|ok|2|soon\n",
                     "b|y|ok|2|1\nb|y|ok|2|1\n"):
            with self.subTest(text):
                contents = {"a": good} if text is None else {"a": good, "b": text}
                self.assertEqual(self.failures(contents), 1)

    def test_unregistered(self):
        self.assertEqual(self.failures({"a": "a|x|ok|1|0.5\n", "b": "b|y|ok|2|1\n", "c": "c|y|ok|2|1\n"}), 1)

    def test_no_parts(self):
        with self.assertRaises(results.Broken):
            self.failures({}, "# nothing\n")


if __name__ == "__main__":
    unittest.main()
