'use strict';

// Requests as a client sends them: one call, and status, headers and parsed body back.

async function request(server, method, route, { body, headers = {}, token } = {}) {
  const response = await fetch(server.url + route, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json };
}

const get = (server, route, options) => request(server, 'GET', route, options);
const post = (server, route, body, options) => request(server, 'POST', route, { ...options, body });

module.exports = { request, get, post };
