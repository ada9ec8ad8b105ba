// One tab alone: a channel to other tabs would keep Node waiting for word from them.
delete globalThis.BroadcastChannel;
