// What README.md shows is run, and must come out as it is shown there: its consoles, its profile, its
// event, its tables, and the files of packaging/ that it points to. Times, numbers of processes,
// addresses and keys differ from run to run, and are not compared.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { CONTAINER_CAPABILITIES, nodeward, parseEvents, root } = require('./support.js');
const { keygen, seal } = require('./vaults.js');

const kAtMostMs = 30000;
const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');
const readme = read('README.md');

// Fenced blocks: {language, name, text}, from "```language name".
const blocks = [...readme.matchAll(/^```(\S+)(?: (\S+))?\n([\s\S]*?)^```$/gm)]
  .map(([, language, name, text]) => ({ language, name, text }));
const block = (language, name) => {
  const found = blocks.filter((one) => one.language === language && one.name === name);
  assert.equal(found.length, 1, `one block of ${language} ${name ?? ''}`);
  return found[0].text;
};

// The folder that the commands run in: nodeward in PATH, and the files that the README shows. Its profile
// lies in another one, which stands for /etc/nodeward.
let folder;
let settings;
let environment;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nodeward-readme-'));
  fs.chmodSync(folder, 0o755);
  fs.mkdirSync(path.join(folder, 'bin'), { mode: 0o755 });
  fs.symlinkSync(nodeward, path.join(folder, 'bin/nodeward'));
  settings = fs.mkdtempSync('/run/nodeward-readme-');
  fs.chmodSync(settings, 0o755);
  for (const { name, text } of blocks.filter((one) => /\.\w+$/.test(one.name ?? ''))) {
    const file = path.join(name.endsWith('.toml') ? settings : folder, name);
    fs.writeFileSync(file, text);
    fs.chmodSync(file, 0o644);
  }
  environment = { PATH: `${path.join(folder, 'bin')}:${process.env.PATH}`, HOME: folder };
});
after(() => [folder, settings].forEach((made) => fs.rmSync(made, { recursive: true, force: true })));

const run = (command, words, options = {}) => spawnSync(command, words, {
  cwd: folder, env: environment, encoding: 'utf8', timeout: kAtMostMs, killSignal: 'SIGKILL', ...options,
});

// --- consoles -----------------------------------------------------------------------------------

// "$ command" and what it prints; a line that is a signal's name stands for sending it.
function steps(text) {
  const found = [];
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('$ ')) found.push({ command: line.slice(2), parts: [[]] });
    else if (/^SIG[A-Z]+$/.test(line)) Object.assign(found.at(-1), { signal: line }).parts.push([]);
    else found.at(-1).parts.at(-1).push(line);
  }
  return found;
}

const comparable = (line) => line
  .replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, 'TIME')
  .replace(/\b(process|user) \d+/g, '$1 N')
  .replace(/\bnode \(\d+\)/, 'node (N)')
  .replace(/0x[0-9a-f]{5,}/g, 'ADDRESS')
  .replace(/built-in default:\d+:\d+/, 'built-in default:LINE')
  .replace(/age1[0-9a-z]{58}/, 'age1KEY');

// The application's lines and nodeward's come by two ways: their order is not compared.
const assertSame = (shown, printed) =>
  assert.deepEqual(shown.map(comparable).sort(), printed.map(comparable).sort());

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return String(port);
}

// Runs one step and compares its output, before the signal and after it.
async function play({ command, parts, signal }) {
  const port = await freePort();
  const words = command.replace(/PORT=\d+/, `PORT=${port}`).replaceAll('/etc/nodeward', settings);
  const child = spawn('bash', ['-c', `exec 2>&1\n${signal ? words.replace(/\bnodeward\b/, 'exec $&') : words}`],
    { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), kAtMostMs);
  const lines = [];
  let rest = '';
  let signalled = signal === undefined;
  child.stdout.on('data', async (data) => {
    const whole = (rest + data).split('\n');
    rest = whole.pop();
    lines.push(...whole);
    if (signalled || lines.length < parts[0].length) return;
    signalled = true;
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
    lines.push(`answered ${await answer.text()}`);
    child.kill(signal);
  });
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  if (signal !== undefined) assert.ok(lines.includes('answered hello\n'), lines.join('\n'));
  const printed = lines.filter((line) => !line.startsWith('answered '));
  assertSame(parts.flat(), printed.map((line) => line.replaceAll(settings, '/etc/nodeward')));
  assert.equal(code, command.startsWith('nodeward why ') ? 1 : 0, command);  // the shown ones refuse
}

describe('consoles', () => {
  const consoles = blocks.filter((one) => one.language === 'console');
  it('are there', () => assert.ok(consoles.length >= 3));
  for (const { text } of consoles) {
    for (const step of steps(text)) it(`$ ${step.command}`, () => play(step));
  }
});

// --- profile, event, attempts -------------------------------------------------------------------

