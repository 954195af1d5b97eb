// SPDX-License-Identifier: Apache-2.0
// Machine readable zones: ours against npm's mrz (TD1, TD2, TD3) and mrz-fast
// (TD3). Thousands of documents that we write, whole and with one character
// changed: all must agree, or differ for a reason that stands below. A reason
// that is never met is struck from the list.
import assert from "node:assert/strict";
import { parse } from "mrz";
import { createMRZ, parseMRZ } from "mrz-fast";
import { ask, chance, run } from "./oracle.mjs";

const DOCUMENTS = 4000;
const CHANGES = 4; // of each document
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";
const ALPHABET = LETTERS + DIGITS + "<";

// Where the fields stand, by form: line, first column, length.
const FIELDS = {
  TD1: {
    issuer: [0, 2, 3], number: [0, 5, 9], check: [0, 14, 1],
    optional: [0, 15, 15], birth: [1, 0, 6], birthCheck: [1, 6, 1],
    expiry: [1, 8, 6], expiryCheck: [1, 14, 1], nationality: [1, 15, 3],
    whole: [1, 29, 1], name: [2, 0, 30],
  },
  TD2: {
    issuer: [0, 2, 3], name: [0, 5, 31], number: [1, 0, 9], check: [1, 9, 1],
    nationality: [1, 10, 3], birth: [1, 13, 6], birthCheck: [1, 19, 1],
    expiry: [1, 21, 6], expiryCheck: [1, 27, 1], optional: [1, 28, 7],
    whole: [1, 35, 1],
  },
  TD3: {
    issuer: [0, 2, 3], name: [0, 5, 39], number: [1, 0, 9], check: [1, 9, 1],
    nationality: [1, 10, 3], birth: [1, 13, 6], birthCheck: [1, 19, 1],
    expiry: [1, 21, 6], expiryCheck: [1, 27, 1], personal: [1, 28, 14],
    personalCheck: [1, 42, 1], whole: [1, 43, 1],
  },
};

// What the last check digit is over.
const WHOLE = {
  TD1: [[0, 5, 25], [1, 0, 7], [1, 8, 7], [1, 18, 11]],
  TD2: [[1, 0, 10], [1, 13, 7], [1, 21, 14]],
  TD3: [[1, 0, 10], [1, 13, 7], [1, 21, 22]],
};

function fieldsOf({ form, text }) {
  const lines = text.split("\n");
  const at = ([line, start, len]) => lines[line].slice(start, start + len);
  return Object.fromEntries(
    Object.entries(FIELDS[form]).map(([name, place]) => [name, at(place)]),
  );
}

// ---- documents ----

const { below, one, text } = chance(20261129);
const some = (max, alphabet) => text(1 + below(max), alphabet);
const words = (count) =>
  Array.from({ length: count }, () => some(10, LETTERS)).join(" ");

function dateBetween(first, last) {
  const year = first + below(last - first + 1);
  const month = 1 + below(12);
  return [year, month, 1 + below(new Date(year, month, 0).getDate())];
}

function makeDocument() {
  const form = one(["TD1", "TD2", "TD3"]);
  const long = form !== "TD3" && below(3) === 0;
  const room = { TD1: 15, TD2: 7, TD3: 14 }[form];
  const number = long
    ? text(9, LETTERS + DIGITS) + some(room - 2, DIGITS)
    : some(9, LETTERS + DIGITS);
  return {
    form,
    code: form === "TD3" ? one(["P", "PD", "PN", "PO"]) : one(["I", "AC", "C"]),
    issuer: one(["THA", "KHM", "D", "LAO", "XPO", "UNO"]),
    nationality: one(["THA", "KHM", "D", "XXA", "XXB", "VNM"]),
    number,
    birth: dateBetween(1927, 2025),
    expiry: dateBetween(1978, 2075),
    sex: one(["M", "F", "<"]),
    optional: !long && below(2) ? some(room, LETTERS + DIGITS) : "",
    optional2: form === "TD1" && below(2) ? some(11, LETTERS + DIGITS) : "",
    primary: words(1 + below(2)),
    secondary: below(8) ? words(1 + below(2)) : "",
  };
}

function fits({ form, primary, secondary }) {
  const width = { TD1: 30, TD2: 31, TD3: 39 }[form];
  return primary.length + (secondary ? 2 + secondary.length : 0) <= width;
}

const documents = Array.from({ length: DOCUMENTS }, makeDocument).filter(fits);
const written = ask(documents.map((write) => ({ write })));
documents.forEach((document, i) => {
  assert.equal(written[i].error, undefined);
  document.text = written[i].text;
});

