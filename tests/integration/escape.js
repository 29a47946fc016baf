// Runs the folders of tests/escape: an attack a folder, told in its escape.json, tried bare (where it must
// succeed) and under nodeward (where it must not). tests/escape/README.md says what the keys mean.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { CONTAINER_CAPABILITIES, nodeward, root, run, victim: namedVictim } = require('./support');

const FOLDERS = path.join(root, 'tests/escape');
const VICTIMS = process.env.ESCAPE || path.join(root, 'build/release/escape');
const GROUPS = ['files', 'exec', 'supervisor', 'terminal', 'identity', 'environment', 'network', 'names', 'races'];
const KEYS = ['lesson', 'about', 'run', 'acts', 'since', 'set', 'command', 'launch', 'terminal', 'control', 'confined', 'events',
  'unseen', 'changes', 'columns', 'docker', 'container', 'arm64', 'timeout'];
const OUTCOME_KEYS = ['run', 'stdout', 'stderr', 'code', 'signal', 'as', 'under', 'root', 'user', 'docker'];

const dockerSet = ['-all', ...CONTAINER_CAPABILITIES.map((name) => `+${name}`)].join(',');
const become = (uid) => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--inh-caps=-all'];

// Who starts nodeward, and as whom the application then runs. `container` is root of a stock container of a real
// Docker engine: escape_container.test.js runs these files in there, with ESCAPE_COLUMNS=container.
const COLUMNS = {
  root: { uid: 65532, start: [] },
  user: { uid: 1000, start: become(1000) },
  docker: { uid: 65532, start: ['setpriv', '--bounding-set', dockerSet, '--inh-caps', '-all'] },
  container: { uid: 65532, start: [] },
};
// A million rounds instead of 50,000 (race.h).
const SLOWER = process.env.NODEWARD_DEEP === '1' ? 20 : 1;
const HERE = (process.env.ESCAPE_COLUMNS ?? 'root user docker').split(' ');

// A folder whose description has a key that nobody reads would prove less than it says.
function describe(name) {
  const escape = JSON.parse(fs.readFileSync(path.join(FOLDERS, name, 'escape.json'), 'utf8'));
  for (const key of Object.keys(escape)) assert.ok(KEYS.includes(key), `${name}: unknown key "${key}"`);
  for (const part of ['control', 'confined']) {
    for (const key of Object.keys(escape[part] ?? {})) assert.ok(OUTCOME_KEYS.includes(key), `${name}: ${part}.${key}`);
  }
  assert.ok(GROUPS.includes(escape.about), `${name}: about "${escape.about}"`);
  assert.ok(escape.lesson, `${name}: no lesson`);
  assert.ok(escape.events?.length > 0 || escape.unseen, `${name}: neither events nor the reason for none`);
  for (const column of escape.columns ?? []) assert.ok(COLUMNS[column], `${name}: column "${column}"`);
  return inColumn({ name, ...escape }, process.arch);
}

// What a column, or a processor, changes: each key there stands for its namesake, and each act for its own. `events` and
// `unseen` are one thing.
function inColumn(escape, column) {
  const own = escape[column];
  if (!own) return escape;
  const listed = (acts = {}) => (Array.isArray(acts) ? Object.fromEntries(acts.map((act) => [act, 'E[A-Z]+'])) : acts);
  const told = own.events || own.unseen ? { events: undefined, unseen: undefined } : {};
  return { ...escape, ...told, ...own, acts: { ...listed(escape.acts), ...own.acts } };
}

// Whether the kernel that runs is older than "6.6".
function olderThan(release) {
  const [own, wanted] = [os.release(), release].map((text) => text.match(/\d+/g).map(Number));
  return own[0] < wanted[0] || (own[0] === wanted[0] && own[1] < wanted[1]);
}

