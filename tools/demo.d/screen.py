# SPDX-License-Identifier: Apache-2.0
"""screen - what the demonstration shows: sections, sentences, small tables."""

import os
import shutil
import sys
import textwrap
import unicodedata

WIDTH_MAX = 88


def width_of(text):
    """Columns on a terminal: marks above letters take none, some signs two."""
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) == "Mn"
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


class Screen:
    def __init__(self, out=sys.stdout):
        self.out = out
        self.terminal = out.isatty()
        self.colour = self.terminal and "NO_COLOR" not in os.environ
        columns = shutil.get_terminal_size((WIDTH_MAX, 24)).columns
        self.width = min(columns, WIDTH_MAX)
        self.passing = False  # a progress line is there
        self.sections = 0

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def line(self, text=""):
        if self.passing:
            self.out.write("\r\033[K")
            self.passing = False
        print(text, file=self.out, flush=True)

    def section(self, title):
        self.sections += 1
        self.line()
        self.line(self.paint("1", f"{self.sections}. {title}"))

    def say(self, text, indent="   "):
        """A paragraph."""
        for line in textwrap.wrap(
            " ".join(text.split()),
            self.width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        ):
            self.line(line)

    def good(self, text):
        self.line(f"   {self.paint('32', 'ok')}  {text}")

    def bad(self, text):
        self.line(f"   {self.paint('31', 'FAILED')}  {text}")

    def table(self, rows, right=()):
        """Columns as wide as they must be; the first row is their heads."""
        rows = [[str(cell) for cell in row] for row in rows]
        widths = [max(map(width_of, column)) for column in zip(*rows)]
        for number, row in enumerate(rows):
            cells = []
            for place, (cell, width) in enumerate(zip(row, widths)):
                space = " " * (width - width_of(cell))
                cells.append(space + cell if place in right else cell + space)
            text = "   " + "  ".join(cells).rstrip()
            self.line(self.paint("2", text) if number == 0 else text)

    def progress(self, text):
        """A line that the next one replaces; only where somebody looks."""
        if self.terminal:
            self.out.write(f"\r\033[K   {text[: self.width - 3]}")
            self.out.flush()
            self.passing = True
