#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The manifests of the catalogue as tables in C: make_tables.py SCHEMA OUT FILE...

SCHEMA is what protoc --descriptor_set_out wrote of message.proto. What a manifest
says of a field that the schema does not have, or does not say of one that it
has, ends this with the file's name.

A field's words, with commas between them:

    may                       nothing more is said of it
    must                      it must be given; a list must have something
    must when COND            it must be given then
    only when COND            it may be given only then
    with COND                 it must be given exactly then
    holding A B C             one of these of its message must be given
    text, brief               people write sentences here; at most 1,200 letters
    past, future              not after, or after, the message's creation
    personal, special         it tells who somebody is; a special category
    counted                   of persons who are counted, never named
    found by KIND             the message is looked up by it: one of LOOKUPS, with
      of A to B               field A that says whose it is, and B the last of
                              a range, where there are such
    FORMAT                    one of FORMATS or IDENTIFIERS below

What a word cannot be said of (WORD_FOR) is as wrong as a word that is none.

COND is FIELD (it is given), FIELD CODE... (it is one of these), or either with
`not` before it. A type's rules: `any of A, B`, `both of A, B`, `A before B`,
`check NAME` (a function in validate_check.c); with ` by SOURCE` at the end, where
the rule is from.
"""

import re
import sys
from pathlib import Path

import yaml
from google.protobuf import descriptor_pb2

PACKAGE = "entente.v1"
FORMATS = (
    "uuid date partial_date positive percent latitude longitude check_number "
    "mrz_name direction party address hash cites_term icd route"
).split()
IDENTIFIERS = (
    "country state nationality area unlocode crossing flight imo mmsi "
    "container s10 language age_band airport awb call_sign currency "
    "document_number hs icao24 imo_company phone registration script un_number "
    "unit vin"
).split()
LOOKUPS = (
    "document mrz name plate vin container imo mmsi call_sign vessel_name "
    "flight aircraft mail awb bill_of_lading seal phone case place"
).split()
TRAITS = "must text brief past future personal special counted".split()
TIERS = ("blo", "ncc", "ilo", "carrier", "airport", "organisation")
NUMBER = descriptor_pb2.FieldDescriptorProto
KINDS = {
    NUMBER.TYPE_STRING: "string",
    NUMBER.TYPE_BYTES: "bytes",
    NUMBER.TYPE_UINT32: "uint32",
    NUMBER.TYPE_ENUM: "code",
    NUMBER.TYPE_BOOL: "bool",
}
# What fields such words are for; those that are not here: any.
WORD_FOR = (
    dict.fromkeys(FORMATS + IDENTIFIERS + ["text", "brief"], ["string"])
    | {"holding": ["message"]}
    | dict.fromkeys(["past", "future"], ["time"])
    | {"percent": ["string", "uint32"], "hash": ["bytes"]}
    | {"found": ["string"]}
)


class Wrong(Exception):
    """A manifest that says what is not so."""


# ---- the schema ----


def camel(name):
    return re.sub(r"_(.)", lambda m: m[1].upper(), name)


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Schema:
    def __init__(self, path):
        files = descriptor_pb2.FileDescriptorSet.FromString(
            Path(path).read_bytes()
        )
        ours = [f for f in files.file if f.package == PACKAGE]
        self.types = {m.name: m for f in ours for m in f.message_type}
        self.enums = {e.name: e for f in ours for e in f.enum_type}

    def fields(self, name):
        """In the order of protobuf-c's descriptor: by number."""
        if name not in self.types:
            raise Wrong(f"the schema has no message {name}")
        return sorted(self.types[name].field, key=lambda f: f.number)

    def body(self):
        """Family name to field of the body."""
        return {
            f.name: f
            for f in self.types["Message"].field
            if f.HasField("oneof_index")
        }

    def code(self, field, word):
        enum = self.enums[field.type_name.split(".")[-1]]
        return self.value(enum, word)

    def value(self, enum, word):
        for value in enum.value:
            if value.name == word:
                return value.number
        raise Wrong(f"{enum.name} has no {word}")


def message_of(field):
    """Its type, when that is one of ours."""
    name = field.type_name.split(".")
    ours = name[1:3] == PACKAGE.split(".")
    return name[-1] if ours and field.type == NUMBER.TYPE_MESSAGE else None


def kind_of(field):
    if field.type == NUMBER.TYPE_MESSAGE:
        return "message" if message_of(field) else "time"
    return KINDS.get(field.type, "number")


def is_list(field):
    return field.label == NUMBER.LABEL_REPEATED


# ---- types ----


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(words, last="or"):
    return (
        words[0]
        if len(words) == 1
        else ", ".join(words[:-1]) + f" {last} {words[-1]}"
    )