describe('shown files', () => {
  it('every block is of a kind that is tested here', () => {
    const kinds = ['js server.js', 'console', 'text hostile-dependency', 'text', 'toml app.toml', 'toml rules.toml', 'toml supervise.toml',
      'json violation', 'dockerfile', 'ini', 'sh npm', 'sh debian', 'sh systemd', 'sh kubernetes'];
    const unknown = blocks.map((one) => [one.language, one.name].filter(Boolean).join(' '))
      .filter((kind) => !kinds.includes(kind));
    assert.deepEqual(unknown, []);
  });

  it('the profiles are valid', () => {
    for (const name of ['app.toml', 'rules.toml', 'supervise.toml']) {
      const { status, stdout, stderr } = run('nodeward', ['check', `${settings}/${name}`]);
      assert.deepEqual([status, stdout, stderr], [0, `${settings}/${name}: valid\n`, '']);
    }
  });

  it('the event has the fields, in their order, and the words of a real one', () => {
    const shown = JSON.parse(block('json', 'violation').replaceAll('\n', ''));
    const [, { command }] = steps(blocks.filter((one) => one.language === 'console').slice(0, 2)
      .map((one) => one.text).join(''));
    const { stderr } = run('bash', ['-c', command.replace('--set events.format=text ', '')]);
    const real = parseEvents(stderr).find((event) => event.event === shown.event);
    assert.deepEqual(Object.keys(shown), Object.keys(real));
    const varying = ['time', 'seq', 'start_id', 'process.pid', 'process.tid'];
    for (const [key, value] of Object.entries(real)) {
      assert.equal(typeof shown[key], typeof value, key);
      if (varying.includes(key)) continue;
      assert.equal(comparable(JSON.stringify(shown[key])), comparable(JSON.stringify(value)), key);
    }
  });

  it('the attempts of the malicious package end as they stand there', () => {
    const { status, stdout, stderr } = run('node', ['run.js'], {
      cwd: path.join(root, 'examples/hostile-dependency'),
      env: { ...environment, NODEWARD: nodeward }, timeout: 60000,
    });
    assert.equal(status, 0, stderr);
    const squeeze = (text) => text.trim().split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
    const measured = squeeze(stdout);
    const shown = squeeze(block('text', 'hostile-dependency'));
    assert.deepEqual(shown.filter((line) => !measured.includes(line)), [], stdout);
  });
});

// --- what holds where ---------------------------------------------------------------------------

const kNobody = 65534;

// A container's read-only control groups, in a mount namespace of the test's own.
const kReadOnly = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c',
  `findmnt -rn -o TARGET -t cgroup,cgroup2 | while read -r at; do
     mount -o remount,bind,ro "$at" || exit
   done && exec "$@"`, 'sh'];
const bounded = (kept) =>
  ['setpriv', '--inh-caps=-all', `--bounding-set=-all${kept.map((name) => `,+${name}`).join('')}`];

// The words before nodeward for each column of the table, and who starts it there.
const situations = [
  { words: [], uid: 0 },
  { words: [...kReadOnly, ...bounded(CONTAINER_CAPABILITIES)], uid: 0 },
  { words: [...kReadOnly, ...bounded([])], uid: 0 },
  { words: ['setpriv', `--reuid=${kNobody}`, `--regid=${kNobody}`, '--clear-groups'], uid: kNobody },
];

// The rows of the first table below the heading: [[measures], [cells]].
function tableOf(heading) {
  const [table] = readme.split(`## ${heading}\n`)[1].match(/^\|.*\n(\|.*\n)+/m);
  const rows = table.split('\n').filter((line) => line.startsWith('| '))
    .map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()));
  return rows.slice(1);
}

const under = ({ words }, command) => run([...words, nodeward, ...command][0],
  [...words, nodeward, ...command].slice(1));

// {measure: "holds" | "refuses"} by `nodeward explain`, and by a launch where a vault is concerned.
function measured(situation, at) {
  const vault = path.join(settings, `vault-${at}`);
  fs.mkdirSync(vault, { mode: 0o755 });
  const { file, recipient } = keygen(vault);
  seal(path.join(vault, 'v.age'), recipient, 'A = "b"\n');
  fs.chownSync(file, situation.uid, situation.uid);
  const profile = path.join(vault, 'app.toml');
  fs.writeFileSync(profile, '[secrets]\nvault = "v.age"\nidentity = "identity.txt"\n', { mode: 0o644 });
  const launch = under(situation, ['run', '-p', profile, '--', 'node', '-e', '0']);
  assert.ok([0, 125].includes(launch.status), launch.stderr);
  const explained = under(situation, ['explain', '--json', '-p', profile, '--', 'node', '-e', '0']);
  assert.equal(JSON.parse(explained.stdout).starts, launch.status === 0, 'explain says what run does');
  const { stdout, stderr } = under(situation,
    ['explain', '--json', '--set', 'limits.memory=512M', '--set', 'namespaces.user=true',
      '--set', 'namespaces.pid=true', '--', 'node', 'server.js']);
  assert.equal(stderr, '');
  const rows = JSON.parse(stdout).measures.filter((row) => row.state !== 'off' && !['secrets', 'supervise', 'supervisor'].includes(row.measure));
  rows.push(JSON.parse(explained.stdout).measures.find((row) => row.measure === 'supervisor'));
  const found = rows.map((row) => [row.measure,
    row.refuses ? 'refuses' : row.state === 'full' ? 'holds' : row.state]);
  return { ...Object.fromEntries(found), secrets: launch.status === 0 ? 'holds' : 'refuses' };
}