// The shorthand for victims that print "NAME RESULT": bare "ok", under nodeward what stands for each act.
function withActs({ acts: written = {}, since = {}, ...escape }) {
  // A list: each succeeds bare, and fails with an error of its own under nodeward.
  const acts = Array.isArray(written) ? Object.fromEntries(written.map((act) => [act, 'E[A-Z]+'])) : written;
  const unknown = (act) => since[act] !== undefined && olderThan(since[act]);
  const both = Object.entries(acts).map(([act, wanted]) => {
    const [bare, confined] = Array.isArray(wanted) ? wanted : ['ok', wanted];
    return [act, [unknown(act) ? 'ENOSYS|EINVAL' : bare, confined]];
  });
  const add = (part, index) => ({
    ...part, stdout: [part?.stdout ?? [], both.map(([act, wanted]) => `^${act} (${wanted[index]})$`)].flat(),
  });
  return {
    ...escape,
    // What is about peers wants the names of its acts, and no files.
    run: escape.name.startsWith('net-') ? [...(escape.run ?? []), ...Object.keys(acts)]
      : escape.run ?? (both.length > 0 ? ['{outside}', '{inside}'] : []),
    acts: Object.keys(acts),
    control: add(escape.control, 0),
    confined: add(escape.confined, 1),
  };
}

// All that is in a folder, so that a difference shows: {name: "mode owner links content"}.
function picture(folder, changes = []) {
  const seen = {};
  for (const entry of ['.', ...fs.readdirSync(folder, { recursive: true }).sort()]) {
    if (changes.some((name) => entry === name || entry.startsWith(`${name}/`))) continue;
    const file = path.join(folder, entry);
    const stat = fs.lstatSync(file);
    const content = stat.isFile() ? fs.readFileSync(file, 'latin1') : stat.isSymbolicLink() ? fs.readlinkSync(file) : '';
    seen[entry] = [stat.mode.toString(8), stat.uid, stat.gid, stat.nlink, stat.mtimeMs, content].join(' ');
  }
  return seen;
}

// Where one run takes place. `outside` is what no rule names, and by its mode the application's own: there
// Landlock and nodeward alone stand between. `inside` is beneath /tmp, which the default profile lets write.
function makePlace(t, name, column, confined) {
  const { uid } = COLUMNS[column];
  const make = (parent) => {
    const folder = fs.mkdtempSync(path.join(parent, 'nodeward-escape-'));
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    fs.chmodSync(folder, 0o755);
    fs.chownSync(folder, uid, uid);
    return folder;
  };
  const place = { column, confined, uid, victim: path.join(VICTIMS, name), inside: make('/tmp'), outside: make('/var/tmp') };
  place.target = path.join(place.outside, 'target');
  fs.writeFileSync(place.target, 'precious\n', { mode: 0o600 });
  fs.mkdirSync(path.join(place.outside, 'folder'));
  for (const entry of [place.target, path.join(place.outside, 'folder')]) fs.chownSync(entry, uid, uid);
  return place;
}

const quote = (word) => `'${String(word).replaceAll("'", "'\\''")}'`;

// Runs words[0] with the rest; on a terminal of its own where the escape says so.
function execute(escape, words, env) {
  const options = { env: { ...process.env, ...env }, cwd: '/', timeout: (escape.timeout ?? 20000) * SLOWER };
  if (!escape.terminal) return run(words.slice(1), { command: words[0], ...options });
  return run(['-qec', words.map(quote).join(' '), '/dev/null'], { command: 'script', ...options });
}

