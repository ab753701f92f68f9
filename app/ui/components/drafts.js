// What was written and is not stored by the server yet: a draft for each place, and messages on their way. It is kept in
// the browser's own storage, so that it survives a restart; what belongs to a temporary chat only in the page's memory.
import { isTemporary } from "identifiers";

const DRAFT = "guilherme:draft:";
const OUTBOX = "guilherme:unsent";
const memory = new Map();
const unsentInMemory = [];

// Storage can be full or forbidden; writing must go on all the same.
function keep(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch (error) {
    console.warn("This browser keeps no drafts:", error);
  }
}
function kept(key) {
  try {
    return localStorage.getItem(key) || "";
  } catch {
    return "";
  }
}

// Where something is written: in a conversation, or where a new one begins, which may be temporary.
export function placeOf(conversation, temporary = false) {
  return conversation || (temporary ? "new-temporary" : "new");
}

const isOfMemory = (place) => place === "new-temporary" || isTemporary(place);

export function draft(place) {
  return isOfMemory(place) ? memory.get(place) || "" : kept(DRAFT + place);
}

export function keepDraft(place, text) {
  if (!isOfMemory(place)) keep(DRAFT + place, text);
  else if (text) memory.set(place, text);
  else memory.delete(place);
}

// Messages of which the server has not said that they are stored.
export function unsent() {
  try {
    return [...JSON.parse(kept(OUTBOX) || "[]"), ...unsentInMemory];
  } catch {
    return [...unsentInMemory];
  }
}

export function keepUnsent(message) {
  if (isTemporary(message.conversation)) unsentInMemory.push(message);
  else store([...unsent(), message]);
}

export function forgetUnsent(id) {
  const at = unsentInMemory.findIndex((message) => message.message === id);
  if (at >= 0) unsentInMemory.splice(at, 1);
  else store(unsent().filter((message) => message.message !== id));
}

export function forgetEverything() {
  memory.clear();
  unsentInMemory.length = 0;
  keep(OUTBOX, "");
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(DRAFT)) keep(key, "");
  } catch {
    // forbidden storage: there is nothing in it
  }
}

function store(messages) {
  const durable = messages.filter((message) => !isTemporary(message.conversation));
  keep(OUTBOX, durable.length ? JSON.stringify(durable) : "");
}
