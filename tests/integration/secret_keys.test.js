// Keys that come on inherited descriptors: read once, kept for restarts, and never the application's.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { once } = require('node:events');
const { test } = require('node:test');
const { nodeward, run, settings } = require('./support');
const { keygen, seal } = require('./vaults');

const PASSPHRASE = 'gravel-tooth-51c09d';

// A folder with a vault for an identity, and a profile whose [secrets] has `key`.
function vault(t, key, rest = '') {
  const folder = settings(t);
  const { file, recipient } = keygen(folder);
  const sealed = path.join(folder, 'app.vault.age');
  seal(sealed, recipient, 'PASSWORD = "canary-51c09d"\n');
  const profile = path.join(folder, 'app.toml');
  fs.writeFileSync(profile, `version = 1\n[process]\nuser = "61237"\n${rest}\n[secrets]\nvault = "app.vault.age"\nmask = false\n${key}\n`);
  return { folder, profile, sealed, identity: file };
}

// Runs a shell line in which $NODEWARD is nodeward: {code, stdout, stderr}.
const shell = (line, options) => run(['-c', line], { ...options, command: 'bash', env: { ...process.env, NODEWARD: nodeward } });

const NODE = process.execPath;
const PRINT = `-- ${NODE} -p process.env.PASSWORD`;
// What the application finds on 3 and 4, and what nodeward's own processes still hold of the file.
const LOOK = `-- ${NODE} -e 'for (const fd of [3, 4]) {
  try { console.log(fd, require("fs").readlinkSync("/proc/self/fd/" + fd)); } catch (error) { console.log(fd, error.code); } }'`;

test('an identity on a descriptor opens the vault: a file, a pipe, and with vault -i', async (t) => {
  const { profile, identity, sealed } = vault(t, 'identity = "fd:3"');
  for (const from of [`3<${identity}`, `3< <(cat ${identity})`]) {
    const { code, stdout, stderr } = await shell(`"$NODEWARD" run -p ${profile} ${PRINT} ${from}`);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'canary-51c09d\n');
  }
  const told = await shell(`"$NODEWARD" vault list -f ${sealed} -i fd:3 3<${identity}`);
  assert.match(told.stdout, /^PASSWORD/, told.stderr);
  const differ = await shell(`"$NODEWARD" vault diff ${sealed} ${sealed} -i fd:3 3<${identity}`);
  assert.equal(differ.code, 0, differ.stderr);
});

test('the application does not get the descriptor', async (t) => {
  const { profile, identity } = vault(t, 'identity = "fd:3"');
  const { stdout, stderr } = await shell(`"$NODEWARD" run -p ${profile} ${LOOK} 3<${identity}`);
  assert.doesNotMatch(stdout, /identity/, stderr);
  const both = vault(t, 'identity = "fd:3"');
  fs.writeFileSync(both.profile, fs.readFileSync(both.profile, 'utf8').replace('[process]', '[process]\ndescriptors = [3]'));
  const refused = await shell(`"$NODEWARD" run -p ${both.profile} ${PRINT} 3<${both.identity}`);
  assert.equal(refused.code, 125);
  assert.match(refused.stderr, /app\.toml:\d+:\d+: descriptor 3 opens the vault, and \[process\] descriptors hands it/);
});

test('no process of nodeward keeps the descriptor, and restarts have what it gave', async (t) => {
  const { profile, identity } = vault(t, 'identity = "fd:3"', '[supervise]\nrestart = "always"\nbackoff = { initial = "10ms" }');
  const script = 'console.log(process.ppid, process.env.PASSWORD); setTimeout(() => process.exit(0), 300)';
  const app = spawn('bash', ['-c', `exec "$NODEWARD" run -p ${profile} -- ${NODE} -e '${script}' 3<${identity}`],
    { env: { ...process.env, NODEWARD: nodeward }, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => app.kill('SIGKILL'));
  let text = '';
  let held = null;
  for await (const chunk of app.stdout) {
    text += chunk;
    const lines = text.trim().split('\n');
    if (lines.length === 1 && held === null) {
      const own = [app.pid, ...fs.readFileSync(`/proc/${app.pid}/task/${app.pid}/children`, 'utf8').trim().split(' ')];
      held = own.flatMap((pid) => fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
        try { return fs.readlinkSync(`/proc/${pid}/fd/${fd}`); } catch { return ''; }
      }));
    }
    if (lines.length >= 3) break;
  }
  assert.deepEqual(text.trim().split('\n').slice(0, 3).map((line) => line.split(' ')[1]), Array(3).fill('canary-51c09d'));
  assert.ok(held.length > 3);
  assert.ok(!held.includes(identity), held.join('\n'));
  app.kill('SIGTERM');
  await once(app, 'exit');
});

