'use strict';

// Everything that comes from the environment, read once and checked at once.

const { z } = require('zod');

const port = z.coerce.number().int().min(0).max(65535);

const Environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(3000),
  // An HMAC key shorter than its hash (32 bytes for HS256) can be guessed offline from one token.
  JWT_SECRET: z.string().min(32, 'must be set, and have at least 32 characters'),
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  LOGIN_ATTEMPTS_PER_MINUTE: z.coerce.number().int().min(1).default(10),
  DB_HOST: z.string().min(1).optional(),
  DB_PORT: port.default(5432),
  DB_USER: z.string().min(1).default('app'),
  DB_PASSWORD: z.string().optional(),
  DB_NAME: z.string().min(1).default('app'),
});

// Names every variable that is wrong, and never its value: one of them is a secret.
function readConfig(environment) {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the environment is not usable: ${wrong.join('; ')}`);
  }
  const env = parsed.data;
  return {
    host: env.HOST,
    port: env.PORT,
    jwtSecret: env.JWT_SECRET,
    logLevel: env.LOG_LEVEL,
    loginAttemptsPerMinute: env.LOGIN_ATTEMPTS_PER_MINUTE,
    database: env.DB_HOST === undefined ? null : {
      host: env.DB_HOST,
      port: env.DB_PORT,
      user: env.DB_USER,
      password: env.DB_PASSWORD,
      database: env.DB_NAME,
    },
  };
}

module.exports = { readConfig };
