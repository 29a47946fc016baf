// Secrets reach process.env exactly as they are in the vault, and nothing else: no message, no event,
// no argument, and no memory of nodeward once the application runs.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { keeperOf, marker, nodeward, refused, run, settings, start, temporary } = require('./support');
const { keygen, seal, typing } = require('./vaults');

const CANARY = 'canary-51c09d';
const PASSPHRASE = 'correct horse battery';

// A folder with a profile, an identity and a vault of `text` (TOML) made by Debian's age.
function vault(t, text, { armour = false, secrets = '', rest = '', mode = 0o400 } = {}) {
  const folder = settings(t);
  const { file, recipient } = keygen(folder);
  const sealed = path.join(folder, 'app.vault.age');
  seal(sealed, recipient, text, ...(armour ? ['-a'] : []));
  fs.chmodSync(file, mode);
  const profile = path.join(folder, 'app.toml');
  fs.writeFileSync(profile, `version = 1\n[process]\nuser = "61237"\n[secrets]\nvault = "app.vault.age"
identity = "identity.txt"\nmask = false\n${secrets}\n${rest}`);
  return { folder, profile, sealed, identity: file, recipient };
}

const toml = (values) => Object.entries(values)
  .map(([name, value]) => `${name} = ${JSON.stringify(value).replaceAll('\x7f', '\\u007f')}\n`).join('');

const VALUES = {
  PASSWORD: `${CANARY} $HOME \`id\` \\n "quoted" 'single' #hash = é\u{1f600}`,
  KEY: `-----BEGIN KEY-----\n${CANARY}\n\ttab\r\n-----END KEY-----\n`,
  CONTROL: '\x01\x02\x1b[31m\x7f',
  JSON_VALUE: JSON.stringify({ a: [1, '"'], b: null }),
  EMPTY: '',
  LONG: `${CANARY}${'x'.repeat(100000)}`,
};
const PRINT = ['--', process.execPath, '-e', 'console.log(JSON.stringify(process.env))'];

for (const armour of [false, true]) {
  test(`a vault made by age${armour ? ' -a' : ''} reaches process.env exactly`, async (t) => {
    const { profile } = vault(t, toml(VALUES), { armour, secrets: 'require = ["PASSWORD", "KEY"]' });
    const result = await run(['run', '-p', profile, ...PRINT], { env: { PATH: process.env.PATH } });
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(JSON.parse(result.stdout), { ...VALUES, PATH: process.env.PATH, HOME: '/' });
    assert.ok(!result.stderr.includes(CANARY));
  });
}

test('values written as TOML\'s other strings arrive as TOML means them', async (t) => {
  const text = 'LITERAL = \'C:\\path $x\'\nMANY = """\none\n  two"""\n"QUOTED_NAME" = "\\u00e9"\n';
  const { profile } = vault(t, text);
  const env = JSON.parse((await run(['run', '-p', profile, ...PRINT])).stdout);
  assert.equal(env.LITERAL, 'C:\\path $x');
  assert.equal(env.MANY, 'one\n  two');
  assert.equal(env.QUOTED_NAME, 'é');
});

test('a secret beats a variable that is passed', async (t) => {
  const { profile } = vault(t, 'NODE_ENV = "from the vault"\n');
  const result = await run(['run', '-p', profile, ...PRINT], { env: { ...process.env, NODE_ENV: 'x' } });
  assert.equal(JSON.parse(result.stdout).NODE_ENV, 'from the vault');
});

// ---- refusals

async function refuses(t, made, patterns, options) {
  const result = await refused(marker(t), ['run', '-p', made.profile], patterns, options);
  assert.ok(!result.stderr.includes(CANARY), `tells a value: ${result.stderr}`);
  assert.ok(!/AGE-SECRET-KEY-1[A-Z0-9]/.test(result.stderr), 'tells a key');
}

const SECRET = `PASSWORD = "${CANARY}"\n`;

test('refused: another identity than the vault\'s', async (t) => {
  const made = vault(t, SECRET);
  fs.rmSync(made.identity);
  keygen(made.folder);
  await refuses(t, made, [/app\.vault\.age: no identity opens the vault/, /try: .*vault keygen -y/]);
});

test('refused: a vault cut short anywhere', async (t) => {
  const made = vault(t, `${SECRET}LONG = "${'x'.repeat(70000)}"\n`);
  const whole = fs.readFileSync(made.sealed);
  for (const size of [1, 60, whole.length - 70000, whole.length - 1]) {
    fs.writeFileSync(made.sealed, whole.subarray(0, size));
    await refuses(t, made,
      [/app\.vault\.age: the vault/, /(truncated|cut short|not an age file|altered)/, /try: /]);
  }
  fs.writeFileSync(made.sealed, '');
  await refuses(t, made, [/app\.vault\.age: the vault/, /try: /]);
});