async function tryOnce(t, escape, column, confined) {
  const place = makePlace(t, escape.name, column, confined);
  const own = path.join(FOLDERS, escape.name);
  const more = fs.existsSync(path.join(own, 'escape.js')) ? await require(path.join(own, 'escape.js')).setup(place) : {};
  if (more.close) t.after(() => more.close());
  const fill = (word) => word.replace(/\{(inside|outside|target|uid|victims|victim|node|own|nodeward)\}/g, (_, key) =>
    ({ ...place, node: process.execPath, own, nodeward,
      victims: path.dirname(namedVictim('x')) })[key]);
  const script = path.join(own, 'package/index.js');
  const command = escape.command ?? (fs.existsSync(script) ? [process.execPath, script] : ['{victim}']);
  const args = (confined ? escape.confined : escape.control).run ?? escape.run;
  const victim = [...command, ...args, ...escape.acts, ...(more.args ?? [])].map(fill);
  const set = [...(escape.set ?? []), ...(more.set ?? [])].map(fill);
  if (column !== 'user') set.push('process.user="65532"');
  if (process.env.ESCAPE_SET) set.push(process.env.ESCAPE_SET);
  const { start } = COLUMNS[column];
  const launch = (escape.launch ?? []).map(fill);
  const control = escape.control;
  const words = confined
    ? [...start, ...launch, nodeward, 'run', ...set.flatMap((value) => ['--set', value]), '--', ...victim]
    : [...(control.as === 'root' ? [] : become(place.uid)), ...launch, ...(control.under ?? []).map(fill), ...victim];
  const before = picture(place.outside, escape.changes);
  const result = await execute(escape, words, more.env);
  result.stdout = result.stdout.replaceAll('\r', '');
  if (escape.terminal) result.events = result.stdout.split('\n').filter((line) => line.startsWith('{"time":')).map(JSON.parse);
  if (confined) assert.deepEqual(picture(place.outside, escape.changes), before, 'what lies outside is as it was');
  await more.after?.(result, place);
  return result;
}

function holds(wanted, result, column, what) {
  const { stdout = [], stderr = [], code, signal } = { ...wanted, ...wanted[column] };
  const told = `${what}:\n${result.stdout}\n${result.stderr}`;
  for (const pattern of [stdout].flat()) assert.match(result.stdout, new RegExp(pattern, 'm'), told);
  for (const pattern of [stderr].flat()) assert.match(result.stderr, new RegExp(pattern, 'm'), told);
  if (code !== undefined) assert.ok([code].flat().includes(result.code), `code ${result.code}, not ${code}; ${told}`);
  if (signal !== undefined) assert.equal(result.signal, signal, told);
}

// The event's own word for what was tried: a target where it has one, and its call with the arguments.
const deed = (event) => [event.target, `${event.syscall}(${(event.args ?? []).join(', ')})`].join('\n');

function told(escape, result) {
  const { events, unseen } = escape;
  const violations = result.events.filter((event) => event.event === 'violation');
  const all = violations.map((event) => `${event.code} ${deed(event)}`).join('\n');
  for (const { code, target = '' } of events ?? []) {
    const is = new RegExp(`^${code}$`);
    const found = violations.some((event) => is.test(event.code) && new RegExp(target, 'm').test(deed(event)));
    assert.ok(found, `${code} ${target} among:\n${all}`);
  }
  if (unseen && !events) assert.equal(all, '', `said to be unseen: ${unseen}`);
}

function tryEscape(name) {
  const described = describe(name);
  for (const column of HERE.filter((one) => (described.columns ?? HERE).includes(one))) {
    const escape = withActs(inColumn(described, column));
    test(`${name}, started as ${column}`, async (t) => {
      const bare = await tryOnce(t, escape, column, false);
      holds({ code: 0, ...escape.control }, bare, column, 'bare, it succeeds');
      const result = await tryOnce(t, escape, column, true);
      holds({ code: 0, ...escape.confined }, result, column, 'under nodeward');
      assert.ok(result.events.some((event) => event.event === 'exit') || result.code === 125, result.stderr);
      told(escape, result);
    });
  }
}

// The folders of one group that are tried in a column. A folder that no group runs would be a test that nobody runs.
function expected(about, column) {
  assert.ok(GROUPS.includes(about));
  return fs.readdirSync(FOLDERS).filter((name) => fs.existsSync(path.join(FOLDERS, name, 'escape.json')))
    .filter((name) => describe(name)[process.arch] !== false)
    .filter((name) => describe(name).about === about && (describe(name).columns ?? [column]).includes(column));
}

// Registers the tests of one group.
function tryAll(about) {
  for (const name of new Set(HERE.flatMap((column) => expected(about, column)))) tryEscape(name);
}

// A folder as a column has it, for who runs it in another way: its words after the victim, and what holds confined.
const escapeIn = (name, column) => withActs(inColumn(describe(name), column));

module.exports = { GROUPS, escapeIn, expected, holds, told, tryAll, tryEscape };
