// Tells whether foreign code was loaded before it.
console.log(`foreign ${globalThis.foreign ? 'ok' : 'ENOENT'}`);
