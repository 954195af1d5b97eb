// SPDX-License-Identifier: Apache-2.0
// oracle - what the tests here share: questions to our code, chance that is the
// same each time, and TAP.
//
// tools/check puts these files beside the packages they compare us with, and
// gives each of them tests/standards_tool of a build folder.
import { spawnSync } from "node:child_process";

export const TODAY = "2026-11-29";

// ask: our answers to many questions, in their order.
export function ask(questions) {
  const run = spawnSync(process.argv[2], [TODAY], {
    input: questions.map((q) => JSON.stringify(q) + "\n").join(""),
    maxBuffer: 1 << 30,
    encoding: "utf8",
  });
  if (run.status !== 0) {
    throw new Error(`standards_tool: ${run.error ?? run.stderr}`);
  }
  const answers = run.stdout.trimEnd().split("\n");
  if (answers.length !== questions.length) {
    throw new Error(`${answers.length} answers of ${questions.length}`);
  }
  return answers.map((line) => JSON.parse(line));
}

// Chance (mulberry32), the same in each run.
export function chance(seed) {
  let state = seed >>> 0;
  const below = (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
  const one = (list) => list[below(list.length)];
  const text = (len, alphabet) =>
    Array.from({ length: len }, () => one(alphabet)).join("");
  return { below, one, text };
}

// run: each test throws when it fails; its name is a sentence.
export async function run(...tests) {
  console.log(`1..${tests.length}`);
  for (const [i, test] of tests.entries()) {
    try {
      const said = await test();
      console.log(`ok ${i + 1} - ${test.name}${said ? ` (${said})` : ""}`);
    } catch (error) {
      console.log(`not ok ${i + 1} - ${test.name}`);
      console.log(String(error.stack).replace(/^/gm, "# "));
      process.exitCode = 1;
    }
  }
}
