# SPDX-License-Identifier: Apache-2.0
"""embed - makes a C string of a table, so that the program always has it.

    embed.py TABLE OUTPUT
"""

import sys


def main():
    table, output = sys.argv[1:]
    with open(table, "rb") as file:
        content = file.read()
    lines = [content[i : i + 16] for i in range(0, len(content), 16)]
    with open(output, "w", encoding="ascii") as file:
        file.write('#include "tools/cli/drugcodes.h"\n\n')
        file.write("const char cli_drugcodes_text[] = {\n")
        for line in lines:
            numbers = (str(b - 256 if b > 127 else b) for b in line)
            file.write("    " + ", ".join(numbers) + ",\n")
        file.write("    0};\n")


main()
