'use strict';

// Attempts at what only root, or the kernel's rarely used doors, can give.

const fs = require('node:fs');
const { call, cloneAndExit, refused, succeeded } = require('../system');

const UNCHANGED = 0xffffffff;
const NOBODY = 65534;
const CLONE_NEWUSER = 0x10000000;
const AF_INET = 2;
const SOCK_RAW = 3;
const IPPROTO_ICMP = 1;
const BPF_MAP_CREATE = 0;

function shadow() {
  try {
    const accounts = fs.readFileSync('/etc/shadow', 'utf8').trim().split('\n').length;
    return succeeded(`${accounts} accounts`);
  } catch (error) {
    return refused(process.geteuid() === 0 ? error.code : 'not root');
  }
}

// As root it first becomes somebody else, so that coming back is what is measured.
function setuid() {
  if (call('geteuid').ret === 0) call('setresuid', UNCHANGED, NOBODY, UNCHANGED);
  const { error } = call('setresuid', 0, 0, 0);
  const uid = call('geteuid').ret;
  return uid === 0 ? succeeded('uid 0') : refused(error ?? `uid ${uid}`);
}

function mount({ mountPoint }) {
  const { error } = call('mount', 'none', mountPoint, 'tmpfs', 0, 'size=64k');
  if (error !== null) return refused(error);
  const mounted = fs.readFileSync('/proc/self/mounts', 'utf8').includes(` ${mountPoint} tmpfs `);
  return mounted ? succeeded('tmpfs') : refused('nothing is mounted');
}

// The image is 64 zero bytes: ENOEXEC means that the kernel asked for no more privilege, and would
// have taken a real module.
function loadModule() {
  const image = Buffer.alloc(64);
  const { error } = call('init_module', image, image.length, '');
  if (error === 'ENOEXEC') return succeeded('privilege check passed');
  return refused(error === 'ENOSYS' ? 'kernel without modules' : error);
}

function rawSocket() {
  const { ret, error } = call('socket', AF_INET, SOCK_RAW, IPPROTO_ICMP);
  if (error !== null) return refused(error);
  fs.closeSync(ret);
  return succeeded('ICMP');
}

// clone, since unshare(CLONE_NEWUSER) fails in every process with threads.
function userNamespace() {
  const { error } = cloneAndExit(CLONE_NEWUSER);
  return error === null ? succeeded('full capabilities in it') : refused(error);
}

function ioUring() {
  const { ret, error } = call('io_uring_setup', 1, Buffer.alloc(120));
  if (error !== null) return refused(error);
  fs.closeSync(ret);
  return succeeded('a ring');
}

function bpf() {
  const attributes = Buffer.alloc(128);
  // map_type BPF_MAP_TYPE_ARRAY, key_size, value_size, max_entries: bpf(2)
  [2, 4, 4, 1].forEach((value, i) => attributes.writeUInt32LE(value, 4 * i));
  const { ret, error } = call('bpf', BPF_MAP_CREATE, attributes, attributes.length);
  if (error !== null) return refused(error);
  fs.closeSync(ret);
  return succeeded('a map');
}

module.exports = { shadow, setuid, mount, loadModule, rawSocket, userNamespace, ioUring, bpf };
