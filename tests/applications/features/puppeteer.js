'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { close, feature, given, listen, load } = require('../feature.js');

const kPage = '<title>page</title><h1>0</h1><script>document.querySelector("h1").textContent = 6 * 7</script>';

feature(async () => {
  const puppeteer = load('puppeteer-core');
  const server = http.createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(request.url === '/data' ? 'fetched' : kPage);
  });
  const base = `http://127.0.0.1:${await listen(server)}`;
  const userDataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'chromium-'));
  const browser = await (puppeteer.default ?? puppeteer).launch({
    executablePath: given.chromium, headless: true, pipe: true, userDataDir,
    // The browser's own services are kept from asking anybody: no name but the page's address is looked up.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-zygote', '--disable-background-networking',
      '--disable-component-update', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    env: { HOME: userDataDir, PATH: '/usr/bin:/bin' },
  });
  try {
    const page = await browser.newPage();
    await page.goto(base);
    const title = await page.title();
    const counted = await page.$eval('h1', (element) => element.textContent);
    const fetched = await page.evaluate(async () => (await fetch('/data')).text());
    const shot = await page.screenshot({ type: 'png' });
    const printed = await page.pdf();
    assert.strictEqual(counted, '42');
    return { title, counted, fetched, shot: shot.length > 1000, pdf: Buffer.from(printed).toString('latin1', 0, 5) };
  } finally {
    await browser.close();
    await close(server);
    fs.rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 });
  }
});
