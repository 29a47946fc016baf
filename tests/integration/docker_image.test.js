// The image without a shell (packaging/docker/Dockerfile) in a real engine: what is in it, the duties of a first process,
// secrets, compose; and images and mounts that are not as they should be. Of the docker lane; may take 600 seconds.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { startEngineWithBase } = require('./docker.js');
const { LIMITS, startApplication, stolen } = require('./docker_app.js');
const { parseEvents, run, temporary } = require('./support.js');
const { keygen, seal } = require('./vaults.js');

const kBig = { maxBuffer: 1 << 30 };

// Leaves a grandchild without parent, which ends; then says which processes have ended and are still there.
const ORPHAN = `
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const child = spawn(process.execPath, ['-e', \`
  const orphan = require('node:child_process').spawn(process.execPath, ['-e', '0'], { stdio: 'ignore', detached: true });
  console.log(orphan.pid);
  process.exit();
\`], { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.once('data', (text) => {
  const orphan = '/proc/' + Number(text);
  const look = setInterval(() => {
    if (fs.existsSync(orphan)) return;
    clearInterval(look);
    console.log('reaped');
  }, 10);
});
`;
const CHILDREN = ['filesystem.exec=["@node", "@node-child"]', 'syscalls.allow=["@default", "@process"]'].flatMap((line) => ['--set', line]);
// Answers the first request well, and no other.
const SICKENS = `
let asked = 0;
require('node:http').createServer((request, response) => {
  response.statusCode = asked++ === 0 ? 200 : 503;
  response.end();
}).listen(3000, '127.0.0.1');
`;
const GLUTTON = 'const held = []; for (;;) held.push(Buffer.alloc(1 << 20, 1));';

