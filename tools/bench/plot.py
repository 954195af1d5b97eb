# SPDX-License-Identifier: Apache-2.0
"""plot - the curves of entente-bench scale as one picture (SVG), by gnuplot."""

import shutil
import subprocess

from program import WorldError

HEAD = """set terminal svg size 900,900 font "sans,11" background "white"
set output '{path}'
set multiplot layout 3,2
set grid
set key left top
"""


def series(name, points):
    """Data that gnuplot reads from its script."""
    lines = "\n".join(" ".join(str(value) for value in point) for point in points)
    return f"${name} << END\n{lines}\nEND\n"


def chart(title, x, y, *curves, log="x"):
    drawn = ", ".join(
        f"{what} with linespoints linewidth 2 title '{name}'" for name, what in curves
    )
    return (
        f"set title '{title}'\nset xlabel '{x}'\nset ylabel '{y}'\n"
        f"unset logscale\nset logscale {log}\nset yrange [0:*]\nplot {drawn}\n"
    )


def store_points(said):
    for each in said["store"]:
        if "cost" in each:
            yield (
                each["messages"],
                1e6 / each["rate"],
                1e6 / each["new_rate"],
                each["sender"]["own_mb"],
                each["recipient"]["own_mb"],
                each["start_s"],
                each["stop_s"],
            )


def script(said, path):
    return "".join(
        (
            HEAD.format(path=path),
            series("store", store_points(said)),
            series("offices", ((e["offices"], e["cost_mb"]) for e in said["offices"])),
            series("asked", ((e["in_use"], e["p50_ns"]) for e in said["agreements"])),
            series("batch", ((e["batch"], e["rate"]) for e in said["requests"])),
            chart(
                "Cost of a message",
                "messages in the store",
                "µs",
                ("this store", "$store using 1:2"),
                ("a new one, in turns", "$store using 1:3"),
            ),
            chart(
                "Memory of a node (without mapped files)",
                "messages in the store",
                "MB",
                ("sender", "$store using 1:4"),
                ("recipient", "$store using 1:5"),
            ),
            chart(
                "Start and stop",
                "messages in the store",
                "s",
                ("until it is ready", "$store using 1:6"),
                ("until it has ended", "$store using 1:7"),
            ),
            chart(
                "Memory of a broker for idle offices",
                "offices connected",
                "MB",
                ("beyond none", "$offices using ($1+1):2"),
            ),
            chart(
                "One decision",
                "agreements in use",
                "ns",
                ("median", "$asked using 1:2"),
            ),
            chart(
                "Messages a second",
                "messages in one request",
                "messages/s",
                ("to the desk", "$batch using 1:2"),
            ),
            "unset multiplot\n",
        )
    )


def draw(said, path):
    program = shutil.which("gnuplot")
    if program is None:
        raise WorldError("no picture: gnuplot-nox is not installed")
    done = subprocess.run(
        [program], input=script(said, path), capture_output=True, text=True
    )
    if done.returncode != 0:
        raise WorldError(f"gnuplot: {done.stderr.strip()}")