test('refused: one byte of the vault altered', async (t) => {
  const made = vault(t, SECRET);
  const whole = fs.readFileSync(made.sealed);
  for (const at of [30, whole.indexOf('---') + 10, whole.length - 40, whole.length - 1]) {
    const bytes = Buffer.from(whole);
    bytes[at] ^= 1;
    fs.writeFileSync(made.sealed, bytes);
    await refuses(t, made, [/app\.vault\.age/, /try: /]);
  }
});

test('refused: no vault, a folder as vault, no identity, an identity that is none', async (t) => {
  const made = vault(t, SECRET);
  fs.writeFileSync(made.identity, `not a key ${CANARY}\n`);
  await refuses(t, made, [/identity\.txt:1:1/, /try: /]);
  fs.rmSync(made.identity);
  await refuses(t, made, [/identity\.txt: cannot read the vault's identity: ENOENT/, /try: /]);
  keygen(made.folder);
  fs.rmSync(made.sealed);
  await refuses(t, made, [/app\.vault\.age: cannot read the vault: ENOENT/, /try: /]);
  fs.mkdirSync(made.sealed);
  await refuses(t, made, [/app\.vault\.age: the vault is a folder/]);
});

test('refused: required secrets that are missing, all of them named', async (t) => {
  const made = vault(t, SECRET, { secrets: 'require = ["PASSWORD", "DB_PASSWORD", "JWT_SECRET"]' });
  await refuses(t, made, [/app\.toml:\d+:\d+: .*missing: .*DB_PASSWORD.*JWT_SECRET/, /try: /]);
});

for (const [what, text, pattern] of [
  ['NODE_OPTIONS', `NODE_OPTIONS = "--require ${CANARY}"\n`, /"NODE_OPTIONS"/],
  ['LD_PRELOAD', `LD_PRELOAD = "${CANARY}"\n`, /"LD_PRELOAD"/],
  ['PATH', `PATH = "${CANARY}"\n`, /"PATH"/],
  ['a name that no environment has', `"a=b" = "${CANARY}"\n`, /a=b/],
  ['an empty name', `"" = "${CANARY}"\n`, /name/],
  ['a NUL', `PASSWORD = "${CANARY}\\u0000"\n`, /PASSWORD/],
  ['a number', 'PASSWORD = 51\n', /PASSWORD/],
  ['a table', `[PASSWORD]\nx = "${CANARY}"\n`, /PASSWORD|table/],
  ['the same name twice', `${SECRET}PASSWORD = "${CANARY}2"\n`, /PASSWORD/],
  ['text that is no TOML', `PASSWORD = ${CANARY}\n`, /app\.vault\.age/],
  ['a string without end', `PASSWORD = "${CANARY}\n`, /app\.vault\.age/],
]) {
  test(`refused: ${what} in the vault`, async (t) => {
    await refuses(t, vault(t, text), [/app\.vault\.age/, pattern]);
  });
}

test('refused: a secret that [environment] set names too', async (t) => {
  const made = vault(t, SECRET, { rest: `[environment]\nset = { PASSWORD = "x" }\n` });
  await refuses(t, made, [/app\.toml:\d+:\d+: "PASSWORD" is both/, /try: /]);
});

test('refused: an identity that the application\'s user could read', async (t) => {
  for (const mode of [0o444, 0o404]) {
    const made = vault(t, SECRET, { mode });
    await refuses(t, made, [/identity\.txt: .*can be read by the application's user 61237/,
      /try: chown root .*chmod 0400/]);
  }
  const owned = vault(t, SECRET);
  fs.chownSync(owned.identity, 61237, 61237);
  await refuses(t, owned, [/identity\.txt: .*can be read/]);
});

test('modes cannot help where nodeward is that user: strict refuses, best-effort tells', async (t) => {
  const made = vault(t, SECRET);
  fs.chownSync(made.identity, 61237, 61237);
  const own = { uid: 61237, gid: 61237 };
  await refuses(t, made, [/identity\.txt: .*can be read/, /try: start nodeward as root/], own);
  const result = await run(['run', '-p', made.profile, '--set', 'secrets.enforcement="best-effort"', ...PRINT], own);
  assert.equal(JSON.parse(result.stdout).PASSWORD, CANARY, result.stderr);
  const told = result.events.filter((event) => event.event === 'degraded');
  assert.deepEqual(told.map((event) => event.kind), ['secrets']);
});

// ---- passphrases

async function passphraseVault(t) {
  const made = vault(t, '');
  const plain = path.join(made.folder, 'plain.toml');
  fs.writeFileSync(plain, SECRET);
  const sealing = await typing(['age', '-p', '-o', made.sealed, plain], [PASSPHRASE, PASSPHRASE],
    /passphrase[^\n]*: /g);
  assert.equal(sealing.code, 0, sealing.text);
  fs.rmSync(plain);
  fs.writeFileSync(made.profile, fs.readFileSync(made.profile, 'utf8').replace(/identity.*\n/, ''));
  return made;
}

test('a passphrase opens a vault on a terminal, a wrong one does not, and none is no launch', async (t) => {
  const made = await passphraseVault(t);
  const script = 'console.log(`length ${process.env.PASSWORD.length}`)';
  const command = [nodeward, 'run', '-p', made.profile, '--', process.execPath, '-e', script];
  const right = await typing(command, [PASSPHRASE], /Passphrase for [^\n]*: /g);
  assert.equal(right.code, 0, right.text);
  assert.match(right.text, new RegExp(`^length ${CANARY.length}\r?$`, 'm'));
  assert.ok(!right.text.includes(PASSPHRASE), 'the terminal does not show it');

  const wrong = await typing(command, ['wrong'], /Passphrase for [^\n]*: /g);
  assert.equal(wrong.code, 125, wrong.text);
  assert.match(wrong.text, /app\.vault\.age: the passphrase does not open the vault/);
  assert.match(wrong.text, /try: /);

  const mark = marker(t);
  const without = await run(['--wait', ...command.slice(0, 4), '--', ...mark.command], { command: 'setsid' });
  assert.equal(without.code, 125);
  assert.match(without.stderr, /app\.vault\.age: .*passphrase is wanted, and there is no terminal to ask on/);
  assert.match(without.stderr, /try: /);
  assert.equal(mark.started(), false);
});

// ---- what is left in nodeward's own processes

// Whether `needle` stands in readable memory of a process whose mapping passes `wanted`.
function holds(pid, needle, wanted = () => true) {
  const fd = fs.openSync(`/proc/${pid}/mem`, 'r');
  try {
    return fs.readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n').some((line) => {
      const [, from, to, flags, name] = line.match(/^(\w+)-(\w+) (\S+) \S+ \S+ \S+\s*(.*)$/);
      if (!flags.startsWith('r') || name.startsWith('[v') || !wanted(name)) return false;
      const bytes = Buffer.alloc(Number(BigInt(`0x${to}`) - BigInt(`0x${from}`)));
      const size = fs.readSync(fd, bytes, 0, bytes.length, BigInt(`0x${from}`));
      return bytes.subarray(0, size).includes(needle);
    });
  } finally {
    fs.closeSync(fd);
  }
}