class Type:
    """One message type's fields and rules."""

    with_lookups = set()  # names; of those whose lines were made, in their order

    def __init__(self, schema, name, words, shared):
        self.schema, self.name, self.shared = schema, name, shared
        self.all = schema.fields(name)
        self.index = {f.name: i for i, f in enumerate(self.all)}
        words = dict(words)
        self.rules = words.pop("rules", [])
        words |= {f.name: "may" for f in self.all if f.HasField("oneof_index")}
        missing = set(self.index) - set(words)
        unknown = set(words) - set(self.index)
        if missing or unknown:
            raise Wrong(
                f"{name}: not said of: {sorted(missing)}; "
                f"not in the schema: {sorted(unknown)}"
            )
        self.words = words
        self.below = [message_of(f) for f in self.all if message_of(f)]

    def at(self, name):
        if name not in self.index:
            raise Wrong(f"{self.name} has no field {name}")
        return self.index[name]

    def condition(self, kind, words):
        """C of one condition, with what is said when it is not met."""
        negated = words[0] == "not"
        name, *codes = words[1:] if negated else words
        field = self.all[self.at(name)]
        if codes and (kind_of(field) != "code" or is_list(field)):
            raise Wrong(f"{self.name}.{name} is no code: {' '.join(codes)}?")
        if codes:
            values = [self.schema.code(field, c) for c in codes]
            without, beside = "without " + listed(codes), "with " + listed(codes)
        elif field.type == NUMBER.TYPE_BOOL:
            values = []
            without = f"unless {camel(name)} is true"
            beside = f"when {camel(name)} is true"
            if negated:
                without, beside = f"when {camel(name)} is true", (
                    f"when {camel(name)} is false"
                )
        else:
            values = []
            without, beside = f"without {camel(name)}", f"with {camel(name)}"
        if negated and field.type != NUMBER.TYPE_BOOL:
            without, beside = beside, without
        mask = sum(1 << v for v in values)
        if any(v > 63 for v in values):
            raise Wrong(f"{self.name}.{name}: codes above 63 are not supported")
        return (
            f"{{ENT_CONDITION_{kind}, {self.at(name)}, "
            f"{'true' if negated else 'false'}, UINT64_C({mask}), "
            f"{quoted('must be given ' + beside)}, "
            f"{quoted('must not be given ' + without)}}}"
        )

    def field(self, field):
        """C of one field."""
        traits, forms, conditions, holding = set(), [], [], []
        found = self.found([])
        for phrase in str(self.words[field.name]).split(","):
            words = phrase.split()
            kinds = WORD_FOR.get(words[0] if words else "")
            if kinds and kind_of(field) not in kinds:
                raise Wrong(
                    f"{self.name}.{field.name}: '{phrase.strip()}' is for "
                    f"{listed(kinds)}, not {kind_of(field)}"
                )
            if words[:2] in (["must", "when"], ["only", "when"]):
                conditions.append(self.condition(words[0].upper(), words[2:]))
            elif words[:1] == ["with"]:
                conditions.append(self.condition("MUST", words[1:]))
                conditions.append(self.condition("ONLY", words[1:]))
            elif words[:1] == ["holding"]:
                holding = words[1:]
            elif words[:2] == ["found", "by"]:
                found = self.found(words[2:])
            elif len(words) == 1 and words[0] in TRAITS:
                traits.add(words[0])
            elif len(words) == 1 and words[0] in FORMATS + IDENTIFIERS:
                forms += words
            elif words != ["may"]:
                raise Wrong(f"{self.name}.{field.name}: '{phrase.strip()}'?")
        if len(forms) > 1:
            raise Wrong(f"{self.name}.{field.name}: {' and '.join(forms)}?")
        form, kind = self.format(*forms)
        below = message_of(field)
        bits = "|".join(f"ENT_FIELD_{t.upper()}" for t in TRAITS if t in traits)
        return (
            f"{{.name = {quoted(field.name)}, .traits = {bits or 0}, "
            f".format = ENT_FORMAT_{form}, "
            f".identifier = ENT_IDENTIFIER_{kind}, "
            f".type = {f'&type_{below}' if below else 'NULL'}, "
            f".holding = {self.holding(below, holding)}, "
            f".conditions = {compound('ent_condition', conditions)}, "
            f".condition_count = {len(conditions)}, {found}, "
            f".searched = {self.searched(below, found)}}}"
        )

    def searched(self, below, found):
        """C of: is it, or anything in it, looked up by?"""
        if "ENT_LOOKUP_NONE" in found and below not in self.with_lookups:
            return "false"
        self.with_lookups.add(self.name)
        return "true"

    def found(self, words):
        """By which kind, of which field, to which: KIND [of A] [to B]."""
        kind, *rest = words or ["none"]
        beside = dict(zip(rest[::2], rest[1::2]))
        if kind not in LOOKUPS + ["none"] or set(beside) - {"of", "to"}:
            raise Wrong(f"{self.name}: found by {' '.join(words)}?")
        of, to = (self.at(beside[w]) + 1 if w in beside else 0 for w in ("of", "to"))
        return f".lookup = ENT_LOOKUP_{kind.upper()}, .of = {of}, .to = {to}"

    def format(self, word="none"):
        """Of C: the format, and the identifier where it is one."""
        if word in IDENTIFIERS:
            return "IDENTIFIER", word.upper()
        return word.upper(), IDENTIFIERS[0].upper()

    def holding(self, below, names):
        if not names:
            return "NULL"
        fields = [f.name for f in self.schema.fields(below)]
        if not set(names) <= set(fields):
            raise Wrong(f"{below} does not have all of {', '.join(names)}")
        text = "must give " + listed([camel(n) for n in names])
        return compound(
            "ent_choice",
            [f"{{{bits(fields.index(n) for n in names)}, {quoted(text)}}}"],
        )

    def rule(self, text):
        text, _, source = text.partition(" by ")
        made = self.rule_alone(text)
        return made[:-1] + f", .source = {quoted(source)}}}" if source else made

    def rule_alone(self, text):
        words = re.split(r"[ ,]+", text)
        if words[:2] == ["any", "of"]:
            said = "must give " + listed([camel(n) for n in words[2:]])
            return self.choice("ANY", words[2:], said)
        if words[:2] == ["both", "of"]:
            said = "must give both " + listed(
                [camel(n) for n in words[2:]], "and"
            ) + ", or neither"
            return self.choice("BOTH", words[2:], said)
        if len(words) == 3 and words[1] == "before":
            for field in [self.all[self.at(n)] for n in (words[0], words[2])]:
                if kind_of(field) != "time" or is_list(field):
                    raise Wrong(f"{self.name}.{field.name} is no time")
            return (
                f"{{.kind = ENT_RULE_ORDER, .first = {self.at(words[0])}, "
                f".last = {self.at(words[2])}, "
                f".said = {quoted('must not be before ' + camel(words[0]))}}}"
            )
        if words == ["check", snake(self.name)]:  # which has that type
            return f"{{.kind = ENT_RULE_CHECK, .check = ent_check_{words[1]}}}"
        raise Wrong(f"{self.name}: what is the rule '{text}'?")

    def choice(self, kind, names, said):
        return (
            f"{{.kind = ENT_RULE_{kind}, "
            f".fields = {bits(self.at(n) for n in names)}, "
            f".said = {quoted(said)}}}"
        )

    def lines(self):
        yield f"static const struct ent_field_manifest fields_{self.name}[] = {{"
        for field in self.all:
            yield f"    {self.field(field)},"
        yield "};"
        rules = [self.rule(r) for r in self.rules]
        yield (
            f"static const struct ent_type_manifest type_{self.name} = "
            f"{{&entente__v1__{snake(self.name)}__descriptor, "
            f"fields_{self.name}, {len(self.all)}, "
            f"{compound('ent_type_rule', rules)}, {len(rules)}, "
            f"{'true' if self.shared else 'false'}}};"
        )


