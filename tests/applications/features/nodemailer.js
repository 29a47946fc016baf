'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const { feature, given, listen, load } = require('../feature.js');

feature(async () => {
  const { createTransport } = load('nodemailer');
  const { SMTPServer } = load('smtp-server');
  const mails = [];
  const read = (name) => fs.readFileSync(`${given.certificates}/${name}`);
  const server = new SMTPServer({
    key: read('key.pem'),
    cert: read('cert.pem'),
    onAuth: ({ username, password }, session, done) =>
      (password === 'right' ? done(null, { user: username }) : done(new Error('wrong password'))),
    onData: (stream, session, done) => {
      const parts = [];
      stream.on('data', (data) => parts.push(data));
      stream.on('end', () => {
        mails.push({ from: session.envelope.mailFrom.address, secure: session.secure, text: String(Buffer.concat(parts)) });
        done();
      });
    },
  });
  const port = await listen(server.server);
  // By address: nodemailer asks the machine's name server for every name, `localhost` too.
  const options = { host: '127.0.0.1', port, requireTLS: true, tls: { ca: read('cert.pem'), servername: 'localhost' } };
  const mail = {
    from: 'ann@example.org', to: 'bob@example.org', subject: 'Größe', text: 'body',
    attachments: [{ filename: 'a.js', path: __filename }],
  };
  const send = async (pass) => {
    const transport = createTransport({ ...options, auth: { user: 'ann', pass } });
    try {
      return (await transport.sendMail(mail)).accepted;
    } catch (error) {
      return error.code;
    } finally {
      transport.close();
    }
  };
  const accepted = await send('right');
  const refused = await send('wrong');
  await new Promise((resolve) => server.close(resolve));
  assert.strictEqual(mails.length, 1);
  const [{ from, secure, text }] = mails;
  return { accepted, refused, from, secure, attached: text.includes('filename=a.js'), subject: /^Subject: .*$/m.exec(text)[0] };
});