for (const restart of ['never', 'on-failure']) {
  test(`once the application runs, nodeward's memory holds no secret (restart = "${restart}")`, async (t) => {
    const made = vault(t, SECRET, { rest: `[supervise]\nrestart = "${restart}"\n` });
    const serve = 'console.log("up"); setInterval(() => {}, 60000)';
    const running = start(['run', '-p', made.profile, '--', process.execPath, '-e', serve]);
    t.after(() => running.child.kill('SIGKILL'));
    await running.line((line) => line === 'up');
    const application = (await running.until((event) => event.event === 'start'))['process.pid'];
    assert.equal(holds(application, CANARY, (name) => name === '[stack]'), true, 'control: the scan finds it');
    const key = fs.readFileSync(made.identity, 'utf8').match(/AGE-SECRET-KEY-1\w+/)[0];
    for (const pid of [running.child.pid, keeperOf(running.child.pid)]) {
      assert.equal(holds(pid, CANARY), false, `secret in process ${pid}`);
      assert.equal(holds(pid, key), false, `identity in process ${pid}`);
      for (const file of ['environ', 'cmdline']) {
        assert.ok(!fs.readFileSync(`/proc/${pid}/${file}`).includes(CANARY));
      }
    }
    running.child.kill('SIGTERM');
    await running.ended;
  });
}

test('after a restart the secrets are there again, and gone from nodeward again', async (t) => {
  const made = vault(t, SECRET, { rest: '[supervise]\nrestart = "on-failure"\n' +
    'backoff = { initial = "10ms", max = "10ms" }\n' });
  const folder = temporary(t);
  fs.chmodSync(folder, 0o777);
  const script = `const file = ${JSON.stringify(path.join(folder, 'again'))}; const fs = require('fs');
    if (!fs.existsSync(file)) { fs.writeFileSync(file, ''); process.exit(7); }
    console.log(process.env.PASSWORD.length); setInterval(() => {}, 60000)`;
  const running = start(['run', '-p', made.profile, '--', process.execPath, '-e', script]);
  t.after(() => running.child.kill('SIGKILL'));
  await running.line((line) => line === String(CANARY.length));
  await running.until((event) => event.event === 'start' && event.restarts === 1);
  for (const pid of [running.child.pid, keeperOf(running.child.pid)]) assert.equal(holds(pid, CANARY), false);
  running.child.kill('SIGTERM');
  await running.ended;
});