def bits(places):
    return f"UINT64_C({sum(1 << p for p in places)})"


def compound(kind, items):
    return f"(const struct {kind}[]){{{', '.join(items)}}}" if items else "NULL"


def ordered(types):
    """Each after those it holds."""
    done = []

    def visit(name):
        if name in done:
            return
        if name not in types:
            raise Wrong(f"no manifest says anything of the type {name}")
        for below in types[name].below:
            visit(below)
        done.append(name)

    for name in sorted(types):
        visit(name)
    return [types[name] for name in done]


def held(types, name):
    """That type, and all that it can hold."""
    found, left = set(), [name]
    while left:
        one = left.pop()
        if one not in found and one in types:
            found.add(one)
            left += types[one].below
    return found


# ---- families ----

UNITS = {"D": 86400, "Y": 365 * 86400}
CLOCK = {"H": 3600, "M": 60, "S": 1}


def duration_ms(text):
    match = re.fullmatch(r"P(?:(\d+)([DY]))?(?:T(\d+)([HMS]))?", text)
    if match is None or text == "P":
        raise Wrong(f"'{text}' is no duration such as PT5M, P30D or P5Y")
    days, unit, hours, clock = match.groups()
    seconds = int(days or 0) * UNITS.get(unit, 0)
    seconds += int(hours or 0) * CLOCK.get(clock, 0)
    return seconds * 1000


NEEDED = set("number code title about precedence tlp keep tiers".split())
KNOWN = NEEDED | {"nominal", "list", "handling", "acknowledge", "header"}


