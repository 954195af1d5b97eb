# SPDX-License-Identifier: Apache-2.0
"""program - runs a program to its end, and keeps what it said."""

import json
import subprocess

SAID_MAX = 2000  # of what a program said, in an error


class WorldError(Exception):
    """Something that should work did not; in words for the operator."""


def json_values(text):
    """Every JSON value in a text, one after another."""
    decoder = json.JSONDecoder()
    at = 0
    text = text.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at].isspace():
            at += 1


class Result:
    """What a program said, and its exit status."""

    def __init__(self, arguments, code, out, err):
        self.arguments = [str(argument) for argument in arguments]
        self.code = code
        self.out = out
        self.err = err

    def values(self):
        return list(json_values(self.out))

    def value(self):
        (value,) = json_values(self.out)
        return value

    def must(self, *codes):
        """This result, whose exit status must be one of these (0)."""
        if self.code not in (codes or (0,)):
            raise WorldError(
                f"{' '.join(self.arguments)}: exit {self.code}\n"
                f"{self.err[-SAID_MAX:] or self.out[-SAID_MAX:]}"
            )
        return self


def run(arguments, stdin=None, timeout_s=120, env=None):
    """Run a program to its end."""
    arguments = [str(argument) for argument in arguments]
    try:
        done = subprocess.run(
            arguments,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=env,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WorldError(
            f"{' '.join(arguments)}: no end after {timeout_s} s"
        ) from error
    except OSError as error:
        raise WorldError(f"{arguments[0]}: {error.strerror}") from error
    return Result(arguments, done.returncode, done.stdout, done.stderr)
