# SPDX-License-Identifier: Apache-2.0
"""Officers of Mae Sai who sign what leaves, for system tests: each has a folder
named as his badge in the world's folder, with his key and his certificate."""

from stage import MAESAI, ROOT

_PURPOSES = "purposes: [threat_to_life, listed_crime], release: "


def two_must_release(world):
    """Alerts for those purposes leave when an author and another signed."""
    text = (ROOT / "tools/demo.d/agreements/th-mm.yaml").read_text("utf-8")
    assert _PURPOSES + "one_officer" in text
    world.sign(
        "th-mm",
        text.replace(_PURPOSES + "one_officer", _PURPOSES + "two_officers"),
    )
    for office in world.names:
        world.take_agreements(office)


def _secret(world, badge):
    """The file of an officer's passphrase."""
    file = world.folder / f"{badge}.passphrase"
    file.touch(mode=0o600)
    file.write_text(f"seven swallows and {badge}\n", "utf-8")
    return file


def new_officer(world, badge, role, *kept):
    """The key is under a passphrase of his own, unless `kept` says otherwise;
    it is never plain."""
    folder = world.folder / badge
    made = world.tool(
        "officer", "new", "--out", folder, "--json",
        *(kept or ("--passphrase-file", _secret(world, badge))),
    ).value()
    office = world.office(MAESAI)
    world.tool(
        "officer", "certify", made["public_key"], "--badge", badge,
        "--role", role, "--office", office / "keys",
        "--certificate", office / "office.cert",
        "--out", folder / "officer.cert",
    )


def enrol(world, badge):
    certificate = world.folder / badge / "officer.cert"
    world.cli(MAESAI, "officer", "enrol", certificate).must()


def sign_as(world, badge, *arguments):
    passphrase = world.folder / f"{badge}.passphrase"
    return world.cli(
        MAESAI, *arguments, "--officer", world.folder / badge,
        *(["--passphrase-file", passphrase] if passphrase.exists() else []),
    )
