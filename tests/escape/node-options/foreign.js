// What NODE_OPTIONS would load.
globalThis.foreign = true;
