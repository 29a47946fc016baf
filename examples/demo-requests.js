'use strict';

// Waits for the API at the given address, then talks to it as its clients do, and prints each
// request with its answer. Exit code 1 when one of them is not answered as it must be.
//
//   node demo-requests.js http://127.0.0.1:3000 [PID]
//
// With the PID of the process that was started, the wait ends as soon as that is gone.

const [address, starter] = process.argv.slice(2);
const READY_MS = 60000;
const POLL_MS = 50;
const ATTEMPTS = 12;  // two more than a minute allows

const account = {
  email: 'ann@example.org', name: 'Ann', password: 'correct horse battery staple',
};
let unexpected = 0;

async function send(method, route, { body, token } = {}) {
  const response = await fetch(address + route, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

function show(what, method, route, answer, wanted) {
  const mark = answer.status === wanted ? '' : `   (expected ${wanted})`;
  if (mark) unexpected += 1;
  // A token is a secret, also on the screen of a demonstration.
  const text = JSON.stringify(answer.body, (key, value) => (key === 'token' ? 'eyJ…' : value));
  const request = `${method.padEnd(4)} ${route.padEnd(10)}`;
  console.log(`  ${what.padEnd(22)} ${request} ${answer.status}${mark}`);
  console.log(`  ${' '.repeat(22)} ${text}`);
}

async function step(what, method, route, wanted, options) {
  const answer = await send(method, route, options);
  show(what, method, route, answer, wanted);
  return answer.body;
}

function isAlive(pid) {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

async function waitUntilReady() {
  const end = Date.now() + READY_MS;
  for (;;) {
    try {
      return await send('GET', '/healthz');
    } catch (error) {
      if (starter !== undefined && !isAlive(starter)) throw new Error('it has ended');
      if (Date.now() > end) throw new Error(`not reachable: ${error.cause?.code ?? error.message}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

async function tooManyRequests() {
  const credentials = { email: account.email, password: 'a guess' };
  let answer;
  let sent = 0;
  do {
    answer = await send('POST', '/login', { body: credentials });
    sent += 1;
  } while (answer.status === 401 && sent < ATTEMPTS);
  show(`too many requests: ${sent}`, 'POST', '/login', answer, 429);
}

async function main() {
  show('health', 'GET', '/healthz', await waitUntilReady(), 200);
  const { email, password } = account;
  await step('register', 'POST', '/register', 201, { body: account });
  const weak = { ...account, password: 'abc' };
  await step('a weak password', 'POST', '/register', 400, { body: weak });
  const login = await step('log in', 'POST', '/login', 200, { body: { email, password } });
  await step('own profile', 'GET', '/me', 200, { token: login.token });
  await step('a forged token', 'GET', '/me', 401, { token: `${login.token}x` });
  await step('a wrong password', 'POST', '/login', 401, { body: { email, password: 'a guess' } });
  await tooManyRequests();
  if (unexpected > 0) throw new Error(`${unexpected} of the answers were not as expected`);
}

main().catch((error) => {
  console.error(`demo: ${address}: ${error.message}`);
  process.exitCode = 1;
});
