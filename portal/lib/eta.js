import { nowOrLater } from "./clock.js";
import { secondsBetween } from "./format.js";

const ENDED = ["Succeeded", "Failed", "Canceled"];

export function hasEnded(operation) {
  return ENDED.includes(operation?.status);
}

/** When an operation has ended, or else now: steps may go on for minutes without a word. */
export function untilOf(operation) {
  return hasEnded(operation) ? operation.lastActionDateTime : nowOrLater(operation.lastActionDateTime);
}

/**
 * About how long an operation still takes: steps of one cell follow each other, cells and edge are
 * built beside each other.
 * @returns {number | null} Seconds; null if nothing is known of what is left.
 */
export function secondsLeft(operation, now) {
  const lanes = new Map();
  for (const step of operation.steps) {
    const left = stepSecondsLeft(step, now);
    if (left === null) continue;
    const lane = step.name.split("/").slice(0, step.name.startsWith("cell/") ? 2 : 1).join("/");
    lanes.set(lane, (lanes.get(lane) ?? 0) + left);
  }
  return lanes.size > 0 ? Math.max(...lanes.values()) : null;
}

function stepSecondsLeft(step, now) {
  if (step.expectedSeconds === undefined || step.endDateTime) return null;
  const passed = step.startDateTime ? secondsBetween(step.startDateTime, now) : 0;
  return Math.max(step.expectedSeconds - passed, 0);
}
