// nodeward on a terminal, below shells with and without job control: a pty of script(1)'s.
'use strict';

const assert = require('node:assert');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');

const { eventually, nodeward, processes, statusOf, temporary } = require('./support.js');

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';

// An application that tells what happens to it. A line of input is an order, unless it is deaf.
const application = `
const tty = require('tty');
let interrupts = 0;
process.on('SIGINT', () => console.log('interrupt', ++interrupts));
process.on('SIGCONT', () => console.log('continued'));
process.on('SIGTERM', () => process.exit(15));
process.on('SIGUSR2', () => {
  const line = Buffer.alloc(100);
  console.log('read', line.toString('latin1', 0, require('fs').readSync(0, line)).trim());
});
process.stdout.on('resize', () => console.log('size', process.stdout.columns, process.stdout.rows));
if (process.argv[2] !== 'deaf') process.stdin.on('data', (data) => {
  const [order, number] = String(data).trim().split(' ');
  if (order === 'exit') process.exit(Number(number));
  console.log('read', order);
});
setInterval(() => {}, 1000);
console.log('ready', [0, 1, 2].map((fd) => tty.isatty(fd)).join());
`;

// A command on a terminal of its own. `expect` waits for text after what was expected last.
function terminal(test, command) {
  const child = spawn('script', ['-qfec', command, '/dev/null'],
    { stdio: 'pipe', env: { ...process.env, TERM: 'dumb' } });
  let text = '';
  let from = 0;
  child.stdout.on('data', (data) => { text += data; });
  const ended = new Promise((resolve) => child.on('close', resolve));
  test.after(() => {
    child.kill('SIGKILL');
    for (const stream of child.stdio) stream.destroy();
  });
  const expect = (pattern, timeout = 5000) => eventually(() => {
    const match = text.slice(from).match(pattern);
    if (match) from += match.index + match[0].length;
    return match;
  }, pattern, timeout).catch((error) => { throw new Error(`${error.message}\n${text}`); });
  const inside = () => Number(processes((status) => status.PPid === String(child.pid))[0].Pid);
  return { send: (data) => child.stdin.write(data), expect, ended, inside, text: () => text };
}

