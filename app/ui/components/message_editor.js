// Writing a question anew, in its own place. Why JavaScript: as in the composer, keys must react at once and what was
// typed must survive a lost line. Used by chat_view.js.
import { isTemporary, newId } from "identifiers";
import { element } from "message_parts";

// The one edit a message list has. What is being written outlives a list that is built anew: `view` gives the message with
// an id (`root`), and sends what was written.
export class Editing {
  constructor(view) {
    this.view = view;
    this.draft = null;
  }
  start(id, text = this.view.root(id).querySelector(".message-body").textContent) {
    this.leave();
    const root = this.view.root(id);
    const editor = edit(root, text, this.view.labels, {
      onInput: (typed) => (this.draft.text = typed),
      onLeave: () => {
        this.leave();
        root.querySelector('[data-action="edit"]').focus({ preventScroll: true });
      },
      onSend: (typed) => {
        Object.assign(this.draft, { text: typed, sent: this.draft.sent || newId(isTemporary(this.view.conversation)) });
        editor.wait();
        this.view.$emit("edit", { id, conversation: this.view.conversation, message: this.draft.sent, text: typed });
      },
    });
    this.draft = { id, text, editor };
  }
  again() {
    if (!this.draft) return;
    const { id, text } = this.draft;
    if (this.view.root(id)) this.start(id, text);
    else this.draft.editor = null; // the reader is elsewhere; the text waits here
  }
  leave() {
    this.draft?.editor?.close();
    this.draft = null;
  }
  answered(taken) {
    if (taken) {
      this.view.stick = true; // whoever asks anew wants to see the answer
      this.view.follow();
      return this.leave();
    }
    if (!this.draft) return;
    this.draft.sent = null;
    this.draft.editor?.wake();
  }
}

// Turn a message into a field with its text. `onSend` gets the new text, `onLeave` comes when the person thinks better
// of it, `onInput` with every change, for whoever keeps it.
function edit(root, text, labels, { onSend, onLeave, onInput }) {
  const form = element("form", "message-editor", "message-editor");
  const area = element("textarea", "", "message-editor-text");
  Object.assign(area, { value: text, rows: 1, enterKeyHint: "send" });
  area.setAttribute("aria-label", labels.edit);
  const row = element("div", "editor-row");
  const leave = Object.assign(element("button", "quiet-button", "message-editor-cancel", labels.cancel), { type: "button" });
  const send = Object.assign(element("button", "text-button", "message-editor-send", labels.send), { type: "submit" });
  row.append(leave, send);
  form.append(area, row);
  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
    send.disabled = !area.value.trim();
  };
  area.addEventListener("input", () => (grow(), onInput(area.value)));
  area.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // an input method is at work
    if (event.key === "Escape") {
      event.stopPropagation();
      onLeave();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  leave.addEventListener("click", onLeave);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (area.value.trim()) onSend(area.value);
  });
  root.classList.add("editing");
  root.append(form);
  grow();
  area.focus({ preventScroll: true });
  area.setSelectionRange(text.length, text.length);
  return {
    wait: () => [area, leave, send].forEach((part) => (part.disabled = true)),
    wake: () => [area, leave, send].forEach((part) => (part.disabled = false)),
    close() {
      root.classList.remove("editing");
      form.remove();
    },
  };
}
