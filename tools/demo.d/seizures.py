# SPDX-License-Identifier: Apache-2.0
"""seizures - rows of UNODC's Individual Drug Seizures as messages.

What a reporting officer wrote is coded where ../codes/drug-seizures.yaml has a code
for it, as `entente import drug-seizures` does, and always passed on as written too. Nothing is guessed: a word without a code stays
a word. A row of which no valid message can be made is a Problem with its line,
column and reason; it is counted and shown, never dropped.

The rules a message must keep are those of proto/catalogue/seizure.yaml.
"""

import csv
import re
import unicodedata
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import yaml

COLUMNS = (
    "REGION",
    "SUBREGION",
    "COUNTRY",
    "ADMINISTRATIVE_DIVISION",
    "PLACE",
    "SEIZURE_DATE",
    "DRUG_NAME",
    "AMOUNT",
    "DRUG_UNIT",
    "HIDING_PLACE",
    "INSTALLATION",
    "TRANSPORT",
    "PRODUCING_COUNTRY",
    "DEPARTURE_COUNTRY",
    "DESTINATION_COUNTRY",
    "ROUTING",
)
TABLE = Path(__file__).resolve().parents[1] / "codes/drug-seizures.yaml"
TEXT_MAX = 1200  # characters of one text in an urgent message
PLAIN_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HUB_KINDS = {
    "AT_AIRPORT": "airport",
    "AT_SEAPORT": "seaport",
    "AT_POST_OFFICE": "mail",
}


class Problem(Exception):
    """Why a row cannot be a message."""

    def __init__(self, line, column, reason):
        super().__init__(reason)
        self.line = line
        self.column = column
        self.reason = reason

    def __str__(self):
        where = f"line {self.line}"
        if self.column in COLUMNS:
            number = COLUMNS.index(self.column) + 1
            where += f", column {number} ({self.column})"
        return f"{where}: {self.reason}"


class Codes:
    """How reporting officers write, and the code it is; and from `path`
    (codes.yaml) which of them the demo has offices of."""

    def __init__(self, path):
        codes = {}
        for each in (TABLE, path):
            with open(each, encoding="utf-8") as file:
                codes.update(yaml.safe_load(file))
        self.states = codes["states"]
        self.countries = codes["countries"]
        self.places = codes["places"]
        self.crossings = codes["crossings"]
        self.drugs = codes["drugs"]
        self.units = codes["units"]
        self.installations = codes["installations"]
        self.transports = codes["transports"]


class Row:
    """One row of the file; its fields are trimmed and in Unicode's form C."""

    def __init__(self, line, values):
        self.line = line
        self.values = values

    def __getitem__(self, column):
        return self.values[column]

    def problem(self, column, reason):
        return Problem(self.line, column, reason)


def text_of(line, column, text):
    """The text of a field, or why it is none."""
    text = unicodedata.normalize("NFC", text.strip())
    if any("\udc80" <= c <= "\udcff" for c in text):
        raise Problem(line, column, "is not UTF-8")
    if any(unicodedata.category(c) == "Cc" for c in text):
        raise Problem(line, column, "holds control characters")
    if len(text) > TEXT_MAX:
        raise Problem(line, column, f"is longer than {TEXT_MAX} characters")
    return text


def row_of(line, fields):
    if len(fields) != len(COLUMNS):
        raise Problem(
            line,
            None,
            f"has {len(fields)} fields instead of {len(COLUMNS)}",
        )
    return Row(
        line,
        {
            column: text_of(line, column, text)
            for column, text in zip(COLUMNS, fields)
        },
    )


def read(path):
    """Every row of the file in its order: a Row or a Problem."""
    with open(
        path, encoding="utf-8-sig", errors="surrogateescape", newline=""
    ) as file:
        reader = csv.reader(file, strict=True)
        try:
            heads = next(reader, [])
        except csv.Error as error:
            heads = [str(error)]
        if tuple(heads) != COLUMNS:
            raise ValueError(f"{path}: the first line must be {COLUMNS}")
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
                yield row_of(line, fields)
            except StopIteration:
                return
            except csv.Error as error:
                yield Problem(line, None, f"is no CSV: {error}")
            except Problem as problem:
                yield problem


