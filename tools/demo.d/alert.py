# SPDX-License-Identifier: Apache-2.0
"""alert - one hotline alert at night: sealed, delivered, acknowledged, and read by
nobody else."""

from datetime import datetime, timedelta, timezone

from world import OFFICES

SENDER = "blo-maesai@th"
OTHER = "blo-tachileik@mm"
CENTRE = "ncc@th"
WORDS = "Knocking heard from inside a closed box"


def now_text(offset=timedelta()):
    moment = datetime.now(timezone.utc) + offset
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def hotline_alert():
    """What an officer at Mae Sai writes when there is no time to lose."""
    return {
        "mode": "EXERCISE",
        "precedence": "FLASH",
        "incidentId": "TH:MSA:2026-000123",
        "authorRole": "duty officer",
        "purpose": "THREAT_TO_LIFE",
        "offence": "SMUGGLING_OF_MIGRANTS",
        "classification": "RESTRICTED",
        "urgency": "URGENCY_IMMEDIATE",
        "severity": "SEVERE",
        "certainty": "OBSERVED",
        "acknowledge": True,
        "safeguards": ["MINOR", "NON_PUNISHMENT"],
        "geoScope": ["MM-TH:THL-MSA"],
        "hotlineAlert": {
            "what": "SMUGGLING_OF_MIGRANTS",
            "where": {
                "country": "TH",
                "crossing": "MM-TH:THL-MSA",
                "place": "Mae Sai / แม่สาย",
                "detail": "lane 2",
                "latitude": "20.4433",
                "longitude": "99.8817",
            },
            "when": now_text(-timedelta(minutes=3)),
            "persons": 14,
            "direction": "toward mm",
            "mode": "LAND_ROAD",
            "conveyance": {
                "mode": "LAND_ROAD",
                "plate": "1กก 1234",
                "plateCountry": "TH",
                "makeModelColour": "white six-wheel lorry, closed box",
            },
            "medical": True,
            "children": True,
            "action": "PREPARE_RESCUE",
            "callBackRole": "duty officer",
            "description": f"{WORDS}; at least two children.",
        },
    }


def seconds(begin_ms, end_ms):
    return f"{(int(end_ms) - int(begin_ms)) / 1000:.2f} s"


def check_secrecy(demo):
    """No word of it is on any disk: not the broker's, not an office's."""
    words = WORDS.encode()
    folders = [demo.world.broker / "store"]
    folders += [demo.world.office(each) / "store" for each in OFFICES]
    found = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and words in path.read_bytes()
    ]
    demo.check(
        not found,
        "no word of the alert can be found in the broker's files, nor in"
        " any store",
    )


def exchange(demo):
    """Sent, delivered, acknowledged; its id."""
    id_ = demo.send(SENDER, hotline_alert(), OTHER, CENTRE)["id"]
    demo.wait_for(SENDER, id_, OTHER, "settledAt")
    demo.world.cli(
        OTHER,
        "ack",
        id_,
        "--role=duty officer",
        "--note=Patrol is on its way.",
    ).must()
    demo.wait_for(SENDER, id_, OTHER, "acknowledgedAt")
    demo.world.settle(SENDER, OTHER)
    return id_


def show_copies(demo, id_):
    """What the sender knows of each copy."""
    (item,) = demo.world.trace(SENDER, id_)
    rows = [("TO", "DELIVERED AFTER", "ACKNOWLEDGED AFTER", "BY")]
    for copy in item["copies"]:
        begin = copy["acceptedAt"]
        answered = int(copy.get("acknowledgedAt", 0))
        rows.append(
            (
                copy["to"],
                seconds(begin, copy["settledAt"]),
                seconds(begin, answered) if answered else "",
                copy.get("acknowledgedBy", ""),
            )
        )
    demo.screen.table(rows, right=(1, 2))


def show_withheld(demo, id_):
    """What the other state did not get."""
    (got,) = [item for item in demo.world.desk(OTHER) if item["id"] == id_]
    withheld = got["message"].get("withheld", [])
    if withheld:
        fields = ", ".join(each["field"] for each in withheld)
        demo.screen.say(
            f"Withheld from Tachileik, by {withheld[0]['clause']} of"
            f" th-mm.yaml: {fields}. Bangkok got the whole message."
        )
    demo.check(
        "latitude" not in got["message"]["hotlineAlert"]["where"],
        "the other state got what its agreement allows, and no more",
    )


def show(demo):
    demo.screen.section("An alert in the night")
    demo.screen.say(
        "At Mae Sai (Thailand) an officer hears knocking from inside a"
        " lorry that drives on to Tachileik (Myanmar). One alert: sealed"
        " for Tachileik under the agreement of the two states, and once"
        " more for Bangkok under the national order."
    )
    id_ = exchange(demo)
    show_copies(demo, id_)
    show_withheld(demo, id_)
    check_secrecy(demo)
