# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's source as the tools see it: which files a release kernel is made of, its text without comments, and
its text with only those annotations that Eva is to look at.
"""
import glob
import re

# Comments and literals of C, so that neither is looked for inside the other.
PIECES = re.compile(r'(/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')', re.S)

CLAUSES = ("requires", "ensures", "assigns", "behavior", "assumes", "complete", "disjoint", "terminates",
           "decreases", "allocates", "frees", "exits", "check", "admit", "predicate", "logic", "lemma", "axiomatic",
           "loop", "assert", "ghost", "for")
CLAUSE = re.compile(r"(?:^|(?<=;))\s*(?=(?:" + "|".join(CLAUSES) + r")\b)")
# Callers establish these, or they define what those use. Everything else in the kernel's annotations is WP's.
KEPT = ("requires", "assigns", "predicate", "logic")

# Invariants of lists and rings that WP assumes at the entry of a module and that no tool shows for its callers.
ASSUMED = "requires assumed_"


def kernel_files(root):
    """C files of the release kernel that are analysed: all but the machine layer (kernel/build.mk chooses likewise);
    and check.c, the invariants of debug kernels."""
    names = glob.glob(f"{root}/kernel/src/**/*.c", recursive=True)
    return sorted(name for name in names if not re.search(r"/src/(machine|debug|probe)/|/fast/none\.c$", name))


def reader_files(root):
    """The loader's device-tree reader, which Eva analyses as well."""
    return [f"{root}/system/loader/{name}.c" for name in ("fdt", "machine", "region", "share")]


def kept_clauses(text):
    """What remains of the inside of an annotation."""
    kept = []
    for clause in CLAUSE.split(text):
        clause = clause.strip()
        if clause.startswith("behavior"):
            break
        if clause.startswith(KEPT) and not clause.startswith(ASSUMED):
            kept.append(clause)
    return " ".join(kept)


def for_eva(text):
    """The same C with the same lines, annotations reduced to what Eva checks (KEPT)."""
    def reduce(match):
        piece = match.group(1)
        if piece.startswith("//@"):
            return ""
        if not piece.startswith("/*@"):
            return piece
        kept = kept_clauses(piece[3:-2])
        lines = "\n" * piece.count("\n")
        return f"/*@ {' '.join(kept.split())} */{lines}" if kept else lines
    return PIECES.sub(reduce, text)


def without_comments(text):
    """The same C without comments, white space reduced to single blanks: what is hashed."""
    def drop(match):
        piece = match.group(1)
        return " " if piece.startswith("/") else piece
    return " ".join(PIECES.sub(drop, text).split())
