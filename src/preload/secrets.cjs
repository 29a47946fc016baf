// nodeward's own module, loaded by node before the application (--require), in its workers, and in those child processes that
// are the application itself. Puts the vault's secrets into process.env, and keeps them out of every other child.
//
// The main process finds them in a sealed file in memory (NODEWARD_SECRETS_FD), a child in the first frame on the pipe from its
// parent (NODEWARD_UPDATES_FD), a worker in its environment data; new ones come on such a pipe, and to workers over a channel. Records are "NAME=value", each with a NUL behind it; a frame
// is its length (4 bytes, big-endian) and records. The application could do all of this itself: it holds the values. What this
// keeps is that nobody gets them unasked.
'use strict';

const fs = require('fs');
const { BroadcastChannel, isMainThread, getEnvironmentData, setEnvironmentData } = require('worker_threads');

const kSecretsFd = 'NODEWARD_SECRETS_FD';
const kUpdatesFd = 'NODEWARD_UPDATES_FD';
const kInherit = 'NODEWARD_SECRETS_INHERIT';
const kLength = 4;
const kAsk = 'ask';

function take(name) {
  const value = process.env[name];
  delete process.env[name];
  return value;
}

function parse(bytes) {
  const secrets = new Map();
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    const equals = bytes.indexOf('=', at);
    secrets.set(bytes.toString('utf8', at, equals), bytes.toString('utf8', equals + 1, end));
    at = end + 1;
  }
  bytes.fill(0);
  return secrets;
}

