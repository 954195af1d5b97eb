// SPDX-License-Identifier: Apache-2.0
// Identifiers: ours against npm's imonumber and un-ece-recommendation.
import assert from "node:assert/strict";
import imonumber from "imonumber";
import * as unece from "un-ece-recommendation";
import { ask, chance, run } from "./oracle.mjs";

function imo_numbers_are_right_for_both_or_for_none() {
  const { text } = chance(1);
  const numbers = Array.from({ length: 20000 }, () => text(7, "0123456789"));
  const ours = ask(numbers.map((imo) => ({ imo })));
  let good = 0;

  numbers.forEach((number, i) => {
    const theirs = imonumber.validate(`IMO ${number}`);
    assert.equal(ours[i].error === undefined, theirs, number);
    good += theirs;
  });
  assert.ok(good > 1500);
  return `${good} of ${numbers.length} right`;
}

// Whatever of two or three characters we take is a common code; ours are few.
function units_of_ours_are_common_codes_of_recommendation_20() {
  const theirs = new Set(
    Object.entries(unece)
      .filter(([name]) => name.startsWith("REC_20_"))
      .flatMap(([, list]) => list.map(({ code }) => code)),
  );
  const characters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];
  const pairs = characters.flatMap((a) => characters.map((b) => a + b));
  const words = [
    ...pairs,
    ...pairs.flatMap((pair) => characters.map((c) => pair + c)),
  ];
  const answers = ask(words.map((unit) => ({ unit })));
  const ours = words.filter((_, i) => answers[i].error === undefined);

  assert.ok(theirs.size > 1000);
  assert.ok(ours.length > 20);
  assert.deepEqual(
    ours.filter((unit) => !theirs.has(unit)),
    [],
  );
  return ours.join(" ");
}

run(
  imo_numbers_are_right_for_both_or_for_none,
  units_of_ours_are_common_codes_of_recommendation_20,
);