test('an image without a shell', async (t) => {
  const engine = await startEngineWithBase(t);
  const { folder, loot, up, stop } = await startApplication(t, engine, 'Dockerfile');
  const nodeward = (flags, words, options) =>
    engine.docker(['run', '--rm', ...flags, '--entrypoint', 'nodeward', 'app', ...words], { timeout: 30000, ...options });
  const once = (flags, ...words) => nodeward(flags, ['run', '--set', 'supervise.restart=never', ...words]);

  await engine.succeed(['create', '--name', 'still', 'app']);
  await engine.succeed(['export', '-o', `${folder}/image.tar`, 'still'], { timeout: 60000 });

  await t.test('holds two programs, what they load, and the application', () => {
    const listed = execFileSync('tar', ['-tvf', `${folder}/image.tar`], { encoding: 'utf8', ...kBig }).trim().split('\n')
      .map((line) => line.split(/\s+/)).filter(([mode, , size]) => /^-..x/.test(mode) && size !== '0').map((words) => words[5]);
    const programs = listed.filter((name) => !/^(lib|lib64|usr\/lib)\//.test(name) && !name.startsWith('app/'));
    assert.deepEqual(programs.map((name) => path.basename(name)).sort(), ['node', 'nodeward']);
    assert.equal(listed.some((name) => /(^|\/)(sh|bash|dash|busybox|npm)$/.test(name)), false);
  });

  await t.test('serves under a read-only root, refuses, and stops', async () => {
    const app = await up('app', ...LIMITS, '--read-only', '--tmpfs', '/tmp');
    const { npmrc, ...others } = stolen(app.seen.lines.join('\n'));
    assert.deepEqual(others, { shell: 'EACCES', post: 'EACCES' });
    assert.equal(npmrc, 'ENOENT', 'there is no home');
    assert.equal(loot(), 0);
    const { code, exit } = await stop('app', app);
    assert.deepEqual([code, exit['process.exit.code']], [0, 0]);
  });

  await t.test('exit codes are those of the application, and the four of nodeward', async () => {
    const codes = async (...words) => (await once([], ...words)).code;
    assert.equal(await codes('--', 'node', '-e', 'process.exit(7)'), 7);
    assert.equal(await codes('--', 'node', '-e', 'process.kill(process.pid, "SIGABRT")'), 134);
    assert.equal(await codes('-p', '/nowhere.toml', '--', 'node'), 125);
    assert.equal(await codes('--', '/app/package.json'), 126);
    assert.equal(await codes('--', 'no-such-command'), 127);
  });

  await t.test("the container's memory limit is told as what it is", async () => {
    const ran = await engine.docker(['run', '--name', 'glutton', '-m', '128m', '--memory-swap', '128m', '--entrypoint', 'nodeward', 'app',
      'run', '--set', 'supervise.restart=never', '--', 'node', '-e', GLUTTON], { timeout: 60000 });
    assert.equal(ran.code, 137);
    assert.equal((await engine.succeed(['inspect', '-f', '{{.State.OOMKilled}}', 'glutton'])).trim(), 'true');
    const limit = ran.events.find((event) => event.event === 'limit');
    assert.match(limit.message, /^the memory limit \(inherited: 128M\) was reached: \d+ killed$/);
    assert.match(limit.hint, /docker run -m/);
    assert.match(ran.events.find((event) => event.event === 'exit').reason, /OOM kill/);
  });

  await t.test("Docker's health check is answered; and who is unhealthy ends, so that Docker restarts it", async () => {
    const app = await up('asked', ...LIMITS, '--read-only', '--tmpfs', '/tmp', '--health-interval', '500ms');
    const health = () => engine.succeed(['inspect', '-f', '{{.State.Health.Status}}', 'asked']);
    while ((await health()).trim() === 'starting') ;  // each look takes a while
    assert.equal((await health()).trim(), 'healthy');
    await stop('asked', app);
    const checked = ['--set', 'supervise.health.http=http://127.0.0.1:3000/', '--set', 'supervise.health.interval=100ms', '--set', 'network.listen=[3000]'];
    const { code, events, stderr } = await once([], ...checked, '--', 'node', '-e', SICKENS);
    assert.equal(code, 1, stderr);
    assert.ok(events.some((event) => event.event === 'ready'));
    assert.match(events.filter((event) => event.event === 'health').at(-1).message, /503/);
  });

  await t.test('as the first process it reaps what has no parent', async () => {
    const { code, stdout, stderr } = await once([], ...CHILDREN, '--', 'node', '-e', ORPHAN);
    assert.deepEqual([code, stdout], [0, 'reaped\n'], stderr);
  });

  // --- secrets

  const { file: key, recipient } = keygen(folder);
  seal(path.join(folder, 'app.age'), recipient, 'TOKEN = "precious"\n');
  const vault = ['-v', `${folder}/app.age:/etc/nodeward/app.age:ro`];
  const withVault = ['--set', 'secrets.vault=/etc/nodeward/app.age', '--set', 'secrets.require=["TOKEN"]', '--', 'node', '-p'];

  await t.test('a vault opens by /run/secrets, and its key stays out of reach', async () => {
    const script = `process.env.TOKEN + (() => {
      try { return require("fs").readFileSync("/run/secrets/nodeward-identity", "utf8"); } catch (error) { return " " + error.code; }
    })()`;
    const { code, stdout, stderr } = await once([...vault, '-v', `${key}:/run/secrets/nodeward-identity:ro`], ...withVault, script);
    assert.deepEqual([code, stdout], [0, '[masked:TOKEN] EACCES\n'], stderr);
    assert.equal((await engine.succeed(['inspect', 'app'])).includes('precious'), false);
  });

  const refused = async (flags, words, ...patterns) => {
    const { code, stdout, stderr } = await once(flags, ...words);
    assert.deepEqual([code, stdout, parseEvents(stderr)], [125, '', []], stderr);
    for (const pattern of patterns) assert.match(stderr, pattern);
  };

  await t.test('a key that is not there, cannot be read, or is a folder', async () => {
    await refused(vault, [...withVault, '1'], /identity/, /\/run\/secrets\/nodeward-identity/);
    await refused([...vault, '--user', '1000', '-v', `${key}:/run/secrets/nodeward-identity:ro`], [...withVault, '1'],
      /nodeward-identity: .*(permission denied|cannot be read)/i);
    // Docker makes a folder where the named file does not exist.
    const nothing = path.join(temporary(t), 'identity.txt');
    await refused([...vault, '-v', `${nothing}:/run/secrets/nodeward-identity:ro`], [...withVault, '1'],
      /nodeward-identity: .*(folder|directory)/i);
  });

  await t.test('docker compose: the file that is shown, the secret among it', async () => {
    const profile = fs.readFileSync(path.join(folder, 'app.toml'), 'utf8');
    fs.writeFileSync(path.join(folder, 'app.toml'), `${profile}\n[secrets]\nvault = "app.age"\nrequire = ["TOKEN"]\n`);
    fs.writeFileSync(path.join(folder, 'Dockerfile.vault'), 'FROM app\nCOPY app.toml app.age /etc/nodeward/\n');
    await engine.build('app', 'Dockerfile.vault', folder, ['Dockerfile.vault', 'app.toml', 'app.age']);
    // But for the published port: the engine has no bridge.
    const shown = fs.readFileSync(path.join(folder, 'compose.yaml'), 'utf8');
    const file = shown.replace(/    ports:\n.*\n/, '    network_mode: none\n');
    assert.notEqual(file, shown);
    fs.writeFileSync(path.join(folder, 'compose.yaml'), file);
    const compose = (...words) => run(words, { command: 'docker-compose', cwd: folder, timeout: 60000,
      env: { ...process.env, DOCKER_HOST: engine.host, COMPOSE_PROJECT_NAME: 'shown' } });
    const started = await compose('-f', 'compose.yaml', 'up', '-d');
    assert.equal(started.code, 0, started.stderr);
    const id = (await engine.succeed(['ps', '-q', '--filter', 'name=shown'])).trim();
    const logs = engine.start(['logs', '-f', id]);
    await logs.line((line) => line === 'listening', 30000);
    const ended = await compose('-f', 'compose.yaml', 'stop');
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal((await engine.succeed(['inspect', '-f', '{{.State.ExitCode}}', id])).trim(), '0');
    await logs.ended;
  });

  // --- images that are not as they should be

  // The image with some of its files left out, and perhaps the files of a folder put in.
  const files = temporary(t);
  execFileSync('tar', ['-xf', `${folder}/image.tar`, '-C', files]);
  async function without(name, out, more = []) {
    const input = execFileSync('tar', ['-cf', '-', '-C', files, ...out.map((file) => `--exclude=./${file}`), '.', ...more], kBig);
    await engine.succeed(['import', '-', name], { input, timeout: 60000 });
    return (...words) => engine.docker(['run', '--rm', '-w', '/app', '-e', 'PATH=/usr/local/bin', name, 'nodeward', 'run', ...words], { timeout: 30000 });
  }
  const interpreter = execFileSync('tar', ['-tf', `${folder}/image.tar`], { encoding: 'utf8', ...kBig })
    .split('\n').find((name) => /^usr\/(local\/)?bin\/node$/.test(name) && !name.endsWith('/'));

  await t.test('without /etc/passwd and without /tmp', async () => {
    const bare = await without('bare', ['etc/passwd', 'etc/group', 'tmp']);
    const kept = ['--set', 'filesystem.write=[]'];
    const ran = await bare(...kept, '--', 'node', '-p', 'process.getuid()');
    assert.deepEqual([ran.code, ran.stdout], [0, '65532\n'], ran.stderr);
    const named = await bare(...kept, '--set', 'process.user=node', '--', 'node', '-p', '1');
    assert.equal(named.code, 125);
    assert.match(named.stderr, /there is no user "node" in \/etc\/passwd\n {2}try: .*65532/);
    const whole = await bare('--', 'node', '-p', '1');
    assert.equal(whole.code, 125);
    assert.match(whole.stderr, /\[filesystem\] "\/tmp": there is no such file or folder\n {2}try: /);
  });

  await t.test('with an interpreter for another processor, or another libc', async () => {
    const program = fs.readFileSync('/bin/true');
    program.writeUInt16LE(183, 18);  // e_machine: EM_AARCH64
    const foreign = temporary(t);
    fs.mkdirSync(path.join(foreign, path.dirname(interpreter)), { recursive: true });
    fs.writeFileSync(path.join(foreign, interpreter), program, { mode: 0o755 });
    const inside = await without('foreign', [interpreter], ['-C', foreign, interpreter]);
    const other = await inside('--', `/${interpreter}`, '-p', '1');
    assert.equal(other.code, 126);
    assert.match(other.stderr, /it is a program for another processor: 64-bit ARM\n {2}try: /);
    const musl = await without('musl', ['lib64/ld-linux-x86-64.so.2']);
    const loader = await musl('--', `/${interpreter}`, '-p', '1');
    assert.equal(loader.code, 126);
    assert.match(loader.stderr, /its loader \/lib64\/ld-linux-x86-64\.so\.2 is not there\n {2}try: /);
  });
});
