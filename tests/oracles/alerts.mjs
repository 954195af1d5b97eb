// SPDX-License-Identifier: Apache-2.0
// Alerts of the Common Alerting Protocol: those that we write, and thousands of
// them changed in one place, read by npm's cap-ts and by us. Both must agree on
// every field, or differ for a reason that stands below. A reason that is never
// met is struck from the list.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CAP_1_2 as cap } from "@dec112/cap-ts";
import { ask, chance, run } from "./oracle.mjs";

const CHANGES = 150; // of each example
const FAMILIES = [
  "hotline_alert", "hub_alert", "at_risk_person_alert", "health_alert",
  "border_status", "situation_report",
];
const { below, one } = chance(1202);

// The messages lie beside the tests; tools/check says where.
const examples = FAMILIES.map((family) =>
  JSON.parse(readFileSync(`${process.argv[3]}/${family}.json`, "utf8")),
);
// More languages, marks that XML must hide, and a place that is a point.
const more = structuredClone(examples[0]);
more.lang = "en";
more.text = [
  { lang: "th", text: "ก < ข & ค" },
  { lang: "vi", text: "]]> \"Đ\"\nhai dòng" },
];

const ours = (xmls) => ask(xmls.map((alert) => ({ alert })));

// What cap-ts made of it, in our words: names of codes, no empty lists.
function plain(alert) {
  const words = {
    status: cap._to_string_Alert_status,
    msgType: cap._to_string_Alert_msgType,
    scope: cap._to_string_Alert_scope,
    category: cap._to_string_Alert_info_list_info_category_list_category,
    responseType:
      cap._to_string_Alert_info_list_info_responseType_list_responseType,
    urgency: cap._to_string_Alert_info_list_info_urgency,
    severity: cap._to_string_Alert_info_list_info_severity,
    certainty: cap._to_string_Alert_info_list_info_certainty,
  };
  const walk = (value, name) =>
    Array.isArray(value)
      ? value.map((each) => walk(each, name))
      : typeof value === "object"
        ? tree(value)
        : name in words
          ? words[name](value)
          : String(value);
  const tree = (object) => {
    const out = {};
    for (const [key, value] of Object.entries(object)) {
      const name = key.replace(/_list$/, "");
      if (value === undefined || name === "elem") continue;
      const list = [walk(value, name)].flat();
      if (list.length > 0) out[name] = list;
    }
    return out;
  };
  return tree(alert);
}

async function theirs(xml) {
  try {
    return { alert: plain(await cap.Alert.fromXML(xml)) };
  } catch (error) {
    return { error: String(error.message) };
  }
}

// Texts without blanks at their ends, as we read them.
function trimmed(tree) {
  if (typeof tree === "string") return tree.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  if (Array.isArray(tree)) return tree.map(trimmed);
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, trimmed(value)]),
  );
}

const same = (a, b) => {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
};

// Why one takes what the other does not, or reads it otherwise.
const REASONS = [
  ["it takes the first of two, we refuse the second",
    (us, it) => it.alert && / stands there /.test(us.error)],
  ["it passes over what CAP does not know",
    (us, it) => it.alert && /is no element of|has an attribute/.test(us.error)],
  ["it takes a text where elements should be, or beside them",
    (us, it) => it.alert && /text stands between|holds text/.test(us.error)],
  ["it takes any text for a time",
    (us, it) => it.alert && /is no time like/.test(us.error)],
  ["it takes what is empty",
    (us, it) => it.alert && /is empty/.test(us.error)],
  ["it leaves blanks around a code, and knows it no more",
    (us, it) => us.alert && /^Invalid alert/.test(it.error)],
  ["it leaves blanks around a text",
    (us, it) => us.alert && it.alert && same(us.alert, trimmed(it.alert))],
  ["both refuse it, in their own words",
    (us, it) => us.error && it.error],
];

// One change at one place.
function change(xml) {
  const tags = [...xml.matchAll(/<([a-zA-Z]+)>([^<]*)<\/\1>/g)];
  const { 0: whole, 1: name, 2: text, index } = one(tags);
  const swap = (by) => xml.slice(0, index) + by + xml.slice(index + whole.length);

  switch (below(10)) {
    case 0: return swap("");
    case 1: return swap(whole + whole);
    case 2: return swap(`<${name}> ${text}\n</${name}>`);
    case 3: return swap(`<${name}></${name}>`);
    case 4: return swap(`<${name} x="1">${text}</${name}>`);
    case 5: return swap(`<other>${text}</other>`);
    case 6: return swap(`<${name}>${one(["x", "Past", "2026", "&amp;", "Fire"])}</${name}>`);
    case 7: return swap(`<${name}><![CDATA[${text.replace("]]&gt;", "")}]]></${name}>`);
    case 8: return swap(`words ${whole}`);
    default: return swap(`<${name}>${text}<!-- no --></${name}>`);
  }
}

async function both_readers_agree_on_what_we_write() {
  const xmls = ask([...examples, more].map((cap) => ({ cap }))).map((each) => {
    assert.equal(each.error, undefined);
    return each.xml;
  });
  const us = ours(xmls);
  let fields = 0;

  for (const [i, xml] of xmls.entries()) {
    const it = await theirs(xml);
    assert.equal(us[i].error, undefined, us[i].error);
    assert.deepEqual(us[i].alert, it.alert);
    fields += xml.match(/<\//g).length;
  }
  return `${xmls.length} alerts, ${fields} elements`;
}

async function both_readers_agree_on_what_was_changed_or_for_a_reason() {
  const xmls = ask([...examples, more].map((cap) => ({ cap }))).flatMap(
    ({ xml }) => Array.from({ length: CHANGES }, () => change(xml)),
  );
  const us = ours(xmls);
  const met = new Map(REASONS.map(([reason]) => [reason, 0]));
  let agreed = 0;

  for (const [i, xml] of xmls.entries()) {
    const it = await theirs(xml);
    if (us[i].alert && it.alert && same(us[i].alert, it.alert)) {
      agreed++;
      continue;
    }
    const found = REASONS.find(([, holds]) => holds(us[i], it));
    assert.ok(
      found,
      `${xml}\nwe: ${JSON.stringify(us[i])}\nit: ${JSON.stringify(it)}`,
    );
    met.set(found[0], met.get(found[0]) + 1);
  }
  for (const [reason, count] of met) {
    assert.ok(count > 0, `no difference for this reason: ${reason}`);
  }
  return `${agreed} of ${xmls.length} the same, ` +
    `${[...met.values()].join(" + ")} for a reason`;
}

await run(
  both_readers_agree_on_what_we_write,
  both_readers_agree_on_what_was_changed_or_for_a_reason,
);