function change({ form, text: whole }) {
  let at;
  do {
    at = below(whole.length);
  } while (whole[at] === "\n");
  const others = [...ALPHABET].filter((c) => c !== whole[at]);
  const to = whole[at] !== "<" && below(4) === 0 ? "<" : one(others);
  return { form, text: whole.slice(0, at) + to + whole.slice(at + 1) };
}

function digitOf(field) {
  const value = (c) => (c === "<" ? 0 : parseInt(c, 36));
  return [...field].reduce((sum, c, i) => sum + value(c) * [7, 3, 1][i % 3], 0) %
    10;
}

// With check digits that are right again, so that all else is judged. A long
// number keeps the one it has.
function repair({ form, text: whole }) {
  const lines = whole.split("\n");
  const at = ([line, start, len]) => lines[line].slice(start, start + len);
  const put = ([line, start], digit) => {
    lines[line] =
      lines[line].slice(0, start) + digit + lines[line].slice(start + 1);
  };
  const places = FIELDS[form];
  const pairs = [["birth", "birthCheck"], ["expiry", "expiryCheck"]];
  if (at(places.check) !== "<") {
    pairs.push(["number", "check"]);
  }
  if (places.personal) {
    pairs.push(["personal", "personalCheck"]);
  }
  for (const [field, check] of pairs) {
    put(places[check], digitOf(at(places[field])));
  }
  put(places.whole, digitOf(WHOLE[form].map(at).join("")));
  return { form, text: lines.join("\n") };
}

// With another field, and check digits that are right.
function replace({ form, text: whole }, field, value) {
  const [line, start, len] = FIELDS[form][field];
  const lines = whole.split("\n");
  lines[line] = lines[line].slice(0, start) + value +
    lines[line].slice(start + len);
  return repair({ form, text: lines.join("\n") });
}

// What one changed character seldom makes.
const STATES = ["ANT", "NTZ", "XXK", "UTO", "XMP", "DEU", "DE<", "GBN", "QQQ"];
const DATES = ["<<<<<<", "61<<<<", "6107<<", "<<0229", "000229", "610229",
  "610431", "610230", "611231", "610732", "611301", "6<0101", "61010<"];

const changed = documents.flatMap((document) =>
  Array.from({ length: CHANGES }, (_, i) =>
    i % 2 ? repair(change(document)) : change(document)),
).concat(documents.slice(0, 200).flatMap((document) => [
  replace(document, "nationality", one(STATES)),
  replace(document, one(["birth", "expiry"]), one(DATES)),
]));
const readings = ask(changed.map((one) => ({ read: one.text })));

// ---- what they say ----

function mrzSays({ text: whole }) {
  try {
    return parse(whole);
  } catch (error) {
    return { valid: false, fields: {}, thrown: error };
  }
}

function mrzFastSays({ text: whole }) {
  return parseMRZ(whole.split("\n"));
}

// ---- why they may differ ----

const halfPair = (date) => /^(..)*?(<\d|\d<)/.test(date);
const noSuchDay = (date) => {
  const [year, month, day] = date.match(/../g).map(Number); // NaN: unknown
  const last = new Date(2000 + (year || 0), month || 1, 0).getDate();
  return day > 28 && day > last;
};

const BOTH = [
  ["a date with half a pair unknown", ({ birth, expiry }) =>
    halfPair(birth) || halfPair(expiry)],
  ["a day that its month does not have", ({ birth, expiry }) =>
    noSuchDay(birth) || noSuchDay(expiry)],
  ["a number that begins with a filler", ({ number }) => number[0] === "<"],
  ["a name that begins with a filler", ({ name }) => name[0] === "<"],
  ["a name of three parts", ({ name }) => /[A-Z]<<+[A-Z].*<<+[A-Z]/.test(name)],
  ["parts of a name more than two fillers apart", ({ name }) =>
    /[A-Z]<<<+[A-Z]/.test(name)],
];

const WE_REFUSE = {
  mrz: [
    ...BOTH,
    ["a code whose second place is a digit", (fields, { form, text: whole }) =>
      form !== "TD3" && /^.[0-9]/.test(whole)],
    ["states that they list and nobody else", ({ issuer, nationality }) =>
      [issuer, nationality].some((s) => ["ANT", "NTZ", "XXK"].includes(s))],
    ["a long number that is not where it should be",
      ({ number, check, optional }) =>
        check === "<" && (number[8] === "<" || /^.?<|^[^<]*$/.test(optional))],
  ],
  "mrz-fast": [
    ...BOTH,
    ["a filler for a check digit of 0", (fields) =>
      [fields.check, fields.birthCheck, fields.expiryCheck, fields.whole,
        fields.personalCheck].includes("<")],
    ["digits in a name", ({ name }) => /[0-9]/.test(name)],
    ["any letters are a state", ({ issuer, nationality }, document, error) =>
      /issuing state|nationality/.test(error) &&
      /^[A-Z<]+$/.test(issuer + nationality)],
  ],
};

