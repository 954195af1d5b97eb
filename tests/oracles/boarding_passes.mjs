// SPDX-License-Identifier: Apache-2.0
// Boarding passes: those that npm's bcbp writes, read by it and by us.
import assert from "node:assert/strict";
import bcbp from "bcbp";
import { ask, chance, run, TODAY } from "./oracle.mjs";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";
const { below, one, text } = chance(792);
const some = (max, alphabet) => text(1 + below(max), alphabet);

// Within five months of today, so that the year is no question.
function aDay() {
  const day = new Date(`${TODAY}T00:00:00.000Z`);
  day.setUTCDate(day.getUTCDate() + below(300) - 150);
  return day;
}

function makeLeg() {
  return {
    operatingCarrierPNR: some(7, LETTERS + DIGITS),
    departureAirport: text(3, LETTERS),
    arrivalAirport: text(3, LETTERS),
    operatingCarrierDesignator: one(["TG", "PR", "K6", "5J", "THA"]),
    flightNumber: text(4, DIGITS),
    flightDate: aDay(),
    compartmentCode: one(LETTERS),
    seatNumber: `0${text(2, DIGITS)}${one("ABCDEF")}`,
    checkInSequenceNumber: text(4, DIGITS),
    passengerStatus: one(DIGITS),
    ...(below(2) && {
      airlineNumericCode: text(3, DIGITS),
      serialNumber: text(10, DIGITS),
      selecteeIndicator: "0",
      internationalDocumentationVerification: one("012"),
    }),
    ...(below(3) === 0 && {
      marketingCarrierDesignator: "TG",
      frequentFlyerNumber: some(16, DIGITS),
      fastTrack: true,
      airlineInfo: some(20, LETTERS),
    }),
  };
}

function makePass() {
  return {
    data: {
      passengerName: `${some(9, LETTERS)}/${some(9, LETTERS)}`,
      legs: Array.from({ length: 1 + below(4) }, makeLeg),
      ...(below(2) && {
        passengerDescription: "1",
        issuanceDate: aDay(),
        documentType: "B",
        boardingPassIssuerDesignator: "TG",
        baggageTagNumber: text(13, DIGITS),
      }),
      ...(below(4) === 0 && {
        securityDataType: "1",
        securityData: some(64, LETTERS + DIGITS),
      }),
    },
  };
}

function what_bcbp_writes_we_read_as_it_does() {
  const codes = Array.from({ length: 3000 }, () => bcbp.encode(makePass()));
  const ours = ask(codes.map((pass) => ({ pass })));
  let legs = 0;

  codes.forEach((code, i) => {
    const { data } = bcbp.decode(code, 2026);
    const us = ours[i];
    assert.equal(us.error, undefined, `${us.error}\n${code}`);
    assert.equal(`${us.surname}/${us.given}`, data.passengerName);
    assert.equal(us.signature, data.securityData !== undefined);
    assert.deepEqual(
      us.bags,
      data.baggageTagNumber ? [data.baggageTagNumber] : [],
    );
    assert.equal(us.legs.length, data.legs.length);
    data.legs.forEach((leg, j) => {
      const { airlineNumericCode = "", serialNumber = "" } = leg;
      assert.deepEqual(us.legs[j], {
        booking: leg.operatingCarrierPNR,
        from: leg.departureAirport,
        to: leg.arrivalAirport,
        flight: leg.operatingCarrierDesignator +
          leg.flightNumber.replace(/^0{1,3}/, ""),
        date: us.legs[j].date,
        compartment: leg.compartmentCode,
        seat: leg.seatNumber,
        sequence: leg.checkInSequenceNumber,
        status: leg.passengerStatus,
        ticket: airlineNumericCode + serialNumber,
        documents: leg.internationalDocumentationVerification ?? "",
      });
      legs++;
    });
  });
  return `${codes.length} passes, ${legs} legs`;
}

// It takes the year it is told; we take the nearest, which was meant.
function the_day_is_the_one_that_was_meant() {
  const passes = Array.from({ length: 1000 }, makePass);
  const ours = ask(passes.map((pass) => ({ pass: bcbp.encode(pass) })));

  passes.forEach(({ data }, i) =>
    data.legs.forEach((leg, j) =>
      assert.equal(
        ours[i].legs[j].date,
        leg.flightDate.toISOString().slice(0, 10),
      ),
    ),
  );
}

run(what_bcbp_writes_we_read_as_it_does, the_day_is_the_one_that_was_meant);
