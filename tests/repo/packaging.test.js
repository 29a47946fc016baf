// The man page renders and names what there is; the completions load and offer what there is.
'use strict';
const assert = require('node:assert');
const { execFileSync, spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');
const { read, root } = require('./tree.js');

const commands = ['run', 'explain', 'check', 'doctor', 'why', 'status', 'vault', 'profiles'];
const options = ['--profile', '--set', '--json', '--healthy', '--file', '--identity', '--help', '--version'];
const completions = path.join(root, 'packaging/completion');
const page = read('packaging/nodeward.1.scd');

// Keys that can be used: the rows of the profile's key table that have something to write them.
function usableKeys() {
  const rows = [...read('src/profile/keys.cc').matchAll(
    /\{"([a-z_.]+)", KeyKind::\w+,\s*"(?:[^"\\]|\\.)*",\s*([^{}]*)/g)];
  return rows.filter(([, , put]) => !put.startsWith('nullptr')).map(([, key]) => key);
}

// What `nodeward ARGUMENTS<TAB>` offers in bash.
function bashOffers(...words) {
  const script = `source ${completions}/nodeward.bash
    COMP_WORDS=(nodeward "$@"); COMP_CWORD=$#; _nodeward; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', script, 'bash', ...words],
    { cwd: completions, encoding: 'utf8' }).split('\n').filter(Boolean);
}

const fishOffers = (line) => execFileSync('fish', ['--no-config', '-c',
  `source ${completions}/nodeward.fish; complete -C "${line}"`],
{ cwd: completions, encoding: 'utf8', env: { ...process.env, HOME: '/nonexistent' } })
  .split('\n').map((offer) => offer.split('\t')[0]).filter(Boolean);

test('scdoc renders the man page', () => {
  const { status, stdout, stderr } = spawnSync('scdoc', { input: page, encoding: 'utf8' });
  assert.deepStrictEqual([status, stderr], [0, '']);
  assert.match(stdout, /^\.TH "nodeward" "1"/m);
});

test('the man page names every command, option, usable key and exit code', () => {
  const keys = usableKeys();
  assert.ok(keys.length > 30, 'the key table was understood');
  const wanted = [...commands, ...options, ...keys].map((word) => `*${word}*`);
  assert.deepStrictEqual(wanted.filter((word) => !page.includes(word)), []);
  for (const code of ['*125*', '*126*', '*127*', '*128 + N*']) assert.ok(page.includes(code), code);
});

test('bash: commands, options, files, and the application\'s own command', () => {
  assert.deepStrictEqual(bashOffers(''), [...commands, '--help', '--version']);
  assert.deepStrictEqual(bashOffers('explain', '--'),
    ['--profile', '--set', '--json', '--help', '--']);
  assert.deepStrictEqual(bashOffers('run', '-p', 'def'), ['default']);
  assert.deepStrictEqual(bashOffers('run', '-p', 'x.toml', '--', 'basena'), ['basename']);
  assert.deepStrictEqual(bashOffers('run', '--set', 'limits.pids', '=', '4', 'basena'), ['basename']);
  assert.deepStrictEqual(bashOffers('run', 'cat', 'nodeward.f'), ['nodeward.fish']);
  assert.deepStrictEqual(bashOffers('profiles', 'show', ''), ['default']);
  assert.deepStrictEqual(bashOffers('vault', 'ex'), ['export', 'exec']);
  assert.deepStrictEqual(bashOffers('vault', 'list', '--f'), ['--file']);
  assert.deepStrictEqual(bashOffers('why', 'sys'), ['syscall']);
  assert.deepStrictEqual(bashOffers('why', 'open', 'nodeward.f'), ['nodeward.fish']);
});

test('fish: commands, options and profiles', () => {
  assert.deepStrictEqual(fishOffers('nodeward ').sort(), [...commands].sort());
  assert.ok(fishOffers('nodeward explain --').includes('--json'));
  assert.ok(!fishOffers('nodeward run --').includes('--json'));
  assert.ok(fishOffers('nodeward why ').includes('syscall'));
  assert.deepStrictEqual(fishOffers('nodeward vault ex').sort(), ['exec', 'export']);
  assert.deepStrictEqual(fishOffers('nodeward profiles show '), ['default']);
});

test('zsh: the completion is sound and names every command and option', () => {
  execFileSync('zsh', ['-n', `${completions}/_nodeward`]);
  const text = read('packaging/completion/_nodeward');
  const named = (word) => new RegExp(`(^|[\\s'{,*)])${word}([\\s:[}),]|$)`, 'm').test(text);
  assert.deepStrictEqual([...commands, ...options].filter((word) => !named(word)), []);
});