function frame(secrets) {
  const bytes = Buffer.from([...secrets].map(([name, value]) => `${name}=${value}\0`).join(''));
  const length = Buffer.alloc(kLength);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

// `size` bytes of the pipe, whose other end writes them at once.
function readExactly(fd, size) {
  const bytes = Buffer.alloc(size);
  for (let done = 0; done < size;) {
    const count = fs.readSync(fd, bytes, done, size - done, null);
    if (count === 0) throw new Error('nodeward: the secrets from the parent process ended early');
    done += count;
  }
  return bytes;
}

function readFile(fd) {
  const bytes = fs.readFileSync(fd);
  fs.closeSync(fd);
  return bytes;
}

// {secrets, inherit: scripts that get them as child processes, pipe: where new ones come, if they do}, or nothing where this
// process is to have none.
function receive() {
  if (!isMainThread) return getEnvironmentData(kSecretsFd);
  const file = take(kSecretsFd);
  const pipe = take(kUpdatesFd);
  const inherit = (take(kInherit) ?? '').split(':').filter((script) => script !== '').map((script) => absolute(script, process.cwd()));
  if (file === undefined && pipe === undefined) return undefined;
  const secrets = file === undefined ? readFrame(Number(pipe)) : parse(readFile(Number(file)));
  return { secrets, inherit, pipe };
}

function readFrame(fd) {
  return parse(readExactly(fd, readExactly(fd, kLength).readUInt32BE()));
}

function absolute(script, folder) {
  return require('path').resolve(folder, script);
}

// ---- child processes

// The pipes of child processes that have the secrets, too.
const heirs = new Set();

// Every value that each name has had: an environment that was saved before an update holds the old ones.
const known = new Map();

function note(secrets) {
  for (const [name, value] of secrets) {
    if (!known.has(name)) known.set(name, new Set());
    known.get(name).add(value);
  }
}

function keepFromChildren({ secrets, inherit, pipe: updated }) {
  const children = require('child_process');
  const { ChildProcess } = children;
  note(secrets);
  const isSecret = (name, value) => known.get(name)?.has(value) === true;

  // An environment without the secrets; what the application put under another name is its own matter.
  const without = (env) => {
    const rest = {};
    for (const name in env) if (!isSecret(name, env[name])) rest[name] = env[name];
    return rest;
  };
  const withoutPairs = (pairs) => pairs.filter((pair) => {
    const equals = pair.indexOf('=');
    return !isSecret(pair.slice(0, equals), pair.slice(equals + 1));
  });

  // A worker of the application's cluster is the application; other scripts are named in the profile. Another program that has
  // such a name among its words is none.
  const isNamed = ({ file, args, cwd, envPairs }) => file === process.execPath && (envPairs.some((pair) => pair.startsWith('NODE_UNIQUE_ID=')) ||
    (inherit.length > 0 && args.slice(1).some((word) => {
      const script = absolute(word, typeof cwd === 'string' ? cwd : process.cwd());
      return inherit.some((named) => named === script || named === `${script}.js`);
    })));

  const { spawn } = ChildProcess.prototype;
  ChildProcess.prototype.spawn = function spawnWithoutSecrets(options) {
    if (!Array.isArray(options?.envPairs)) return spawn.call(this, options);
    options.envPairs = withoutPairs(options.envPairs);
    if (!isNamed(options)) return spawn.call(this, options);
    const stdio = Array.isArray(options.stdio) ? [...options.stdio] : Array(3).fill(options.stdio);
    while (stdio.length < 3) stdio.push(undefined);
    const fd = stdio.push('pipe') - 1;
    options.stdio = stdio;
    options.envPairs.push(`${kUpdatesFd}=${fd}`);
    if (inherit.length > 0) options.envPairs.push(`${kInherit}=${inherit.join(':')}`);
    if (!options.args.includes(__filename)) options.args = [options.args[0], '--require', __filename, ...options.args.slice(1)];
    const error = spawn.call(this, options);
    if (error !== 0) return error;
    const pipe = this.stdio[fd];
    pipe.on('error', () => {});  // a child that ended before it read is told by its exit
    pipe.resume();
    if (updated === undefined) {
      pipe.end(frame(secrets));
      return error;
    }
    pipe.write(frame(secrets));
    pipe.unref();
    heirs.add(pipe);
    pipe.on('close', () => heirs.delete(pipe));
    return error;
  };

  const withEnv = (options) => ({ ...options, env: without(options?.env ?? process.env) });
  const { execSync } = children;
  children.execSync = (command, options) => execSync(command, withEnv(options));
  for (const name of ['spawnSync', 'execFileSync']) {
    const original = children[name];
    children[name] = (file, args, options) => {
      if (args === undefined || args === null || Array.isArray(args)) return original(file, args ?? [], withEnv(options));
      return typeof args === 'object' ? original(file, withEnv(args)) : original(file, args, options);
    };
  }
  require('module').syncBuiltinESMExports();
}

// ---- new secrets, while the application runs

// Puts `fresh` in the place of what there was; what the application has changed itself stays.
function update(secrets, fresh) {
  const changed = [];
  note(fresh);
  for (const [name, value] of secrets) {
    if (fresh.get(name) === value) continue;
    changed.push(name);
    if (process.env[name] !== value) continue;
    delete process.env[name];
    if (fresh.has(name)) process.env[name] = fresh.get(name);
  }
  for (const [name, value] of fresh) {
    if (secrets.has(name)) continue;
    changed.push(name);
    if (process.env[name] === undefined) process.env[name] = value;
  }
  secrets.clear();
  for (const [name, value] of fresh) secrets.set(name, value);
  return changed;
}

// Reads frames as they come. Neither this nor a channel keeps the application running.
function takeUpdates({ secrets, pipe }) {
  const channel = new BroadcastChannel(kUpdatesFd);
  // A worker that starts while they change asks for what it may have missed.
  channel.onmessage = ({ data }) => {
    if (data === kAsk) channel.postMessage(secrets);
  };
  channel.unref();
  let held = Buffer.alloc(0);
  const socket = new (require('net').Socket)({ fd: Number(pipe), readable: true, writable: false });
  socket.unref();
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    held = Buffer.concat([held, bytes]);
    bytes.fill(0);
    while (held.length >= kLength && held.length >= kLength + held.readUInt32BE()) {
      const end = kLength + held.readUInt32BE();
      const fresh = parse(held.subarray(kLength, end));
      held = Buffer.from(held.subarray(end));
      const changed = update(secrets, fresh);
      for (const heir of heirs) heir.write(frame(secrets));
      channel.postMessage(fresh);
      process.emit('nodeward:secrets', { changed });
    }
  });
}

// A worker's process.env is a copy of its own.
function takeUpdatesInWorker({ secrets }) {
  const channel = new BroadcastChannel(kUpdatesFd);
  channel.onmessage = ({ data }) => {
    if (data === kAsk) return;  // another worker's
    const changed = update(secrets, data);
    if (changed.length > 0) process.emit('nodeward:secrets', { changed });
  };
  channel.postMessage(kAsk);
  channel.unref();
}

const received = receive();
if (received !== undefined) {
  keepFromChildren(received);
  if (isMainThread) {
    for (const [name, value] of received.secrets) process.env[name] = value;
    setEnvironmentData(kSecretsFd, received);  // copied into each worker as it is then
    if (process.report && 'excludeEnv' in process.report) process.report.excludeEnv = true;
  }
  if (received.pipe !== undefined) (isMainThread ? takeUpdates : takeUpdatesInWorker)(received);
}
