'use strict';

// Access tokens: 15 minutes, one algorithm, one issuer, one audience. All four are checked, since
// a library left to read the algorithm from the token believes the attacker.

const jwt = require('jsonwebtoken');
const { z } = require('zod');

const ALGORITHM = 'HS256';
const ISSUER = 'express-api';
const AUDIENCE = 'express-api';
const LIFETIME_SECONDS = 15 * 60;

const subject = z.uuid();

// `readSecret` is asked at each token, since the secret may change while the server runs. Tokens of
// the one before hold on: they are 15 minutes old at most.
function createTokens(readSecret) {
  let current = readSecret();
  let previous = null;

  function secrets() {
    const now = readSecret();
    if (now !== current) [current, previous] = [now, current];
    return previous === null ? [current] : [current, previous];
  }

  // The account's id, or null when the token does not hold.
  function verifyWith(secret, token) {
    try {
      const claims = jwt.verify(token, secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        // A token without `exp`, or with a generous one, is still no older than this.
        maxAge: LIFETIME_SECONDS,
      });
      return subject.safeParse(claims.sub).success ? claims.sub : null;
    } catch {
      return null;
    }
  }

  return {
    lifetime: LIFETIME_SECONDS,
    issue: (accountId) => jwt.sign({}, secrets()[0], {
      algorithm: ALGORITHM,
      subject: accountId,
      issuer: ISSUER,
      audience: AUDIENCE,
      expiresIn: LIFETIME_SECONDS,
    }),
    verify: (token) => secrets().reduce((id, secret) => id ?? verifyWith(secret, token), null),
  };
}

module.exports = { createTokens };