const THEY_REFUSE = {
  mrz: [
    ["they know no visas", (fields, { text: whole }) => whole[0] === "V"],
    ["specimens and the parliamentary assembly", ({ issuer, nationality }) =>
      [issuer, nationality].some((s) => ["UTO", "XMP"].includes(s))],
    ["a name whose fillers end the field", ({ name }) =>
      /^[A-Z<]*[A-Z]<<$/.test(name) && !/[A-Z]<<[A-Z]/.test(name)],
  ],
  "mrz-fast": [
    ["codes they do not list", (fields, { text: whole }) =>
      !/^P[ABCDEJKLMNOPQRSTUVWXZ<]/.test(whole)],
  ],
};

// compare: counts what agrees, and each reason; dies of what has none.
function compare(who, says, cases) {
  const met = new Map();
  const agreed = { taken: 0, refused: 0 };

  for (const [document, ours] of cases) {
    const weTake = ours.error === undefined;
    const theyTake = says(document).valid;
    if (weTake === theyTake) {
      agreed[weTake ? "taken" : "refused"]++;
      continue;
    }
    const list = (weTake ? THEY_REFUSE : WE_REFUSE)[who];
    const reason = list.find(([, is]) => is(fieldsOf(document), document,
      ours.error));
    assert.ok(reason, `${who}: ${weTake ? "only we take" : ours.error}\n` +
      document.text);
    met.set(reason[0], (met.get(reason[0]) ?? 0) + 1);
  }
  const all = [...WE_REFUSE[who], ...THEY_REFUSE[who]].map(([name]) => name);
  assert.deepEqual(all.filter((name) => !met.has(name)), [], "never met");
  const different = [...met.values()].reduce((a, b) => a + b, 0);
  assert.ok(agreed.taken > 1000 && agreed.refused > 1000);
  return `both take ${agreed.taken} and refuse ${agreed.refused}, ` +
    `${different} differ for ${met.size} listed reasons`;
}

// ---- the tests ----

function what_we_write_mrz_reads_as_we_meant_it() {
  for (const document of documents) {
    const { valid, fields, documentNumber } = mrzSays(document);
    const yymmdd = ([year, month, day]) =>
      [year % 100, month, day].map((n) => String(n).padStart(2, "0")).join("");
    assert.ok(valid, document.text);
    assert.equal(fields.documentCode, document.code);
    assert.equal(fields.issuingState, document.issuer);
    assert.equal(fields.nationality, document.nationality);
    assert.equal(documentNumber, document.number);
    assert.equal(fields.birthDate, yymmdd(document.birth));
    assert.equal(fields.expirationDate, yymmdd(document.expiry));
    assert.equal(
      fields.sex,
      { M: "male", F: "female", "<": "nonspecified" }[document.sex],
    );
    assert.equal(fields.lastName, document.primary);
    if (document.secondary || document.text.includes(document.primary + "<<")) {
      assert.equal(fields.firstName, document.secondary);
    }
    if (document.form === "TD3") {
      assert.equal(fields.personalNumber, document.optional);
    }
  }
  return `${documents.length} documents`;
}

function passports_that_mrz_fast_writes_are_ours_to_the_letter() {
  const passports = documents.filter(({ form }) => form === "TD3");

  for (const passport of passports) {
    const date = ([year, month, day]) => ({ year, month, day });
    const lines = createMRZ({
      documentCode: passport.code,
      issuingState: passport.issuer,
      lastName: passport.primary,
      firstName: passport.secondary,
      documentNumber: passport.number,
      nationality: passport.nationality,
      birthDate: date(passport.birth),
      sex: { M: "male", F: "female", "<": "unspecified" }[passport.sex],
      expirationDate: date(passport.expiry),
      personalNumber: passport.optional,
    });
    assert.equal(passport.text, lines.join("\n"));
    assert.ok(mrzFastSays(passport).valid);
  }
  return `${passports.length} passports`;
}

function one_changed_character_is_judged_as_by_mrz() {
  return compare("mrz", mrzSays, changed.map((one, i) => [one, readings[i]]));
}

function one_changed_character_is_judged_as_by_mrz_fast() {
  return compare(
    "mrz-fast",
    mrzFastSays,
    changed
      .map((one, i) => [one, readings[i]])
      .filter(([{ form }]) => form === "TD3"),
  );
}

run(
  what_we_write_mrz_reads_as_we_meant_it,
  passports_that_mrz_fast_writes_are_ours_to_the_letter,
  one_changed_character_is_judged_as_by_mrz,
  one_changed_character_is_judged_as_by_mrz_fast,
);