class Family:
    def __init__(self, schema, types, name, says):
        self.schema, self.name, self.says = schema, name, says
        if set(says) - KNOWN:
            raise Wrong(f"{name}: what is {sorted(set(says) - KNOWN)}?")
        if NEEDED - set(says):
            raise Wrong(f"{name}: not said: {sorted(NEEDED - set(says))}")
        field = schema.body().get(name)
        if field is None or field.number != says["number"]:
            raise Wrong(f"{name} has another number, or none, in message.proto")
        self.type = message_of(field)
        if self.type not in types:
            raise Wrong(f"no manifest says anything of the type {self.type}")
        self.nominal = says.get("nominal", False) is True
        if not self.nominal and "Person" in held(types, self.type):
            raise Wrong(f"{name} can hold a Person, and is not nominal")
        self.list = says.get("list", False) is True
        if self.list and "expires_at" not in types[self.type].index:
            raise Wrong(f"{name} is a list's entry, and has no expires_at")

    def tier(self, tier):
        word = self.says["tiers"][tier]
        words = {True: "YES", False: "NO", "without personal": "NOT_PERSONAL"}
        if word not in words:
            raise Wrong(f"{self.name}: tier {tier}: '{word}'?")
        return f"[ENT_TIER_{tier.upper()}] = ENT_TIER_{words[word]}"

    def code(self, enum, word):
        return self.schema.value(self.schema.enums[enum], word)

    def header(self):
        names = [f.name for f in self.schema.fields("Message")]
        sums = {"must": 0, "never": 0}
        for name, word in self.says.get("header", {}).items():
            if name not in names or word not in sums:
                raise Wrong(f"{self.name}: header: {name}: {word}?")
            sums[word] |= 1 << names.index(name)
        return (
            f".header_must = UINT64_C({sums['must']}), "
            f".header_never = UINT64_C({sums['never']})"
        )

    def line(self):
        says = self.says
        if set(says["tiers"]) != set(TIERS):
            raise Wrong(f"{self.name}: tiers are {', '.join(TIERS)}")
        handling = sum(
            1 << self.code("Handling", h) for h in says.get("handling", [])
        )
        acknowledge = says.get("acknowledge")
        return (
            f"    {{.number = {says['number']}, .code = {quoted(says['code'])}, "
            f".name = {quoted(self.name)}, .title = {quoted(says['title'])}, "
            f".source = {quoted('catalogue: ' + self.name)}, "
            f".about = {quoted(says['about'])}, "
            f".nominal = {'true' if self.nominal else 'false'}, "
            f".list = {'true' if self.list else 'false'}, "
            f".precedence = {self.code('Precedence', says['precedence'])}, "
            f".tlp = {self.code('Tlp', 'TLP_' + says['tlp'])}, "
            f".handling = {handling}, .acknowledge_ms = "
            f"UINT64_C({duration_ms(acknowledge) if acknowledge else 0}), "
            f".keep_ms = UINT64_C({duration_ms(says['keep'])}), "
            f".tiers = {{{', '.join(self.tier(t) for t in TIERS)}}}, "
            f"{self.header()}, .body = &type_{self.type}}},"
        )


# ---- all ----


def read(files):
    types, families, shared = {}, {}, set()
    for file in files:
        says = yaml.safe_load(Path(file).read_text("utf-8"))
        for kind, into in (("types", types), ("families", families)):
            for name, words in (says.get(kind) or {}).items():
                if name in into:
                    raise Wrong(f"{name} stands twice")
                into[name] = words
        if set(says) - {"types", "families"}:
            raise Wrong(f"{Path(file).name} has more than types and families")
        if Path(file).name == "entity.yaml":
            shared |= set(says["types"])
    return types, families, shared


def main(schema_file, out, *files):
    schema = Schema(schema_file)
    says_types, says_families, shared = read(files)
    types = {
        n: Type(schema, n, w, n in shared) for n, w in says_types.items()
    }
    families = [
        Family(schema, types, n, w) for n, w in says_families.items()
    ]
    families.sort(key=lambda f: f.says["number"])
    missing = set(schema.body()) - {f.name for f in families}
    if missing:
        raise Wrong(f"no manifest says anything of {sorted(missing)}")
    text = ['#include "proto/catalogue_tables.h"', ""]
    for each in ordered(types):
        text += each.lines()
    text += ["", "const struct ent_type_manifest *const ent_message_manifest ="]
    text += ["    &type_Message;"]
    text += ["", "const struct ent_family ent_families[] = {"]
    text += [f.line() for f in families]
    text += ["};", f"const size_t ent_family_count = {len(families)};", ""]
    places = {f.says["number"]: i + 1 for i, f in enumerate(families)}
    end = max(places) + 1
    text += ["const uint8_t ent_family_places[] = {"]
    text += [f"    [{number}] = {place}," for number, place in places.items()]
    text += ["};", f"const size_t ent_family_numbers_end = {end};", ""]
    Path(out).write_text("\n".join(text), "utf-8")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Wrong as wrong:
        sys.exit(f"catalogue: {wrong}")