test('refused: nothing there, a socket, a device, a folder, nothing in it, an open pipe', async (t) => {
  const { profile, identity, folder } = vault(t, 'identity = "fd:3"');
  fs.writeFileSync(path.join(folder, 'out'), '', { mode: 0o600 });
  for (const [from, pattern] of [
    ['3<&-', /fd:3: the vault's identity is to come from a descriptor that is not open\n  try: start nodeward with 3< FILE/],
    ['3</dev/null', /fd:3: .*neither a file nor a pipe/],
    [`3<${folder}`, /fd:3: .*neither a file nor a pipe/],
    ['3< <(true)', /fd:3: .*the descriptor gave nothing/],
    [`3>>${folder}/out`, /fd:3: .*cannot be read/],
    ['3< <(echo nonsense)', /fd:3:1:1: this line is not an age identity/],
  ]) {
    const { code, stdout, stderr } = await shell(`"$NODEWARD" run -p ${profile} ${PRINT} ${from}`);
    assert.equal(code, 125, `${from}: ${stderr}`);
    assert.match(stderr, pattern, from);
    assert.equal(stdout, '');
  }
  fs.chmodSync(identity, 0o444);
  const readable = await shell(`"$NODEWARD" run -p ${profile} ${PRINT} 3<${identity}`);
  assert.equal(readable.code, 125);
  assert.match(readable.stderr, /identity\.txt: the vault's identity can be read by the application's user 61237/);
});

test('refused: a descriptor to a file beneath what the application may read', async (t) => {
  const { profile, identity } = vault(t, 'identity = "fd:3"');
  const inside = fs.mkdtempSync('/tmp/nodeward-test-');
  t.after(() => fs.rmSync(inside, { recursive: true }));
  fs.copyFileSync(identity, `${inside}/identity.txt`);
  fs.chmodSync(`${inside}/identity.txt`, 0o400);
  const { code, stderr } = await shell(`"$NODEWARD" run -p ${profile} ${PRINT} 3<${inside}/identity.txt`);
  assert.equal(code, 125, stderr);
  assert.match(stderr, /identity\.txt: the vault's identity lies beneath \/tmp/);
});

test('a passphrase on a descriptor, its newline stripped', async (t) => {
  const { profile, folder } = vault(t, 'passphrase = "fd:4"');
  const sealed = path.join(folder, 'app.vault.age');
  const made = await shell(`rm ${sealed}; "$NODEWARD" vault create -f ${sealed} --passphrase --passphrase-fd 4 4< <(echo ${PASSPHRASE})
    printf canary-51c09d | "$NODEWARD" vault set PASSWORD -f ${sealed} --passphrase-fd 4 4< <(echo ${PASSPHRASE})`);
  assert.equal(made.code, 0, made.stderr);
  for (const end of ['', '\\n', '\\n\\n']) {
    const { code, stdout, stderr } = await shell(`"$NODEWARD" run -p ${profile} ${PRINT} 4< <(printf '${PASSPHRASE}${end}')`);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'canary-51c09d\n');
  }
  const wrong = await shell(`"$NODEWARD" run -p ${profile} ${PRINT} 4< <(echo ${PASSPHRASE}x)`);
  assert.equal(wrong.code, 125);
  assert.match(wrong.stderr, /app\.vault\.age: the passphrase does not open the vault/);
  assert.ok(!wrong.stderr.includes(PASSPHRASE));
});

test('explain tells what will open it, reads no descriptor, and refuses where there is none', async (t) => {
  const { profile, identity } = vault(t, 'identity = "fd:3"');
  const open = await shell(`exec 3<${identity}; "$NODEWARD" explain -p ${profile} -- ${NODE}; grep -c SECRET-KEY <&3`);
  assert.match(open.stdout, /opened with the identity that descriptor 3 holds \(profile\)/, open.stderr);
  assert.match(open.stdout, /looked for in this order: \[secrets\] identity, \$CREDENTIALS_DIRECTORY, \/run\/secrets, a passphrase/);
  assert.match(open.stdout, /run would start\n1\n$/, 'the descriptor still stands at its start');
  const none = await shell(`"$NODEWARD" explain -p ${profile} -- ${NODE} 3<&-`);
  assert.equal(none.code, 125);
  assert.match(none.stdout, /refuses: fd:3: .*not open/);
});
