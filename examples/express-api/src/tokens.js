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

function createTokens(secret) {
  return {
    lifetime: LIFETIME_SECONDS,
    issue: (accountId) => jwt.sign({}, secret, {
      algorithm: ALGORITHM,
      subject: accountId,
      issuer: ISSUER,
      audience: AUDIENCE,
      expiresIn: LIFETIME_SECONDS,
    }),
    // The account's id, or null when the token does not hold.
    verify(token) {
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
    },
  };
}

module.exports = { createTokens };
