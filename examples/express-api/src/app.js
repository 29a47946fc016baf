'use strict';

// The routes and what stands in front of them. No listening, no environment, no database choice:
// tests hand in their own.

const { randomUUID } = require('node:crypto');
const express = require('express');
const { rateLimit } = require('express-rate-limit');
const helmet = require('helmet');
const { createAccounts, Registration, Credentials } = require('./accounts');
const { describeError } = require('./log');
const { createTokens } = require('./tokens');

// An API serves no pages: nothing may be loaded, framed or submitted from its answers.
const security = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
});

function logRequests(log) {
  return (req, res, next) => {
    const started = process.hrtime.bigint();
    req.id = randomUUID();
    // The path alone: a query can hold what does not belong in a log.
    const { method, path } = req;
    res.on('finish', () => log.info('request', {
      id: req.id,
      method,
      path,
      status: res.statusCode,
      ms: Number((process.hrtime.bigint() - started) / 1000000n),
    }));
    next();
  };
}

function validate(schema) {
  return (req, res, next) => {
    const parsed = schema.safeParse(req.body);
    if (!parsed.success) {
      const fields = parsed.error.issues.map(
        (issue) => ({ field: issue.path.join('.'), problem: issue.message }),
      );
      res.status(400).json({ error: 'invalid input', fields });
      return;
    }
    req.input = parsed.data;
    next();
  };
}

function refuseToken(res) {
  res.set('WWW-Authenticate', 'Bearer').status(401).json({ error: 'not authenticated' });
}

function requireToken(tokens) {
  return (req, res, next) => {
    const [scheme, token] = (req.get('authorization') ?? '').split(' ');
    req.accountId = scheme.toLowerCase() === 'bearer' && token ? tokens.verify(token) : null;
    if (req.accountId === null) refuseToken(res);
    else next();
  };
}

function handleErrors(log) {
  // Express knows an error handler by its four parameters.
  return (error, req, res, next) => {
    const status = error.expose === true ? error.status : 500;
    if (status === 500) log.error('request failed', { id: req.id, error: describeError(error) });
    if (res.headersSent) {
      next(error);
      return;
    }
    const message = status === 500 ? 'internal error' : 'request not understood';
    res.status(status).json({ error: message, id: req.id });
  };
}

function addRoutes(app, { accounts, tokens, database, limit }) {
  app.get('/healthz', async (req, res) => {
    try {
      await database.query('SELECT 1');
      res.json({ status: 'ok' });
    } catch {
      res.status(503).json({ status: 'database unreachable' });
    }
  });

  app.post('/register', limit, validate(Registration), async (req, res) => {
    const account = await accounts.register(req.input);
    if (account === null) res.status(409).json({ error: 'this address is registered already' });
    else res.status(201).json(account);
  });

  app.post('/login', limit, validate(Credentials), async (req, res) => {
    const account = await accounts.authenticate(req.input);
    if (account === null) res.status(401).json({ error: 'wrong address or password' });
    else res.json({ token: tokens.issue(account.id), expiresIn: tokens.lifetime });
  });

  app.get('/me', requireToken(tokens), async (req, res) => {
    const account = await accounts.find(req.accountId);
    if (account === null) refuseToken(res);
    else res.json(account);
  });
}

function createApp({ config, database, log }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(logRequests(log));
  app.use(security);
  app.use((req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  app.use(express.json({ limit: '10kb' }));
  addRoutes(app, {
    accounts: createAccounts(database),
    tokens: createTokens(() => config.jwtSecret),
    database,
    limit: rateLimit({
      windowMs: 60 * 1000,
      limit: config.loginAttemptsPerMinute,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      message: { error: 'too many attempts, try again in a minute' },
    }),
  });
  app.use((req, res) => res.status(404).json({ error: 'not found' }));
  app.use(handleErrors(log));
  return app;
}

module.exports = { createApp };
