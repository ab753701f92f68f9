// Ids of conversations and messages, made where they are typed, so that sending twice does no harm. Those of temporary
// chats are UUIDs of version 8, all others of version 4: see domain/identifiers.py.
const VERSION_AT = 14;
const TEMPORARY = "8";

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID(); // not every browser has it on plain http
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16),
  );
}

export function isTemporary(id) {
  return id?.[VERSION_AT] === TEMPORARY;
}

export function newId(temporary = false) {
  const made = uuid();
  return temporary ? made.slice(0, VERSION_AT) + TEMPORARY + made.slice(VERSION_AT + 1) : made;
}
