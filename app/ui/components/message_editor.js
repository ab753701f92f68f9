// Writing a question anew, in its own place. Why JavaScript: as in the composer, keys must react at once and what was
// typed must survive a lost line. Used by chat_view.js.
import { isTemporary, newId } from "identifiers";
import { element } from "message_parts";
import { isComposing } from "input_method";

// What a server would take for a command, or for a literal slash, if it were sent once more.
const SLASH = /^(\s*)\/(\/|\p{L}[\p{L}\p{N}_-]*(\s|$))/u;

// The edits of a message list, by the id of the message that is written anew. They outlive a list that is built anew:
// `view` gives the message with an id (`root`), and sends what was written. At most one (`open`) has its editor.
export class Editing {
  constructor(view) {
    this.view = view;
    this.drafts = new Map();
    this.open = null;
  }
  start(id) {
    this.close();
    const root = this.view.root(id);
    if (!this.drafts.has(id)) this.drafts.set(id, { text: typed(root), conversation: this.view.conversation, sent: null });
    const draft = this.drafts.get(id);
    this.open = id;
    draft.editor = edit(root, draft.text, this.view.labels, {
      onInput: (text) => (draft.text = text),
      onLeave: () => {
        this.drop(id);
        root.querySelector('[data-action="edit"]').focus({ preventScroll: true });
      },
      onSend: (text) => {
        draft.text = text;
        draft.sent = newId(isTemporary(draft.conversation));
        this.send(id);
      },
    });
    if (draft.sent) this.send(id); // the line may have lost it: with the same id nothing is done twice
  }
  send(id) {
    const { editor, conversation, sent, text } = this.drafts.get(id);
    editor.wait();
    this.view.$emit("edit", { id, conversation, message: sent, text });
  }
  // After the list was built anew; if the reader is elsewhere, the text waits here.
  again() {
    if (this.open && this.view.root(this.open)) this.start(this.open);
    else if (this.open) this.drafts.get(this.open).editor = null;
  }
  close() {
    const draft = this.drafts.get(this.open);
    draft?.editor?.close();
    if (draft) draft.editor = null;
    this.open = null;
  }
  drop(id) {
    if (this.open === id) this.close();
    this.drafts.delete(id);
  }
  // The server has taken an edit of a message, or refused it: then another try is another message.
  answered(id, taken) {
    const draft = this.drafts.get(id);
    if (!draft) return;
    if (!taken) {
      draft.sent = null;
      draft.editor?.wake();
      return;
    }
    this.drop(id);
    if (draft.conversation !== this.view.conversation) return;
    this.view.stick = true; // whoever asks anew wants to see the answer
    this.view.follow();
  }
}

// Give a question as it has to be typed. One that only looks like a command, as its answer tells, has a second slash.
function typed(root) {
  const text = root.querySelector(".message-body").textContent;
  const answer = root.nextElementSibling;
  return answer && !("command" in answer.dataset) ? text.replace(SLASH, "$1//$2") : text;
}

// Turn a message into a field with its text. `onSend` gets the new text, `onLeave` comes when the person thinks better
// of it, `onInput` with every change, for whoever keeps it.
function edit(root, text, labels, { onSend, onLeave, onInput }) {
  const form = element("form", "message-editor", "message-editor");
  const isTouch = matchMedia("(pointer: coarse)").matches; // as in the composer: Enter breaks the line there
  const area = element("textarea", "", "message-editor-text");
  Object.assign(area, { value: text, rows: 1, dir: "auto", enterKeyHint: isTouch ? "enter" : "send" });
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
    if (isComposing(event)) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      onLeave();
    } else if (event.key === "Enter" && !event.shiftKey && (!isTouch || event.ctrlKey || event.metaKey)) {
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
