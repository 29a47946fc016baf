// nodeward vault, as people use it: from the first key to a running application, and what must not happen on the way.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { nodeward, run, settings } = require('./support');
const { keygen } = require('./vaults');

const CANARY = 'canary-77aa31';

// A vault in a folder of its own, with an identity beside it; `vault(…words)` runs a subcommand on it.
async function made(t, { names = {} } = {}) {
  const folder = settings(t);
  const file = path.join(folder, 'app.vault.age');
  const identity = path.join(folder, 'identity.txt');
  const told = await run(['vault', 'keygen', '-o', identity]);
  assert.equal(told.code, 0, told.stderr);
  const place = ['-f', file, '-i', identity];
  const vault = ([sub, ...words], options) => run(['vault', sub, ...place, ...words], options);
  const created = await vault(['create']);
  assert.equal(created.code, 0, created.stderr);
  for (const [name, value] of Object.entries(names)) {
    const { code, stderr } = await vault(['set', name], { input: value });
    assert.equal(code, 0, stderr);
  }
  return { folder, file, identity, recipient: told.stdout.trim(), vault };
}

test('from nothing to an application that has its secret', async (t) => {
  const { folder, file, identity, recipient, vault } = await made(t);
  assert.match(recipient, /^age1[a-z0-9]{58}$/);
  assert.equal(fs.statSync(identity).mode & 0o777, 0o600);
  assert.equal((await vault(['set', 'JWT_SECRET'], { input: CANARY })).code, 0);
  fs.writeFileSync(path.join(folder, 'app.toml'), `[process]\nuser = "61237"\n[secrets]\nvault = "${file}"\nidentity = "${identity}"\nmask = false\n`);
  const ran = await run(['run', '-p', path.join(folder, 'app.toml'), '--', process.execPath, '-e', 'console.log(process.env.JWT_SECRET)']);
  assert.equal(ran.stdout, `${CANARY}\n`, ran.stderr);
  // Only the secret: what nodeward keeps for itself in there is nobody's variable.
  const all = await run(['run', '-p', path.join(folder, 'app.toml'), '--', process.execPath, '-e', 'console.log(JSON.stringify(process.env))']);
  assert.deepEqual(Object.keys(JSON.parse(all.stdout)).filter((name) => name.includes('age1') || name.includes('nodeward')), []);
});

