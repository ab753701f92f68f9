// What a screen reader needs of the message list: who says a message and when, as a heading to jump to; that an answer
// began and how it ended, said once; and a focus that is not lost when the list is drawn anew.

// Say something in the page's live region (announcer.js).
export function say(text) {
  if (text) document.dispatchEvent(new CustomEvent("guilherme:say", { detail: text }));
}

// Put a heading before a message and name the message by it. `at` is when it came, in ms since 1970.
export function name(root, message, labels) {
  const at = new Date(message.at);
  const isToday = at.toDateString() === new Date().toDateString();
  const form = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  const when = at.toLocaleString(document.documentElement.lang || undefined, form);
  const heading = document.createElement("h2");
  heading.className = "sr-only";
  heading.id = `said-${message.id}`;
  const who = { user: labels.you, system: labels.instruction }[message.role] ?? labels.answer;
  heading.textContent = `${who}, ${when}`;
  root.prepend(heading);
  root.tabIndex = -1; // it takes the focus when the button that had it is gone
  root.setAttribute("aria-labelledby", heading.id);
}

// Name what is in a text: headings stand below that of the message, boxes to tick are those of tasks.
export function describe(node, labels) {
  for (const box of node.querySelectorAll("input[type=checkbox]")) box.setAttribute("aria-label", labels.task);
  for (const heading of node.querySelectorAll("h1, h2, h3, h4, h5, h6"))
    heading.setAttribute("aria-level", Math.min(Math.max(Number(heading.tagName[1]) + 1, 3), 6));
}

// Says that the answer on screen began and how it ended.
export class Progress {
  constructor(labels) {
    this.labels = labels;
    this.forget();
  }
  forget() {
    this.begun = null;
  }
  note(id, status) {
    if (status === "streaming") {
      if (this.begun !== id) say(this.labels.streaming);
      this.begun = id;
    } else if (this.begun === id) {
      this.forget();
      say(this.labels[status]);
    }
  }
}

// Call before a part of the list is made anew, and what it gives afterwards: the focus goes to the same button of the
// message at the same place, counted from the end, or to that message.
export function keepFocus(list) {
  const at = document.activeElement;
  if (!list.contains(at)) return () => {};
  const action = at.closest("[data-action]")?.dataset.action;
  const fromEnd = list.children.length - [...list.children].indexOf(at.closest("article"));
  return () => {
    if (list.contains(document.activeElement)) return;
    const root = list.children[list.children.length - fromEnd] || list.lastElementChild;
    const button = action && root?.querySelector(`[data-action="${CSS.escape(action)}"]:not(:disabled)`);
    (button || root)?.focus({ preventScroll: true });
  };
}
