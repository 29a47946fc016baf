// Bad input: each is one clear message that says where and what to do, an exit code of nodeward's own,
// and nothing started. Users are in identity.test.js, vaults, identities and passphrases in
// secrets.test.js.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { marker, refused, run, settings } = require('./support');

function write(t, files) {
  const folder = settings(t);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

// Profile text, what the message must say: where (line and column of the profile), what, what to do.
const PROFILES = [
  ['no TOML', 'version = \n', /app\.toml:1:1\d*: /, null],
  ['an unknown key', 'version = 1\n[limits]\nmemroy = "512M"\n', /app\.toml:3:1: .*memroy/, /try: .*memory/],
  ['an unknown section', 'version = 1\n[limit]\nmemory = "1G"\n', /app\.toml:2:2: .*limit/, /try: .*limits/],
  ['an unknown version', 'version = 99\n', /app\.toml:1:11: .*version/, /try: /],
  ['a value of the wrong type', 'version = 1\n[process]\nuser = 1.5\n', /app\.toml:3:8: .*user/, /try: /],
  ['an impossible value', 'version = 1\nenforcement = "stirct"\n', /app\.toml:2:15: .*stirct/, /try: .*strict/],
  ['an impossible mode', 'version = 1\n[process]\numask = "0999"\n', /app\.toml:3:9: .*umask/, /try: /],
  ['an impossible duration', 'version = 1\n[supervise]\nstop_timeout = "8 parsecs"\n',
    /app\.toml:3:16: .*stop_timeout/, /try: /],
  ['an unknown signal', 'version = 1\n[supervise]\nstop_signal = "SIGNOPE"\n',
    /app\.toml:3:15: .*SIGNOPE/, null],
  ['a size that overflows', 'version = 1\n[limits]\nmemory = "99999999999999999999G"\n',
    /app\.toml:3:10: .*memory/, /try: /],
  ['a size that overflows by its unit', 'version = 1\n[limits]\nmemory = "17179869184G"\n',
    /app\.toml:3:10: .*memory/, /try: /],
  ['a negative size', 'version = 1\n[limits]\nmemory = "-1M"\n', /app\.toml:3:10: .*memory/, /try: /],
  ['a number that overflows', 'version = 1\n[limits]\npids = 99999999999999999999\n',
    /app\.toml:3:\d+: .*not representable/, null],
  ['an unknown system call', 'version = 1\n[syscalls]\nallow = ["@default", "mout"]\n',
    /app\.toml:3:22: .*"mout"/, /try: .*mount/],
  ['an unknown group of calls', 'version = 1\n[syscalls]\nallow = ["@defualt"]\n',
    /app\.toml:3:10: .*defualt/, /try: .*@default/],
  ['an unknown capability', 'version = 1\n[capabilities]\nkeep = ["net_bind"]\n',
    /app\.toml:3:9: .*net_bind/, null],
  ['a capability that undoes the rest', 'version = 1\n[capabilities]\nkeep = ["sys_admin"]\n',
    /app\.toml:3:9: .*sys_admin/, /try: /],
  ['a dangerous variable by a star', 'version = 1\n[environment]\nset = { "A=B" = "x" }\n',
    /app\.toml:3:\d+: .*A=B/, null],
  ['a key of a later version', 'version = 1\n[node]\neval = false\n',
    /app\.toml:[23]:\d+: .*not available in this version/, null],
  ['an unknown built-in to extend', 'version = 1\nextends = "defualt"\n', /app\.toml:2:11: /, /try: /],
  ['a file to extend that is not there', 'version = 1\nextends = "./base.toml"\n',
    /app\.toml:2:11: .*base\.toml/, null],
  ['itself to extend', 'version = 1\nextends = "./app.toml"\n', /app\.toml:2:11: .*circle/, null],
  ['a terminal\'s control characters', 'version = 1\n"\\u001b[2J" = 1\n', /app\.toml:2:1: /, null],
];
for (const [what, text, where, hint] of PROFILES) {
  test(`a profile with ${what}`, async (t) => {
    const folder = write(t, { 'app.toml': text });
    const result = await refused(marker(t), ['run', '-p', path.join(folder, 'app.toml')],
      hint === null ? [where] : [where, hint]);
    assert.ok(!/[\x00-\x08\x0b-\x1f\x7f]/.test(result.stderr), 'nothing acts on the terminal');
    const checked = await run(['check', path.join(folder, 'app.toml')]);
    assert.equal(checked.code, 125);
    assert.equal(checked.stderr, result.stderr, 'check says the same');
  });
}

test('a circle over several files is told with its way', async (t) => {
  const folder = write(t, {
    'app.toml': 'version = 1\nextends = "./b.toml"\n',
    'b.toml': 'version = 1\nextends = "./c.toml"\n',
    'c.toml': 'version = 1\nextends = "./app.toml"\n',
  });
  await refused(marker(t), ['run', '-p', path.join(folder, 'app.toml')],
    [/c\.toml:2:11: .*circle: .*app\.toml.*b\.toml.*c\.toml/]);
});

test('all errors of a profile at once', async (t) => {
  const folder = write(t, { 'app.toml': 'version = 1\n[limits]\nmemroy = "1G"\npids = -1\n[proces]\n' });
  const result = await run(['run', '-p', path.join(folder, 'app.toml'), '--', 'true']);
  assert.equal(result.code, 125);
  assert.equal(result.stderr.match(/^nodeward: .*app\.toml:\d+:\d+: /gm).length, 3, result.stderr);
});

test('the offending text is shown and underlined', async (t) => {
  const folder = write(t, { 'app.toml': 'version = 1\n[limits]\nmemroy = "512M"\n' });
  const result = await refused(marker(t), ['run', '-p', path.join(folder, 'app.toml')], [/memroy/]);
  const lines = result.stderr.split('\n');
  const at = lines.findIndex((line) => line.includes('memroy = "512M"'));
  assert.equal(lines[at + 1].indexOf('^'), lines[at].indexOf('memroy'));
});

test('a profile that is not there, is a folder, or is no file', async (t) => {
  const folder = write(t, {});
  await refused(marker(t), ['run', '-p', path.join(folder, 'no.toml')], [/no\.toml: profile not found/, /try: /]);
  await refused(marker(t), ['run', '-p', folder], [/is a directory/]);
  await refused(marker(t), ['run', '-p', '/dev/null'], [/\/dev\/null: .*device/]);
});

test('an unknown built-in profile', async (t) => {
  await refused(marker(t), ['run', '-p', 'defualt'], [/defualt/, /try: /]);
});

test('a profile that nodeward may not read', async (t) => {
  const file = path.join(write(t, { 'app.toml': 'version = 1\n' }), 'app.toml');
  fs.chmodSync(file, 0o600);
  await refused(marker(t), ['run', '-p', file], [/app\.toml: .*permission denied/, /try: /],
    { uid: 61238, gid: 61238 });
});

test('a profile that anyone may write or replace, while nodeward is root', async (t) => {
  const folder = write(t, { 'app.toml': 'version = 1\n' });
  const file = path.join(folder, 'app.toml');
  fs.chmodSync(file, 0o666);
  await refused(marker(t), ['run', '-p', file], [/app\.toml: anyone may write this profile/, /try: chmod go-w/]);
  fs.chmodSync(file, 0o660);
  fs.chownSync(file, 0, 61238);
  await refused(marker(t), ['run', '-p', file], [/app\.toml: group 61238 may write/, /try: chmod g-w/]);
  fs.chmodSync(file, 0o644);
  fs.chmodSync(folder, 0o777);
  await refused(marker(t), ['run', '-p', file], [/app\.toml: anyone may replace/, /try: chmod o-w/]);
  fs.chmodSync(folder, 0o755);
  const good = await run(['run', '-p', file, '--', 'true']);
  assert.equal(good.code, 0, good.stderr);
});

test('a wrong --set', async (t) => {
  for (const [setting, pattern] of [
    ['limits.memroy="1G"', /--set limits\.memroy="1G": .*memroy/],
    ['limits.memory="1X"', /--set limits\.memory="1X": .*memory/],
    ['limits.memory', /--set limits\.memory: /],
    ['=', /--set =: /],
    ['', /--set/],
  ]) {
    await refused(marker(t), ['run', '--set', setting], [pattern, /try: /]);
  }
});

test('commands that cannot be executed', async (t) => {
  const folder = write(t, { plain: 'x', script: '#!/no/such/interpreter\n', binary: 'not a program' });
  for (const name of ['script', 'binary']) fs.chmodSync(path.join(folder, name), 0o755);
  const inside = (name) => path.join(folder, name);
  for (const [command, code, patterns] of [
    ['no-such-command', 127, [/"no-such-command" was not found in PATH/, /try: /]],
    ['./no-such-command', 127, [/no-such-command" was not found/]],
    [inside('plain/below'), 127, [/was not found/]],
    [inside('script'), 127, [/interpreter: the command cannot be executed: .*ENOENT/, /try: .*interpreter/]],
    [inside('plain'), 126, [/plain" cannot be executed: EACCES/, /try: chmod \+x/]],
    [inside('binary'), 126, [/binary: the command cannot be executed: .*"#!"/]],
    [folder, 126, [/is a folder/, /try: nodeward run -- node/]],
    ['', 127, [/command is empty/]],
  ]) {
    await refused(marker(t), ['run'], patterns, { code, command: [command] });
  }
});

test('no command at all, and no subcommand of nodeward', async () => {
  for (const args of [['run'], ['run', '--'], ['nosuch'], [], ['check']]) {
    const result = await run(args);
    assert.equal(result.code, 125, args.join(' '));
    assert.notEqual(result.stderr, '', args.join(' '));
    assert.deepEqual(result.events, []);
  }
});

test('an option that nodeward does not have is never left out of account', async (t) => {
  for (const option of ['--nosuch', '--profil=strict.toml', '--sett=limits.memory="1G"', '-x']) {
    await refused(marker(t), ['run', option], [/no option "-/, /try: nodeward run --help/]);
  }
  const own = await run(['run', '--', 'echo', '--nosuch', '-p', '--', 'x']);
  assert.equal(own.stdout, '--nosuch -p -- x\n', 'the command has options of its own');
  const bare = await run(['run', 'echo', '--nosuch', '-p', '--set', 'x']);
  assert.equal(bare.stdout, '--nosuch -p --set x\n');
});

test('a shell as command is started, with a warning', async () => {
  const result = await run(['run', '--set', 'supervise.restart="never"', '--', 'sh', '-c', 'exit 3']);
  assert.equal(result.code, 3);
  const warning = result.events.find((event) => event.event === 'alert');
  assert.match(warning.message, /the command is a shell \(sh\).*nodeward run -- node server\.js/);
});