it('what holds where', () => {
  const shown = situations.map(() => ({}));
  for (const [names, ...cells] of tableOf('What holds where')) {
    assert.equal(cells.length, situations.length);
    for (const [, name] of names.split(':')[0].matchAll(/`(\w+)`/g)) {
      cells.forEach((cell, at) => { shown[at][name] = cell.replace(/ \(\d\)$/, ''); });
    }
  }
  assert.deepEqual(shown, situations.map(measured));
});

it('the refusal of limits prints the flags of note 2', () => {
  const { status, stderr } = under(situations[1], ['run', '--set', 'limits.memory=512M',
    '--set', 'limits.cpu=1.5', '--set', 'limits.pids=64', '--', 'node', '-e', '0']);
  assert.equal(status, 125);
  const [, flags] = readme.match(/`(docker run -m [^`]*)`\./);
  assert.ok(stderr.includes(flags), stderr);
});

it('exit codes', () => {
  const node = (script) => ['run', '--set', 'supervise.restart=never', '--', 'node', '-e', script];
  const real = {
    "the application's": [node('process.exit(7)'), 7],
    '128 + N': [node('process.kill(process.pid, 9)'), 128 + 9],
    125: [['run', '-p', 'nowhere.toml', '--', 'node'], 125],
    126: [['run', '--', folder], 126],
    127: [['run', '--', 'no-such-command'], 127],
  };
  assert.deepEqual(tableOf('Exit codes').map(([code]) => code).sort(), Object.keys(real).sort());
  for (const [words, code] of Object.values(real)) {
    assert.equal(run('nodeward', words).status, code, words.join(' '));
  }
});

// --- Docker, systemd, and the rest --------------------------------------------------------------

describe('packaging', () => {
  it('the three lines are those of the whole Dockerfile, and start something', () => {
    const whole = read('packaging/docker/Dockerfile.example');
    assert.ok(whole.includes(`\n${block('dockerfile')}`));
    const list = (key) => JSON.parse(whole.match(new RegExp(`^${key} (\\[.*\\])$`, 'm'))[1]);
    const [command, ...words] = [...list('ENTRYPOINT'), ...list('CMD')];
    assert.deepEqual([command, words[0]], ['nodeward', 'run']);
    const here = words.map((word) => word.replace('/etc/nodeward/', `${settings}/`));
    const { status, stderr, stdout } = run(command, ['explain', '--json', ...here.slice(1)]);
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal(JSON.parse(stdout).starts, true);
  });

  it('systemd takes the unit, without a warning', () => {
    const unit = read('packaging/systemd/nodeward-example.service');
    const lines = unit.split('\n');
    const missing = block('ini').trim().split('\n').filter((line) => !lines.includes(line));
    assert.deepEqual(missing, []);
    const file = path.join(folder, 'nodeward-example.service');
    fs.writeFileSync(file, unit.replace('=/usr/local/bin/nodeward ', `=${nodeward} `));
    const { status, stdout, stderr } = run('systemd-analyze', ['--man=no', 'verify', file]);
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
  });
});

it('every ./dev command and every link leads somewhere', () => {
  const help = execFileSync(path.join(root, 'dev'), ['help'], { encoding: 'utf8' });
  const commands = [...readme.matchAll(/\.\/dev (\w+)/g)].map(([, name]) => name);
  assert.deepEqual(commands.filter((name) => !new RegExp(`^  ${name}\\b`, 'm').test(help)), []);
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, link]) => link);
  assert.ok(links.length > 3);
  assert.deepEqual(links.filter((link) => !fs.existsSync(path.join(root, link))), []);
});

it('the install command installs', () => {
  const [, tree] = readme.match(/^ {4}cmake --install (\S+)$/m);
  assert.equal(tree, 'build/release');
  const prefix = path.join(folder, 'prefix');
  const { status, stderr } = run('cmake', ['--install', path.dirname(nodeward), '--prefix', prefix]);
  assert.deepEqual([status, stderr], [0, '']);
  const version = run(path.join(prefix, 'bin/nodeward'), ['--version']);
  assert.match(version.stdout, /^nodeward \d/);
  assert.ok(fs.existsSync(path.join(prefix, 'share/man/man1/nodeward.1')));
});

it('what is not in this version is refused by name', () => {
  const refused = { 'node.eval': 'node.eval=false',
    'supervise.health.command': 'supervise.health.command=[]' };
  for (const [name, setting] of Object.entries(refused)) {
    assert.ok(readme.includes(`\`${name}\``), name);
    const { status, stderr } = run('nodeward', ['explain', '--set', setting, '--', 'node', 'server.js']);
    assert.equal(status, 125, name);
    assert.match(stderr, /is not available in this version/, name);
  }
});
