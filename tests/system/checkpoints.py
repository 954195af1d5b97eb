# SPDX-License-Identifier: Apache-2.0
"""What offices hold of each other's journals, for system tests."""

from stage import until


def with_checkpoints(world, more=lambda office: {}):
    """Each office says every second how long its journal is."""
    for office in world.names:
        world.write_node_file(office, checkpoint_every="PT1S", **more(office))


def peer(world, office, whom):
    return world.cli(office, "peers", whom).must(0, 1).value()


def number(status, name):
    return int(status.get(name, 0))


def journal_size(world, office):
    return int(world.status(office)["journalSize"])


def until_held(world, office, whom):
    """`office` holds a checkpoint of all that `whom` has written by now, and
    `whom` knows."""
    size = journal_size(world, whom)
    until(
        lambda: number(peer(world, office, whom), "heldSize") >= size,
        f"{office} holds {size} entries of {whom}",
    )
    until(
        lambda: number(peer(world, whom, office), "ownHeldSize") >= size,
        f"{whom} knows that {office} does",
    )


def alarms(world, office, kind):
    return [
        alarm
        for alarm in world.status(office).get("alarms", [])
        if alarm["kind"] == kind
    ]