def day_of(row):
    """SEIZURE_DATE as a time; that of day is not known."""
    text = row["SEIZURE_DATE"]
    try:
        if not DATE.fullmatch(text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise row.problem(
            "SEIZURE_DATE", f"'{text}' is no date like 2013-11-22"
        ) from None
    if day.year < 1970:
        raise row.problem("SEIZURE_DATE", f"'{text}' is before 1970")
    if day > datetime.now(timezone.utc).date():
        raise row.problem("SEIZURE_DATE", f"'{text}' is in the future")
    return f"{day.isoformat()}T00:00:00Z"


def coded_quantity(text, unit):
    """A plain decimal in the code's unit, exactly; None if it has none."""
    try:
        amount = Decimal(text) * Decimal(str(unit[1]))
    except ArithmeticError:
        return None
    if not amount.is_finite() or amount <= 0 or abs(amount.adjusted()) > 18:
        return None
    plain = format(amount.normalize(), "f")
    return plain if PLAIN_NUMBER.fullmatch(plain) else None


def item_of(row, codes, uncoded):
    """What was seized: coded where there is a code, and as reported."""
    drug = row["DRUG_NAME"]
    amount = row["AMOUNT"]
    unit = row["DRUG_UNIT"]
    if not drug:
        raise row.problem("DRUG_NAME", "no drug is named")
    if not amount:
        raise row.problem("AMOUNT", "no amount is given")
    item = {
        "drug": codes.drugs.get(drug, "UNKNOWN_DRUG"),
        "drugAsReported": drug,
        "quantityAsReported": amount,
    }
    if drug not in codes.drugs:
        uncoded["DRUG_NAME", drug] += 1
    if unit:
        item["unitAsReported"] = unit
    quantity = coded_quantity(amount, codes.units.get(unit, ("", "NaN")))
    if quantity is None:
        uncoded["DRUG_UNIT", unit or "no unit"] += 1
    else:
        item["quantity"] = quantity
        item["unit"] = codes.units[unit][0]
    return item


def country_of(row, column, codes, uncoded):
    """A country as code, and its name as reported; None if it is not told."""
    name = row[column]
    if not name:
        return None
    place = {"place": name}
    if name in codes.countries:
        place["country"] = codes.countries[name]
    else:
        uncoded[column, name] += 1
    return place


def place_of(row, codes):
    """Where: country and place coded, the rest as reported."""
    country = codes.countries[row["COUNTRY"]]
    place = {"country": country}
    if row["ADMINISTRATIVE_DIVISION"]:
        place["subdivision"] = row["ADMINISTRATIVE_DIVISION"]
    if row["PLACE"]:
        place["place"] = row["PLACE"]
    code = codes.places.get(country, {}).get(row["PLACE"])
    if code:
        place["unlocode"] = code
    return place


def installation_of(row, codes, seizure):
    text = row["INSTALLATION"]
    if text:
        seizure["installation"] = codes.installations.get(
            text, "AT_OTHER_PLACE"
        )
        seizure["installationAsReported"] = text


def transport_of(row, codes, seizure):
    """The mode; a word without a code and the routing go along as remarks."""
    remarks = []
    text = row["TRANSPORT"]
    if text in codes.transports:
        seizure["mode"] = codes.transports[text]
    elif text:
        remarks.append(f"transport as reported: {text}")
    if row["ROUTING"]:
        remarks.append(f"routing as reported: {row['ROUTING']}")
    return remarks


def state_of(row, codes):
    """The state (th) whose row it is; None: it has no office here."""
    if not row["COUNTRY"]:
        raise row.problem("COUNTRY", "no country is named")
    return codes.states.get(row["COUNTRY"])


def incident_of(row, codes):
    """One number for all that is written about one row."""
    country = codes.countries[row["COUNTRY"]]
    return f"{country}:SEIZURE:{row['SEIZURE_DATE'][:4]}-{row.line:06}"


def seizure_of(row, codes, uncoded):
    """The drug_seizure message of a row whose state has an office."""
    seizure = {
        "place": place_of(row, codes),
        "seizedAt": day_of(row),
        "dateOnly": True,
        "items": [item_of(row, codes, uncoded)],
    }
    installation_of(row, codes, seizure)
    remarks = transport_of(row, codes, seizure)
    if row["HIDING_PLACE"]:
        seizure["concealment"] = row["HIDING_PLACE"]
    for field, column in (
        ("producedIn", "PRODUCING_COUNTRY"),
        ("departure", "DEPARTURE_COUNTRY"),
        ("destination", "DESTINATION_COUNTRY"),
    ):
        country = country_of(row, column, codes, uncoded)
        if country is not None:
            seizure[field] = country
    message = {
        "mode": "EXERCISE",
        "purpose": "STATISTICS",
        "offence": "DRUGS",
        "classification": "OFFICIAL",
        "incidentId": incident_of(row, codes),
        "drugSeizure": seizure,
    }
    if remarks:
        message["caveats"] = remarks
    return message


def hub_kind_of(message):
    """Which kind of hub office the place of a seizure is; None: no hub."""
    return HUB_KINDS.get(message["drugSeizure"].get("installation"))


def in_words(message):
    """What was found, in one line for an officer at a crossing."""
    item = message["drugSeizure"]["items"][0]
    words = [
        item["drugAsReported"],
        item["quantityAsReported"],
        item.get("unitAsReported", ""),
    ]
    text = " ".join(word for word in words if word)
    hidden = message["drugSeizure"].get("concealment")
    return f"{text}, hidden in: {hidden}" if hidden else text


def hub_alert_of(message, crossings):
    """What a hub tells the crossings downstream about that seizure."""
    seizure = message["drugSeizure"]
    return {
        "mode": "EXERCISE",
        "purpose": "LISTED_CRIME",
        "offence": "DRUGS",
        "classification": "RESTRICTED",
        "incidentId": message["incidentId"],
        "hubAlert": {
            "trigger": "HUB_SEIZURE",
            "hub": seizure["place"],
            "foundAt": seizure["seizedAt"],
            "what": "DRUGS",
            "item": in_words(message),
            "routes": [{"crossing": crossing} for crossing in crossings],
            "action": "WATCH",
        },
    }
