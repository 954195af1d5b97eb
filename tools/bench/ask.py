# SPDX-License-Identifier: Apache-2.0
"""ask - runs a program of the bench, which says one JSON object."""

import json
import subprocess

from program import WorldError
from world import BUILD

TIMEOUT_S = 900


def ask(program, *arguments):
    """Run a program of the bench; what it says."""
    try:
        done = subprocess.run(
            [BUILD / "tools" / program, *arguments],
            stdout=subprocess.PIPE,
            timeout=TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise WorldError(f"{program}: {error}") from error
    return json.loads(done.stdout)
