// The features, and what each needs in its profile beyond the default: the tests run them by this table,
// and the README shows it. In a value, {postgres} and the like stand for the folder of that server's
// socket, and {port} for the port in the name of PostgreSQL's.
//
//   name      the row in the README
//   feature   features/NAME.js; absent: the name
//   servers   what has to run meanwhile: "postgres", "mariadb", "redis", "certificates"
//   given     (servers) => the feature's argument
//   profile   {key: value}: what its profile has instead of the default's
//   refused   system calls that it tries and does without; absent: none
//   from      the least major version of Node.js that has it, or that a release admits
'use strict';

// Where Debian's packages put the sockets: what {NAME} is in the README.
const folders = { postgres: '/run/postgresql', port: '5432', mariadb: '/run/mysqld', redis: '/run/redis' };

const processes = { 'filesystem.exec': ['@node', '@node-child'], 'syscalls.allow': ['@default', '@process'] };
const certificates = { servers: ['certificates'], given: ({ certificates: folder }) => ({ certificates: folder }) };

const web = ['express', 'koa', 'fastify', 'undici', 'fetch', 'ws',
  { name: 'nodemailer', ...certificates }, { name: 'http2', ...certificates }, { name: 'tls', ...certificates },
  'agentless'];

const network = ['lookup', 'resolve', 'dgram', 'happy-eyeballs',
  {
    name: 'net-local',
    profile: {
      'network.listen': ['1024-65535', 'unix:/tmp/*'],
      'network.connect': ['@loopback', '@private', 'unix:/tmp/*'],
    },
  }];

const databases = [
  { name: 'pg over TCP', feature: 'pg', servers: ['postgres'], given: ({ postgres }) => ({ postgres: postgres.tcp }) },
  {
    name: 'pg over its UNIX socket', feature: 'pg', servers: ['postgres'],
    given: ({ postgres }) => ({ postgres: postgres.socket }),
    profile: { 'network.connect': ['unix:{postgres}/.s.PGSQL.{port}'] },
  },
  { name: 'mysql2 over TCP', feature: 'mysql2', servers: ['mariadb'], given: ({ mariadb }) => ({ mariadb: mariadb.tcp }) },
  {
    name: 'mysql2 over its UNIX socket', feature: 'mysql2', servers: ['mariadb'],
    given: ({ mariadb }) => ({ mariadb: mariadb.socket }),
    profile: { 'network.connect': ['unix:{mariadb}/mysqld.sock'] },
  },
  { name: 'ioredis over TCP', feature: 'ioredis', servers: ['redis'], given: ({ redis }) => ({ redis: redis.tcp }) },
  {
    name: 'ioredis over its UNIX socket', feature: 'ioredis', servers: ['redis'],
    given: ({ redis }) => ({ redis: redis.socket }),
    profile: { 'network.connect': ['unix:{redis}/redis.sock'] },
  },
  { name: 'better-sqlite3', from: 22 }, { name: 'node-sqlite', from: 22 },
];

const system = ['files', 'watch', 'cp', 'system', 'intl', 'zlib', 'crypto', 'modules', 'sharp', 'bcrypt', 'argon2'];

const children = ['workers',
  { name: 'cluster-round-robin', profile: processes }, { name: 'cluster-none', profile: processes },
  { name: 'fork', profile: processes },
  {
    name: 'spawn',
    profile: { ...processes, 'filesystem.exec': ['@node', '/usr/bin/echo', '/usr/bin/cat', '/bin/sh'] },
  }];

// What Chromium tries and does well without: other threads' priorities and processors, memory by name,
// the network card's driver, its own sandbox; whether a public IPv6 address could be reached.
const browser = [{
  name: 'puppeteer',
  given: () => ({ chromium: '/usr/lib/chromium/chromium' }),
  profile: {
    ...processes,
    'filesystem.exec': ['@node', '/usr/lib/chromium/chromium', '/usr/lib/chromium/chrome_crashpad_handler'],
    'filesystem.read': ['@node', '@app', '/usr/lib/chromium', '?/etc/fonts', '?/usr/share/fonts', '?/usr/share/fontconfig'],
  },
  refused: ['memfd_create', 'setpriority', 'sched_setaffinity', 'sched_getattr', 'ioctl', 'socket', 'creat', 'openat',
    'inotify_init', 'getresuid', 'fstatfs', 'landlock_create_ruleset', 'connect', 'chmod'],
}];

const absent = { servers: [], given: () => ({}), profile: {}, refused: [], from: 18 };
const rowOf = (entry) => {
  const said = typeof entry === 'string' ? { name: entry } : entry;
  return { ...absent, feature: said.name, ...said };
};
const groups = Object.fromEntries(Object.entries({ web, network, databases, system, children, browser })
  .map(([group, entries]) => [group, entries.map(rowOf)]));

// A value with each {NAME} replaced.
const placed = (values, where) => values.map((value) => value.replace(/\{(\w+)\}/g, (_, name) => where[name]));

// The table as the README has it.
function table() {
  const rows = Object.values(groups).flat();
  const told = ({ profile, refused }) => [
    ...Object.entries(profile)
      .map(([key, values]) => `\`${key} = [${placed(values, folders).map((value) => `"${value}"`).join(', ')}]\``),
    ...(refused.length > 0 ? [`does without, told as events: ${refused.map((name) => `\`${name}\``).join(', ')}`] : []),
  ].join('<br>') || 'nothing';
  const alike = new Map();  // what is needed: who needs it
  for (const row of rows) alike.set(told(row), [...(alike.get(told(row)) ?? []), row.name]);
  const lines = [...alike].map(([needed, names]) => `| ${names.join(', ')} | ${needed} |\n`);
  return `| what | needs in its profile, beyond the default |\n|---|---|\n${lines.join('')}`;
}

module.exports = { groups, placed, table };