// A shell with job control, the command line that starts the application, and what to look at.
async function shell(test, options = '') {
  const folder = temporary(test);
  const app = path.join(folder, 'app.js');
  fs.writeFileSync(app, application);
  const events = path.join(folder, 'events');
  const box = terminal(test, "PS1='prompt> ' exec bash --norc --noprofile -i");
  await box.expect(/prompt> /);
  box.line = `${nodeward} run --set supervise.restart='"never"' --set events.to='["file:${events}"]' ${options} -- ` +
    `${process.execPath} ${app}`;
  box.events = () => fs.readFileSync(events, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  box.pids = () => box.events().filter((event) => event.event === 'start').map((event) => event['process.pid']);
  box.foreground = () => Number(fs.readFileSync(`/proc/${box.inside()}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[5]);
  // The shell reads again, and it has the terminal.
  box.answers = async () => {
    box.send("echo 'still' here\n");
    await box.expect(/still here\r?\n/);
    await eventually(() => box.foreground() === box.inside(), 'the shell in the foreground');
  };
  // The shell's `kill`, which continues a stopped job; then the application has ended by `code`.
  box.kill = async (code) => {
    const supervisor = box.supervisor();
    box.send('kill %1\n');
    const exit = await eventually(() => box.events().find((event) => event.event === 'exit' && event.uptime_ms !== undefined &&
      event['process.pid'] === box.pids().at(-1)), 'the end');
    assert.match(String(exit['process.exit.code'] ?? 128 + exit.signal), code);
    await eventually(() => statusOf(supervisor) === null, 'nodeward\'s end');
  };
  box.supervisor = () => Number(statusOf(statusOf(box.pids().at(-1)).PPid).PPid);
  // Whatever a failed test leaves.
  test.after(() => {
    try { process.kill(box.supervisor(), 'SIGKILL'); } catch { /* gone, or never there */ }
  });
  return box;
}

describe('in the foreground of a shell', () => {
  it('standard input, output and error are the terminal', async (test) => {
    const box = await shell(test);
    box.send(`${box.line}\n`);
    await box.expect(/ready true,true,true/);
    assert.strictEqual(box.foreground(), box.pids()[0]);
    box.send('exit 6\n');
    await box.expect(/prompt> /);
    box.send('echo code=$?\n');
    await box.expect(/code=6/);
    await box.answers();
  });

  it('Ctrl-C reaches the application, once each time', async (test) => {
    const box = await shell(test);
    box.send(`${box.line}\n`);
    await box.expect(/ready/);
    for (const count of [1, 2, 3]) {
      box.send(CTRL_C);
      await box.expect(new RegExp(`interrupt ${count}\r`));
    }
    box.send('exit 0\n');
    await box.expect(/prompt> /);
    assert.strictEqual(box.text().match(/interrupt/g).length, 3);
    await box.answers();
  });

  it('the window\'s size', async (test) => {
    const box = await shell(test);
    box.send(`${box.line}\n`);
    await box.expect(/ready/);
    execFileSync('stty', ['-F', fs.readlinkSync(`/proc/${box.inside()}/fd/0`), 'rows', '33', 'cols', '77']);
    await box.expect(/size 77 33/);
    box.send('exit 0\n');
    await box.expect(/prompt> /);
  });

  it('Ctrl-Z stops the job, fg continues it, and the keys are the application\'s again', async (test) => {
    const box = await shell(test);
    box.send(`${box.line}\n`);
    await box.expect(/ready/);
    for (let round = 1; round <= 2; ++round) {
      box.send(CTRL_Z);
      await box.expect(/Stopped[^]*prompt> /);
      await box.answers();
      assert.match(statusOf(box.pids()[0]).State, /^T/);
      box.send('fg\n');
      await box.expect(/continued/);
      box.send(CTRL_C);
      await box.expect(new RegExp(`interrupt ${round}\r`));
      box.send('word\n');
      await box.expect(/read word/);
    }
    box.send('exit 4\n');
    await box.expect(/prompt> /);
    box.send('echo code=$?\n');
    await box.expect(/code=4/);
  });

  it('Ctrl-Z stops a whole pipeline', async (test) => {
    const box = await shell(test);
    box.send(`${box.line} | cat\n`);
    await box.expect(/ready true,false,true/);
    box.send(CTRL_Z);
    await box.expect(/Stopped[^]*prompt> /);
    await box.answers();
    box.send('fg\n');
    await box.expect(/continued/);
    box.send('exit 0\n');
    await box.expect(/prompt> /);
    await box.answers();
  });

  it('a stopped job can be killed', async (test) => {
    const box = await shell(test);
    box.send(`${box.line} deaf\n`);
    await box.expect(/ready/);
    box.send(CTRL_Z);
    await box.expect(/Stopped[^]*prompt> /);
    await box.kill(/^15$/);
    await box.answers();
  });

  it('a stopped job that waits for the terminal can be killed: after stop_timeout', async (test) => {
    const box = await shell(test, `--set supervise.stop_timeout='"300ms"'`);
    box.send(`${box.line}\n`);
    await box.expect(/ready/);
    box.send(CTRL_Z);
    await box.expect(/Stopped[^]*prompt> /);
    await box.kill(/^15$|^137$/);
    await box.answers();
  });
});

describe('in the background of a shell', () => {
  it('a start does not take the terminal', async (test) => {
    const box = await shell(test);
    box.send(`${box.line} </dev/null &\n`);
    await box.expect(/ready false,true,true/);
    await box.answers();
    box.send(CTRL_C);
    await box.expect(/\^C\s*prompt> /); // it discards what was typed ahead
    await box.answers();
    await box.kill(/^15$/);
    assert.doesNotMatch(box.text(), /interrupt/);
  });

  it('with the terminal as its input neither', async (test) => {
    const box = await shell(test);
    box.send(`${box.line} deaf &\n`);
    await eventually(() => { try { return box.pids().length; } catch { return 0; } }, 'a start');
    await box.answers();
    await box.kill(/^15$|^143$/);
    await box.answers();
  });

  it('sent there by bg it does not take the terminal, not even at its end', async (test) => {
    const box = await shell(test);
    box.send(`${box.line} deaf\n`);
    await box.expect(/ready/);
    box.send(CTRL_Z);
    await box.expect(/Stopped[^]*prompt> /);
    box.send('bg\n');
    await box.expect(/\[1\]/);
    await box.answers();
    process.kill(box.pids()[0], 'SIGKILL');
    await eventually(() => box.events().some((event) => event.event === 'exit'), 'the end');
    await box.answers();
  });

  it('waiting there for input it is a stopped job, not a busy one; fg makes it read', async (test) => {
    const box = await shell(test);
    box.send(`${box.line}\n`);
    await box.expect(/ready/);
    box.send(CTRL_Z);
    await box.expect(/Stopped[^]*prompt> /);
    box.send('bg\n');
    await box.expect(/continued/);
    process.kill(box.pids()[0], 'SIGUSR2');  // it asks for a line, and is stopped for that
    await eventually(() => statusOf(box.supervisor()).State.startsWith('T'), 'rest');
    await box.answers();
    box.send('fg\n');
    await eventually(() => box.foreground() === box.pids()[0], 'the terminal');
    box.send('word\n');
    await box.expect(/read word/);
    box.send('exit 0\n');
    await box.expect(/prompt> /);
    await box.answers();
  });

  it('goes on where fg overtakes what it was stopped for', async (test) => {
    const box = await shell(test);
    box.send(`${box.line}\n`);
    await box.expect(/ready/);
    process.kill(box.pids()[0], 'SIGTTIN');  // as asked for in the background, and told when it has the terminal
    await box.expect(/continued/);
    box.send('word\n');
    await box.expect(/read word/);
    box.send('exit 0\n');
    await box.expect(/prompt> /);
    await box.answers();
  });

  it('a restart there does not take the terminal', async (test) => {
    const box = await shell(test, `--set supervise.restart='"on-failure"' --set supervise.backoff.initial='"10ms"'`);
    box.send(`${box.line} deaf\n`);
    await box.expect(/ready/);
    box.send(CTRL_Z);
    await box.expect(/Stopped[^]*prompt> /);
    box.send('bg\n');
    await box.answers();
    process.kill(box.pids()[0], 'SIGKILL');
    await eventually(() => box.pids().length === 2, 'a second start');
    await box.answers();
    await box.kill(/^15$|^143$/);
    await box.answers();
  });
});

describe('without job control', () => {
  const file = (test) => {
    const name = path.join(temporary(test), 'app.js');
    fs.writeFileSync(name, application);
    return `${nodeward} run --set supervise.restart='"never"' -- ${process.execPath} ${name}`;
  };

  it('a script has its terminal back', async (test) => {
    const box = terminal(test, `${file(test)}; read line; echo got $line`);
    await box.expect(/ready true,true,true/);
    box.send('exit 0\n');
    await box.expect(/"event":"exit"[^\n]*\n/);
    box.send('this\n');
    await box.expect(/got this/);
    await box.ended;
  });

  it('Ctrl-Z stops nothing that nobody could continue: below a script', async (test) => {
    const box = terminal(test, `${file(test)}; echo code=$?`);
    await box.expect(/ready/);
    box.send(CTRL_Z);
    await box.expect(/continued/);
    box.send(CTRL_C);
    await box.expect(/interrupt 1\r/);
    box.send('exit 3\n');
    await box.expect(/code=3/);
    await box.ended;
  });

  it('Ctrl-Z stops nothing that nobody could continue: alone on the terminal', async (test) => {
    const box = terminal(test, `exec ${file(test)}`);
    await box.expect(/ready/);
    box.send(CTRL_Z);
    await box.expect(/continued/);
    box.send(CTRL_C);
    await box.expect(/interrupt 1\r/);
    box.send('exit 3\n');
    assert.strictEqual(await box.ended, 3);
  });
});
