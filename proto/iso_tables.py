# SPDX-License-Identifier: Apache-2.0
"""iso_tables - makes C of the code lists in Debian's iso-codes.

    iso_tables.py FOLDER OUTPUT

FOLDER holds iso_3166-1.json and the others; OUTPUT defines what
proto/iso_tables.h declares. Every list is in ascending order.
"""

import json
import sys


def records(folder, standard):
    with open(f"{folder}/iso_{standard}.json", encoding="utf-8") as file:
        return json.load(file)[standard]


def codes(rows, *keys):
    """The codes under these keys, each once; a range of them is none."""
    found = {row[key] for row in rows for key in keys if key in row}
    return sorted(code for code in found if "-" not in code)


def define(declaration, name, elements):
    yield f"const {declaration} = {{"
    yield from (f"    {element}," for element in elements)
    yield "};"
    yield f"const size_t {name}_count = sizeof {name} / sizeof {name}[0];"


def define_codes(name, width, found):
    if max(map(len, found)) >= width:
        sys.exit(f"iso_tables: a code of {name} is longer than ever before")
    return define(f"char {name}[][{width}]", name, map(json.dumps, found))


def main(folder, output):
    countries = sorted(
        (row["alpha_2"], row["alpha_3"]) for row in records(folder, "3166-1")
    )
    languages = [
        row for part in ("639-2", "639-3", "639-5")
        for row in records(folder, part)
    ]
    with open(output, "w", encoding="utf-8") as file:
        for line in (
            "/* Made by iso_tables.py. */",
            '#include "proto/iso_tables.h"',
            *define(
                "struct ent_iso_country ent_iso_countries[]",
                "ent_iso_countries",
                (f'{{"{two}", "{three}"}}' for two, three in countries),
            ),
            *define_codes(
                "ent_iso_currencies",
                4,
                codes(records(folder, "4217"), "alpha_3"),
            ),
            *define_codes(
                "ent_iso_languages",
                4,
                codes(languages, "alpha_2", "alpha_3"),
            ),
            *define_codes(
                "ent_iso_scripts",
                5,
                codes(records(folder, "15924"), "alpha_4"),
            ),
        ):
            print(line, file=file)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
