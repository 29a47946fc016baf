'use strict';

// Redis, over TCP or its UNIX socket, as `given.redis` says.
const assert = require('node:assert');
const { once } = require('node:events');
const { feature, given, load } = require('../feature.js');

feature(async () => {
  const { Redis } = load('ioredis');
  const client = new Redis(given.redis);
  const subscriber = new Redis(given.redis);
  const key = `k${process.pid}`;
  await client.set(key, 'value', 'EX', 60);
  const value = await client.get(key);
  const pipeline = client.pipeline();
  for (let at = 0; at < 100; at += 1) pipeline.incr(`${key}n`);
  const counted = (await pipeline.exec()).at(-1)[1];
  await subscriber.subscribe(key);
  const heard = once(subscriber, 'message');
  await client.publish(key, 'news');
  const [, news] = await heard;
  const script = await client.eval('return #ARGV', 0, 'a', 'b');
  const wrong = await client.call('NONE').then(() => 'done', (error) => error.message.slice(0, 19));
  await client.del(key, `${key}n`);
  await Promise.all([client.quit(), subscriber.quit()]);
  assert.strictEqual(value, 'value');
  return { value, counted, news, script, wrong };
});
