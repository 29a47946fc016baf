// Which command starts the application.
'use strict';

// Words that a shell would not change: nodeward resolves such a script itself, and refuses others.
const kPlain = /^[\w@%+=:,./ -]+$/;
const kWrappers = new Set(['tini', 'dumb-init', 'docker-entrypoint.sh', 'docker-init', '/usr/bin/tini', '/sbin/tini',
  '/tini', '/usr/bin/dumb-init', '/usr/local/bin/docker-entrypoint.sh', 'node_modules/.bin/nodeward', 'nodeward']);

// Of ENTRYPOINT and CMD, what is left when init processes are taken away.
function unwrapped(words) {
  if (!kWrappers.has(words[0])) return words;
  const end = words.indexOf('--');
  return end >= 0 ? words.slice(end + 1) : words.slice(1).filter((word, at, all) => at > 0 || !/^-/.test(all[0]));
}

// What npm start would run: the script's words where they are plain and start node, else npm start itself, which
// nodeward reads from package.json.
function fromScript({ scripts }) {
  const script = typeof scripts.start === 'string' ? scripts.start.trim() : '';
  if (script === '') return null;
  return kPlain.test(script) && /^node /.test(script) ? script.split(/ +/) : ['npm', 'start'];
}

function fromDockerfile({ dockerfile }) {
  if (dockerfile === null) return null;
  const { entrypoint, cmd } = dockerfile;
  if (entrypoint?.shell || (cmd?.shell && !kPlain.test(cmd.text))) return null;
  const words = unwrapped([...(entrypoint?.words ?? []), ...(cmd?.words ?? [])]);
  return words.length > 0 && !/(^|\/)(sh|bash|ash)$/.test(words[0]) ? words : null;
}

// The words, or null where nothing says how it starts.
function commandOf(project) {
  const said = fromDockerfile(project);
  const npm = said && /^(npm|yarn|pnpm)$/.test(said[0]) && fromScript(project);
  const file = [project.main, 'server.js', 'index.js', 'app.js'].find((name) => project.files.includes(name));
  return npm || said || fromScript(project) || (file ? ['node', file] : null);
}

module.exports = { commandOf, kPlain };