test('age opens it, and what age made is changed', async (t) => {
  const { folder, file, identity, recipient, vault } = await made(t, { names: { A: CANARY } });
  const text = execFileSync('age', ['-d', '-i', identity, file], { encoding: 'utf8' });
  assert.match(text, new RegExp(`^A = "${CANARY}"$`, 'm'));
  assert.match(text, new RegExp(`^${recipient} = ""$`, 'm'));
  fs.unlinkSync(file);
  execFileSync('age', ['-a', '-r', recipient, '-o', file], { input: '# by hand\nA = "old"\n' });
  assert.equal((await vault(['set', 'B'], { input: 'x' })).code, 0);
  assert.ok(fs.readFileSync(file, 'latin1').startsWith('-----BEGIN AGE'), 'armour stays armour');
  assert.match(execFileSync('age', ['-d', '-i', identity, file], { encoding: 'utf8' }), /^# by hand\nA = "old"\nB = "x"\n/);
  // Of two, age does not say which: nothing is written that one of them could not open.
  const other = keygen(folder, 'other.txt').recipient;
  fs.unlinkSync(file);
  execFileSync('age', ['-r', recipient, '-r', other, '-o', file], { input: 'A = "1"\n' });
  const before = fs.readFileSync(file);
  const refused = await vault(['set', 'B'], { input: 'x' });
  assert.equal(refused.code, 125);
  assert.match(refused.stderr, /to whom it is encrypted[^]*try: nodeward vault rekey -r/);
  assert.deepEqual(fs.readFileSync(file), before);
});

test('values: bytes as they are, from three places, never from an argument', async (t) => {
  const { folder, vault } = await made(t);
  const from = path.join(folder, 'key.pem');
  const pem = `-----BEGIN KEY-----\n${CANARY}\r\n"quoted" \\ é\t\n-----END KEY-----\n`;
  fs.writeFileSync(from, pem);
  const set = await vault(['set', 'PEM', '--from', from]);
  assert.equal(set.code, 0);
  assert.match(set.stderr, /PEM ends in a newline/);
  assert.equal((await vault(['get', 'PEM'])).stdout, pem);
  assert.equal((await vault(['set', 'EMPTY'], { input: '' })).code, 0);
  assert.equal((await vault(['get', 'EMPTY'])).stdout, '');
  const argument = await vault(['set', 'NAME', CANARY], { input: '' });
  assert.equal(argument.code, 125);
  const assigned = await vault(['set', `NAME=${CANARY}`], { input: '' });
  assert.equal(assigned.code, 125);
  assert.match(assigned.stderr, /never an argument/);
  for (const { stderr, stdout } of [argument, assigned]) assert.ok(!(stderr + stdout).includes(CANARY), 'not repeated');
  for (const [name, input] of [['NUL', 'a\0b'], ['BYTES', Buffer.from([0xff])], ['LONG', 'x'.repeat(140000)]]) {
    const refused = await vault(['set', name], { input });
    assert.equal(refused.code, 125, name);
    assert.equal((await vault(['get', name])).code, 125);
  }
});

test('list, export and diff give names, and no value', async (t) => {
  const { folder, file, identity, vault } = await made(t, { names: { LONG: CANARY.repeat(6), SHORT: 'abc', GONE: CANARY } });
  const listed = await vault(['list']);
  assert.match(listed.stdout, /^LONG {3}today {6}64 and more$/m);
  assert.match(listed.stdout, /^SHORT {2}today {6}under 16$/m);
  assert.deepEqual(JSON.parse((await vault(['list', '--json'])).stdout).secrets.map(({ name, length }) => [name, length]),
    [['GONE', 'under 16'], ['LONG', '64 and more'], ['SHORT', 'under 16']]);
  const copy = path.join(folder, 'copy.age');
  fs.copyFileSync(file, copy);
  await vault(['unset', 'GONE']);
  await vault(['set', 'SHORT'], { input: 'other' });
  await vault(['set', 'NEW'], { input: 'x' });
  const diff = await run(['vault', 'diff', copy, file, '-i', identity]);
  assert.equal(diff.code, 1);
  assert.equal(diff.stdout, '- GONE\n+ NEW\n~ SHORT\n');
  assert.equal((await run(['vault', 'diff', copy, copy, '-i', identity])).code, 0);
  const names = await run(['vault', 'export', '--names', '-i', identity, file]);
  assert.match(names.stdout, /^LONG \d{4}-\d\d-\d\d\nNEW /);
  for (const { stdout, stderr } of [listed, diff, names]) assert.ok(!(stdout + stderr).includes(CANARY));
  const missing = await vault(['unset', 'SHORT', 'NOT_THERE']);
  assert.match(missing.stderr, /there is no NOT_THERE; nothing was changed/);
  assert.equal((await vault(['get', 'SHORT'])).stdout, 'other');
});

test('as git’s textconv it shows what changed', async (t) => {
  const { folder, identity, vault } = await made(t, { names: { A: CANARY } });
  const git = (...words) => execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@localhost', '-c', 'safe.directory=*', ...words],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, HOME: folder, PATH: `${path.dirname(nodeward)}:${process.env.PATH}` } });
  git('init', '-q');
  fs.writeFileSync(path.join(folder, '.gitattributes'), '*.vault.age diff=nodeward\n');
  git('config', 'diff.nodeward.textconv', `nodeward vault export --names -i ${identity}`);
  git('add', 'app.vault.age', '.gitattributes');
  git('commit', '-qm', 'one');
  await vault(['set', 'B'], { input: CANARY });
  const shown = git('diff');
  assert.match(shown, /^\+B \d{4}-/m);
  assert.ok(!shown.includes(CANARY));
});

test('rekey: a second recipient opens it, a removed one does not, and what follows is said', async (t) => {
  const { folder, file, identity, recipient, vault } = await made(t, { names: { A: CANARY } });
  const other = path.join(folder, 'other.txt');
  const added = (await run(['vault', 'keygen', '-o', other])).stdout.trim();
  assert.equal((await run(['vault', 'keygen', '-y', other])).stdout.trim(), added);
  const by = (key) => run(['vault', 'get', 'A', '-f', file, '-i', key]);
  assert.equal((await by(other)).code, 125);
  assert.equal((await vault(['rekey', '-r', added])).code, 0);
  assert.equal((await by(other)).stdout, CANARY);
  // A change keeps both.
  assert.equal((await vault(['set', 'A'], { input: 'new' })).code, 0);
  assert.equal((await by(other)).stdout, 'new');
  const removed = await run(['vault', 'rekey', '--remove', recipient, '-f', file, '-i', other]);
  assert.equal(removed.code, 0, removed.stderr);
  assert.match(removed.stderr, /can still open old copies[^]*Change where it matters: A/);
  assert.equal((await by(identity)).code, 125);
  assert.equal((await by(other)).stdout, 'new');
  const last = await run(['vault', 'rekey', '--remove', added, '-f', file, '-i', other]);
  assert.equal(last.code, 125, 'somebody must be able to open it');
  const secret = await run(['vault', 'rekey', '-r', fs.readFileSync(identity, 'utf8').match(/AGE-SECRET\S+/)[0], '-f', file, '-i', other]);
  assert.match(secret.stderr, /secret key[^]*try:/);
  assert.ok(!secret.stderr.includes('AGE-SECRET-KEY-1'), 'not repeated');
});

test('create and keygen replace nothing', async (t) => {
  const { file, identity, vault } = await made(t, { names: { A: 'x' } });
  const [sealed, key] = [fs.readFileSync(file), fs.readFileSync(identity)];
  for (const again of [await vault(['create']), await run(['vault', 'keygen', '-o', identity])]) {
    assert.equal(again.code, 125);
    assert.match(again.stderr, /EEXIST/);
  }
  assert.deepEqual([fs.readFileSync(file), fs.readFileSync(identity)], [sealed, key]);
});

test('what is missing is said, with the line that helps', async (t) => {
  const { folder, file, identity } = await made(t);
  const nowhere = path.join(folder, 'none.age');
  const missing = await run(['vault', 'set', 'A', '-f', nowhere, '-i', identity], { input: 'x' });
  assert.equal(missing.code, 125);
  assert.ok(missing.stderr.includes(`${nowhere}: cannot read the vault: ENOENT`), missing.stderr);
  assert.ok(missing.stderr.includes(`try: nodeward vault create -f ${nowhere}`), missing.stderr);
  for (const [words, why] of [[['list'], /which vault\?[^]*try: -f app\.vault\.age/], [['list', '-f', folder], /is a folder/],
    [['create', '-f', path.join(folder, 'no/such/x.age'), '-i', identity], /ENOENT/], [['create', '-f', nowhere], /needs a recipient/],
    [['set', 'A', '-f', '/dev/null', '-i', identity], /not a regular file/], [['rekey', '-r', 'alice', '-f', file, '-i', identity], /alice: this is no recipient/]]) {
    const ended = await run(['vault', ...words], { input: 'x' });
    assert.equal(ended.code, 125, words.join(' '));
    assert.match(ended.stderr, why);
  }
});

test('import: whole or not at all', async (t) => {
  const { folder, vault } = await made(t, { names: { A: 'old' } });
  const env = path.join(folder, '.env');
  fs.writeFileSync(env, `# comment\nA=new\nB="two\\nlines"\n`);
  const known = await vault(['import', env]);
  assert.equal(known.code, 125);
  assert.match(known.stderr, /other values for A\n {2}try: --replace/);
  assert.equal((await vault(['get', 'B'])).code, 125, 'nothing of it');
  assert.equal((await vault(['import', '--replace', env])).code, 0);
  assert.equal((await vault(['get', 'A'])).stdout, 'new');
  assert.equal((await vault(['get', 'B'])).stdout, 'two\nlines');
  const json = await vault(['import', '--format', 'json', '-'], { input: JSON.stringify({ C: CANARY }) });
  assert.equal(json.code, 0, json.stderr);
  assert.equal((await vault(['get', 'C'])).stdout, CANARY);
  fs.writeFileSync(env, `D=1\nE=${CANARY}#x\n`);
  const refused = await vault(['import', env]);
  assert.match(refused.stderr, /\.env:2: a # in a value/);
  assert.ok(!refused.stderr.includes(CANARY));
  assert.equal((await vault(['get', 'D'])).code, 125);
});

test('exec: the secrets, and the command’s own exit code', async (t) => {
  const { vault } = await made(t, { names: { A: CANARY } });
  const words = (script) => ['exec', '--', process.execPath, '-e', script];
  const env = { ...process.env, A: 'inherited', OTHER: 'kept' };
  const ran = await vault(words('console.log(process.env.A, process.env.OTHER); process.exit(7)'), { env });
  assert.deepEqual([ran.stdout, ran.code], [`${CANARY} kept\n`, 7]);
  assert.equal((await vault(['exec', '--', 'no-such-command'])).code, 127);
  const mistyped = await vault(['exec', '--profil', 'x', '--', 'true']);
  assert.equal(mistyped.code, 125);
  assert.match(mistyped.stderr, /there is no option "--profil"/);
  const dangerous = await made(t, { names: { NODE_OPTIONS: '--require=/tmp/x' } });
  const refused = await dangerous.vault(words('0'));
  assert.equal(refused.code, 125);
  assert.match(refused.stderr, /NODE_OPTIONS/);
});

test('edit: in memory, sealed when whole, and nothing written where nothing changed', async (t) => {
  const { folder, file, vault } = await made(t, { names: { A: 'old' } });
  const editor = (name, script) => {
    const program = path.join(folder, name);
    fs.writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { env: { ...process.env, EDITOR: program, VISUAL: '' } };
  };
  const before = fs.readFileSync(file);
  assert.equal((await vault(['edit'], editor('none', 'exit 0'))).code, 0);
  assert.deepEqual(fs.readFileSync(file), before, 'not even encrypted anew');
  const seen = path.join(folder, 'seen');
  const edited = await vault(['edit'], editor('some',
    `stat -f -c %T "$1" >${seen}; stat -c %a "$1" >>${seen}; echo "$1" >>${seen}; echo "B = 'by hand'" >"$1.copy"; cat "$1" >>"$1.copy"; mv "$1.copy" "$1"; cp "$1" "$1~"`));
  assert.equal(edited.code, 0, edited.stderr);
  const [type, mode, name] = fs.readFileSync(seen, 'utf8').split('\n');
  assert.deepEqual([type, mode], ['tmpfs', '600']);
  assert.equal(fs.existsSync(path.dirname(name)), false, 'nor anything the editor left');
  assert.equal((await vault(['get', 'B'])).stdout, 'by hand');
  assert.match((await vault(['list'])).stdout, /^B +today/m);
  const good = fs.readFileSync(file);
  for (const [name, script, why] of [['fails', 'exit 3', /editor failed/], ['broken', 'echo "A = " >"$1"', /:1:5: a value has to be/],
    ['empties', ': >"$1"', null]]) {
    const ended = await vault(['edit'], editor(name, script));
    if (why) {
      assert.equal(ended.code, 125);
      assert.match(ended.stderr, why);
      assert.deepEqual(fs.readFileSync(file), good);
    } else {
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal((await vault(['list'])).stdout, '');
    }
  }
});

test('two at once both get their way', async (t) => {
  const { vault } = await made(t);
  const names = Array.from({ length: 12 }, (_, i) => `NAME_${i}`);
  const all = await Promise.all(names.map((name) => vault(['set', name], { input: name })));
  assert.deepEqual(all.map(({ code }) => code), names.map(() => 0));
  assert.deepEqual(JSON.parse((await vault(['list', '--json'])).stdout).secrets.map(({ name }) => name), names.toSorted());
});

test('ended at any call, the old or the new vault is there, whole', async (t) => {
  const { folder, file, identity, vault } = await made(t, { names: { A: 'old' } });
  const calls = ['openat', 'unlinkat', 'write', 'fchmod', 'fsync', 'renameat', 'flock'];
  const ends = Object.fromEntries(calls.map((call) => [call, 0]));
  for (const call of calls) {
    for (let when = 1; ; ++when) {
      const traced = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', '-e', `inject=${call}:signal=SIGKILL:when=${when}`, nodeward,
        'vault', 'set', 'A', '-f', file, '-i', identity], { input: `new-${call}-${when}` });
      const value = (await vault(['get', 'A'])).stdout;
      assert.match(value, /^(old|new-\w+-\d+)$/, `${call} ${when}`);
      if (traced.status === 0) break;
      ++ends[call];
    }
  }
  assert.deepEqual(calls.filter((call) => ends[call] === 0), [], 'each was made, and was the last one once');
  assert.deepEqual(fs.readdirSync(folder).filter((name) => name.endsWith('.new')), [], 'the next one cleans up');
});

