# SPDX-License-Identifier: Apache-2.0
"""sweep - how many messages ahead of their confirmations are best for whoever is
measured: found before the rounds, and said beside the rates."""

TRIES = 2  # of each, of which the better one counts


class Swept:
    """Somebody with run(size, messages, window), and windows to choose from."""

    choices = ()

    def __init__(self):
        self.windows = {}  # size: the best
        self.swept = {}  # size: {window: messages a second}

    def choices_at(self, size):
        """What there is to choose from for messages of this size."""
        return self.choices

    def tune(self, size, messages, tell):
        """Find the window that is best at this size."""
        choices = self.choices_at(size)
        self.run(size, messages // 4 + 1, choices[len(choices) // 2])
        rates = dict.fromkeys(choices, 0)
        for window in choices * TRIES:
            tell(f"{self.name}, {size} bytes, {window} ahead")
            said = self.run(size, messages, window)
            rates[window] = max(rates[window], messages / said["arrived_s"])
        self.swept[size] = rates
        self.windows[size] = max(rates, key=rates.get)
