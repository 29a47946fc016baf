// Reads a Dockerfile as far as a profile and a checklist need it.
'use strict';

// A list in JSON is the exec form; anything else goes to a shell.
function words(text) {
  try {
    const list = JSON.parse(text);
    if (Array.isArray(list) && list.every((word) => typeof word === 'string')) return { words: list, shell: false };
  } catch {
    // the shell form
  }
  return { words: text.split(/\s+/).filter(Boolean), shell: true, text };
}

// [{name, value, line}] of all stages: names in capitals, comments left out, continued lines joined.
function instructions(text) {
  const found = [];
  let open = null;
  text.split(/\r?\n/).forEach((line, at) => {
    if (/^\s*#/.test(line) || (open === null && line.trim() === '')) return;
    const continued = /\\\s*$/.test(line);
    const part = line.replace(/\\\s*$/, '').trim();
    if (open === null && part !== '') {
      const [, name, value] = part.match(/^(\S+)\s*(.*)$/s);
      open = { name: name.toUpperCase(), value, line: at + 1 };
      found.push(open);
    } else if (open !== null) {
      open.value += ` ${part}`;
    }
    if (!continued) open = null;
  });
  return found;
}

// Variables that ENV or ARG sets to something, both ways of writing it: [name].
function assigned({ name, value }) {
  if (name === 'ENV' && !/^\S+=/.test(value)) return [value.split(/\s/)[0]];
  return [...value.matchAll(/(?:^|\s)([A-Za-z_]\w*)=/g)].map(([, variable]) => variable);
}

// What the image is: the last stage's settings, and `all` instructions of the file.
function parseDockerfile(text) {
  const all = instructions(text);
  const final = all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
  const last = (name) => final.findLast((one) => one.name === name)?.value;
  const command = (name) => (last(name) === undefined ? null : words(last(name)));
  return {
    all,
    final,
    image: last('FROM')?.replace(/^--\S+\s+/, '').split(/\s/)[0],
    user: last('USER'),
    workdir: last('WORKDIR'),
    health: last('HEALTHCHECK'),
    entrypoint: command('ENTRYPOINT'),
    cmd: command('CMD'),
    ports: final.filter(({ name }) => name === 'EXPOSE').flatMap(({ value }) => value.split(/\s+/))
      .map((port) => Number.parseInt(port, 10)).filter(Number.isInteger),
    variables: final.filter(({ name }) => name === 'ENV').flatMap(assigned),
  };
}

module.exports = { assigned, parseDockerfile };
