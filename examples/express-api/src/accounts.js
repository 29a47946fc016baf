'use strict';

// Accounts: what may be sent, how it is stored, how a password is compared.

const bcrypt = require('bcrypt');
const { z } = require('zod');
const { UNIQUE_VIOLATION } = require('./database');

const BCRYPT_COST = 12;

// bcrypt reads 72 bytes and ignores the rest: two long passwords that differ late would be equal.
const BCRYPT_MAX_BYTES = 72;

// Control characters have no place in a name, and PostgreSQL has no text with a NUL in it.
const noControl = (text) => !/\p{Cc}/u.test(text);

const email = z.string().max(254).transform((text) => text.trim().toLowerCase()).pipe(z.email());

const Registration = z.strictObject({
  email,
  name: z.string().trim().min(1).max(100).refine(noControl, 'must not hold control characters'),
  password: z.string()
    .min(12, 'must have at least 12 characters')
    .refine((text) => Buffer.byteLength(text) <= BCRYPT_MAX_BYTES, 'must have at most 72 bytes')
    .refine(noControl, 'must not hold control characters'),
});

const Credentials = z.strictObject({ email, password: z.string().min(1).max(200) });

const view = (row) => ({
  id: row.id,
  email: row.email,
  name: row.name,
  createdAt: new Date(row.created_at).toISOString(),
});

function createAccounts(database) {
  // Compared with when the address is unknown, so that the time taken does not tell who is
  // registered.
  const decoy = bcrypt.hash('a password that no account has', BCRYPT_COST);
  decoy.catch(() => {});

  return {
    // The account, or null when the address is taken.
    async register({ email: address, name, password }) {
      const hash = await bcrypt.hash(password, BCRYPT_COST);
      try {
        const { rows } = await database.query(
          'INSERT INTO accounts (email, name, password_hash) VALUES ($1, $2, $3) RETURNING *',
          [address, name, hash],
        );
        return view(rows[0]);
      } catch (error) {
        if (error.code === UNIQUE_VIOLATION) return null;
        throw error;
      }
    },

    // The account, or null when address or password are wrong; never which of them.
    async authenticate({ email: address, password }) {
      const { rows } = await database.query('SELECT * FROM accounts WHERE email = $1', [address]);
      const hash = rows.length === 1 ? rows[0].password_hash : await decoy;
      const matches = await bcrypt.compare(password, hash);
      return matches && rows.length === 1 ? view(rows[0]) : null;
    },

    async find(id) {
      const { rows } = await database.query('SELECT * FROM accounts WHERE id = $1', [id]);
      return rows.length === 1 ? view(rows[0]) : null;
    },
  };
}

module.exports = { createAccounts, Registration, Credentials };
