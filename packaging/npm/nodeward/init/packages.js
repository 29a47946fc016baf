// What known packages need. A row:
//
//   packages   their names in package.json
//   profile    {key: [value]}: values beside the default's
//   advice     what the profile's author has to decide
//
// A package that works with the default profile has no row. Chromium's values are those that tests/applications
// runs puppeteer with. Hosts are where a service usually answers: no test reaches them, and a region or a proxy may
// have another, which the refused connection's event then names.
'use strict';

const children = { 'filesystem.exec': ['@node-child'] };
const peers = (...names) => ({ 'network.connect': names.map((name) => `${name}:443`) });

const kBrowser = 'a browser: name its program in [filesystem] exec and its folder in read, for instance ' +
  '/usr/lib/chromium/chromium and /usr/lib/chromium. It starts without its own sandbox (--no-sandbox)';
const kDatabaseFile = 'name the folder of the database file in [filesystem] write, and keep it apart from the code';
const kUploads = 'where uploads are kept, name the folder in [filesystem] write (/tmp is there already)';

const table = [
  {
    packages: ['puppeteer', 'puppeteer-core', 'playwright', 'playwright-core'],
    profile: {
      'filesystem.exec': ['?/usr/lib/chromium/chromium', '?/usr/lib/chromium/chrome_crashpad_handler'],
      'filesystem.read': ['?/usr/lib/chromium', '?/etc/fonts', '?/usr/share/fonts', '?/usr/share/fontconfig'],
    },
    advice: kBrowser,
  },
  { packages: ['better-sqlite3', 'sqlite3', 'sqlite', 'nedb', 'lowdb'], advice: kDatabaseFile },
  { packages: ['multer', 'formidable', 'busboy', '@fastify/multipart'], advice: kUploads },
  { packages: ['execa', 'cross-spawn', 'shelljs'], advice: 'name each program that it starts in [filesystem] exec' },
  { packages: ['stripe'], profile: peers('api.stripe.com') },
  { packages: ['openai'], profile: peers('api.openai.com') },
  { packages: ['@sendgrid/mail'], profile: peers('api.sendgrid.com') },
  { packages: ['@slack/web-api'], profile: peers('slack.com') },
  { packages: [/^@aws-sdk\/client-/, 'aws-sdk'], profile: peers('*.amazonaws.com') },
  { packages: [/^@google-cloud\//], profile: peers('*.googleapis.com') },
  {
    packages: ['nodemailer'],
    advice: 'name the mail server in [network] connect, with its port, where it is not in a private network',
  },
];

// Names of commands that scripts start, and what to say about each.
const starters = {
  nodemon: 'nodemon restarts on changes, which is for development: start node itself',
  'ts-node': 'ts-node compiles at each start: build first, and start node on what was built',
  tsx: 'tsx compiles at each start: build first, and start node on what was built',
  pm2: 'pm2 is a supervisor, and so is nodeward: start node itself',
  'pm2-runtime': 'pm2 is a supervisor, and so is nodeward: start node itself',
  forever: 'forever is a supervisor, and so is nodeward: start node itself',
};

const named = (pattern, name) => (typeof pattern === 'string' ? pattern === name : pattern.test(name));

// The rows that `dependencies` (names) call for, each with the names that did.
function rowsFor(dependencies) {
  return table.map((row) => ({ ...row, found: dependencies.filter((name) => row.packages.some((one) => named(one, name))) }))
    .filter(({ found }) => found.length > 0);
}

module.exports = { children, rowsFor, starters };
