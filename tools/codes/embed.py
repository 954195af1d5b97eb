# SPDX-License-Identifier: Apache-2.0
"""embed - makes a C string of a table, so that the program always has it.

    embed.py TABLE OUTPUT NAME: cli_NAME_text, of tools/cli/NAME.h
"""

import sys


def main():
    table, output, name = sys.argv[1:]
    with open(table, "rb") as file:
        content = file.read()
    lines = [content[i : i + 16] for i in range(0, len(content), 16)]
    with open(output, "w", encoding="ascii") as file:
        file.write(f'#include "tools/cli/{name}.h"\n\n')
        file.write(f"const char cli_{name}_text[] = {{\n")
        for line in lines:
            numbers = (str(b - 256 if b > 127 else b) for b in line)
            file.write("    " + ", ".join(numbers) + ",\n")
        file.write("    0};\n")


main()
