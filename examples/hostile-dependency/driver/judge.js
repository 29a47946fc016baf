'use strict';

// From what a process left behind to a row of the table. Pure.

const { constants } = require('node:os');

// Ends that the kernel or nodeward force on an attacker. Any other end without an answer, 125 from
// nodeward itself first of all, says nothing about the attempt.
const FORCED = ['SIGKILL', 'SIGSYS'];

function parseLines(text, wanted) {
  return text.split(/\r?\n/).flatMap((line) => {
    try {
      const value = JSON.parse(line);
      return value !== null && typeof value === 'object' && wanted(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

// What nodeward said of the attempt: violations and limits, each with its count.
function eventsIn(stderr) {
  return parseLines(stderr, (line) => line.event === 'violation' || line.event === 'limit');
}

const countEvents = (events) => events.reduce((sum, event) => sum + (event.count ?? 1), 0);

// "mount", "memory": the call where there is one, else the kind.
const nameEvents = (events) => [...new Set(events.map((event) => event.syscall ?? event.kind))];

function signalOf({ code, signal }) {
  if (signal !== null) return signal;
  const number = code - 128;
  return Object.keys(constants.signals).find((name) => constants.signals[name] === number) ?? null;
}

// {outcome, detail, events, eventNames}; the outcome is "succeeded", "refused" or "no answer".
function judge(attempt, ended) {
  const lines = parseLines(ended.stdout, (line) => line.attempt === attempt.name);
  const events = eventsIn(ended.stderr);
  const row = { events: countEvents(events), eventNames: nameEvents(events) };
  const answer = lines.find((line) => line.outcome !== undefined);
  if (answer !== undefined) return { ...row, outcome: answer.outcome, detail: answer.detail };
  const signal = signalOf(ended);
  if (!ended.timedOut && FORCED.includes(signal)) {
    const reached = lines.at(-1)?.progress;
    const when = reached === undefined ? '' : ` after ${reached}`;
    return { ...row, outcome: 'refused', detail: `${signal}${when}` };
  }
  const how = ended.timedOut ? 'time is up' : signal ?? `exit code ${ended.code}`;
  return { ...row, outcome: 'no answer', detail: how, stderr: ended.stderr };
}

// The rows that nodeward promises to stop and that it did not stop.
function broken(rows) {
  return rows.filter((row) => row.promised && row.nodeward.outcome !== 'refused');
}

module.exports = { broken, countEvents, eventsIn, judge, nameEvents };
