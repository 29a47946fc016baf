// nodeward.toml for a project: the default profile, and what the project needs beside it.
'use strict';

const { children, rowsFor } = require('./packages.js');

// What the default profile passes, of which a list here would otherwise leave something out.
const kPassed = ['PATH', 'HOSTNAME', 'TMPDIR', 'NODE_ENV', 'PORT', 'HOST', 'TZ', 'LANG', 'LANGUAGE', 'LC_*'];
// Names by which foreign code gets into an interpreter, and the home of whoever starts nodeward: sources that
// mention them do not need them.
const kNever = /^(NODE_OPTIONS|NODE_PATH|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|LD_\w+|OPENSSL_CONF|BASH_ENV|GCONV_PATH|HOME|USER|SHELL|PWD|npm_\w+|VITEST|JEST_WORKER_ID)$/;
const kSecret = /(PASS(WORD|WD)?|SECRET|TOKEN|CREDENTIALS?|PRIVATE|APIKEY|(API|ACCESS|SIGNING|ENCRYPTION|SECRET)_KEY|_DSN|(DATABASE|POSTGRES|MYSQL|MONGO(DB)?|REDIS|AMQP|DB)_UR[IL])(_|$)/;

const isSecret = (name) => kSecret.test(name) && !/_(FILE|PATH|EXPIRES?|TTL|LENGTH|ROUNDS)$/.test(name);

// The lists that the default profile has, for what is added to them.
const kDefaults = {
  'filesystem.read': ['@node', '@app'],
  'filesystem.exec': ['@node'],
  'network.connect': ['@loopback', '@private'],
};

// {settings: {key: [value]}, secrets: [name], names: [name], advice: [text]}
function needs(project) {
  const settings = {};
  const add = (profile) => {
    for (const [key, values] of Object.entries(profile ?? {})) {
      settings[key] = [...new Set([...(settings[key] ?? kDefaults[key]), ...values])];
    }
  };
  const rows = rowsFor(project.dependencies);
  rows.forEach(({ profile }) => add(profile));
  const advice = rows.filter((row) => row.advice).map((row) => `${row.found.join(', ')}: ${row.advice}`);
  if (project.modules.has('cluster') || project.modules.has('child_process')) {
    add(children);
    advice.push('the sources start processes: the profile lets node start itself (@node-child); name each other ' +
      'program in [filesystem] exec, or take both lists out if none is started');
  }
  const names = project.variables.filter((name) => !kNever.test(name) && !kPassed.includes(name));
  return { settings, advice, secrets: names.filter(isSecret), names: names.filter((name) => !isSecret(name)) };
}

const quoted = (values) => values.map((value) => JSON.stringify(value)).join(', ');

// Lines of at most `width` for a list of strings.
function wrapped(values, width = 100) {
  const lines = [];
  for (const value of values.map((one) => `${JSON.stringify(one)},`)) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + 1 + value.length <= width) lines[last] += ` ${value}`;
    else lines.push(`  ${value}`);
  }
  return lines;
}

function profileText(project) {
  const { settings, secrets, names } = needs(project);
  const lines = [
    `# How nodeward runs ${project.name}: nodeward run -p /etc/nodeward/app.toml -- COMMAND`,
    '# It is used from /etc/nodeward, not from here: a profile that the application could reach is refused.',
    '# What is absent keeps its safe default: nodeward profiles show default',
    'version = 1',
    'extends = "default"',
    '',
    '[environment]',
    '# Nothing else is inherited.',
    'pass = [',
    ...wrapped([...kPassed, ...names]),
  ];
  if (secrets.length > 0) {
    lines.push('  # Secrets: better in a vault, and out of here ([secrets] vault, require).', ...wrapped(secrets));
  }
  lines.push(']');
  for (const section of ['filesystem', 'network']) {
    const keys = Object.keys(settings).filter((key) => key.startsWith(`${section}.`));
    if (keys.length === 0) continue;
    lines.push('', `[${section}]`, ...keys.map((key) => `${key.split('.')[1]} = [${quoted(settings[key])}]`));
  }
  lines.push('', '# As tight as the container\'s or unit\'s own, or tighter: docker run -m 512m --cpus 1.5 --pids-limit 64',
    '# [limits]', '# memory = "512M"', '# cpu    = 1.5', '# pids   = 64');
  return `${lines.join('\n')}\n`;
}

module.exports = { isSecret, needs, profileText };