test('a full disk leaves what was there', async (t) => {
  const { folder, file, vault } = await made(t, { names: { A: 'old' } });
  const before = fs.readFileSync(file);
  // A file system of its own, in a namespace of its own, too small for a second file.
  const script = `mount -t tmpfs -o size=16k none ${folder}/full && cd ${folder}/full && cp ../app.vault.age ../identity.txt . && ` +
    'head -c 4096 /dev/zero >rest; head -c 4096 /dev/zero >more 2>/dev/null; ' +
    `printf new | ${nodeward} vault set A -f app.vault.age -i identity.txt; echo $?; cmp app.vault.age ../app.vault.age && ls -A`;
  fs.mkdirSync(path.join(folder, 'full'));
  const ended = spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' });
  assert.match(ended.stderr, /cannot write: ENOSPC[^]*try: make room/);
  assert.match(ended.stdout, /^125\n/);
  assert.ok(!ended.stdout.includes('.new'), ended.stdout);
  assert.deepEqual(fs.readFileSync(file), before);
  assert.equal((await vault(['get', 'A'])).stdout, 'old');
});

test('its mode and owner stay, and a link stays a link', async (t) => {
  const { folder, file, identity } = await made(t);
  fs.chownSync(file, 61238, 61239);
  fs.chmodSync(file, 0o640);
  const link = path.join(folder, 'link.age');
  fs.symlinkSync('app.vault.age', link);
  const set = await run(['vault', 'set', 'A', '-f', link, '-i', identity], { input: 'x' });
  assert.equal(set.code, 0, set.stderr);
  assert.ok(fs.lstatSync(link).isSymbolicLink());
  const { mode, uid, gid } = fs.statSync(file);
  assert.deepEqual([mode & 0o777, uid, gid], [0o640, 61238, 61239]);
});
