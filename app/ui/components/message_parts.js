// What stands around the text of a message: buttons, sources, figures, faults. Used by chat_view.js, for its reasons.

export function element(tag, className, testid, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (testid) node.dataset.testid = testid;
  if (text) node.textContent = text;
  return node;
}

export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text }); // plain http on a local network
  area.style.cssText = "position:fixed;opacity:0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function textButton(action, label) {
  const button = element("button", "text-button", "", label);
  button.type = "button";
  button.dataset.action = action;
  return button;
}

const ICONS = { regenerate: "again", models: "more" };

// The buttons of messages in one page's words and icons.
export class MessageParts {
  constructor(labels, icons) {
    this.labels = labels;
    this.icons = icons;
  }
  thinking() {
    const part = element("details", "message-thinking", "message-thinking");
    part.append(element("summary", "", "", this.labels.thinking), Object.assign(element("div", "thinking-text"), { dir: "auto" }));
    return part;
  }
  // To be seen; the heading of the message says the same to a screen reader.
  instruction() {
    const label = element("div", "message-label", "message-label", this.labels.instruction);
    label.setAttribute("aria-hidden", "true");
    return label;
  }
  errors(error) {
    if (!error) return [];
    const parts = [element("span", "", "", error.text)];
    if (error.action) parts.push(textButton(error.action, error.label));
    return parts;
  }
  sources(sources) {
    if (!sources) return [];
    const part = element("details");
    const list = element("ul");
    for (const [title, url] of sources) {
      const link = Object.assign(element(url ? "a" : "span", "", "", title), { dir: "auto" }, url ? { href: url, target: "_blank", rel: "noopener" } : {});
      list.appendChild(element("li")).append(link);
    }
    part.append(element("summary", "", "", `${this.labels.sources} · ${sources.length}`), list);
    return [part];
  }
  actions(state) {
    const parts = [];
    if (state.versions) {
      const [index, count] = state.versions;
      parts.push(this.button("previous", "left", "message-previous", index === 0));
      parts.push(element("span", "versions", "", `${index + 1}/${count}`));
      parts.push(this.button("next", "right", "message-next", index === count - 1));
    }
    for (const action of state.actions || []) parts.push(this.button(action, ICONS[action] || action, `message-${action}`));
    if (state.stats) parts.push(this.stats(state.stats));
    return parts;
  }
  // One figure to see, all of them unfolded.
  stats({ line, rows }) {
    const part = element("details", "message-stats", "message-stats");
    const table = element("dl");
    for (const [name, value] of rows) table.append(element("dt", "", "", name), element("dd", "", "", value));
    part.append(element("summary", "", "", line), table);
    part.firstChild.setAttribute("aria-label", `${this.labels.stats}: ${line}`);
    return part;
  }
  button(action, icon, testid, disabled = false) {
    const button = element("button", "icon-button", testid);
    Object.assign(button, { type: "button", title: this.labels[action], disabled, innerHTML: this.icons[icon] });
    button.setAttribute("aria-label", this.labels[action]);
    button.dataset.action = action;
    if (action === "models") button.setAttribute("aria-haspopup", "menu");
    if (action === "continue") button.append(element("span", "", "", this.labels.continue));
    return button;
  }
}

// Let the person choose one of several things beside a button: [[value, label], …]. A popover, so that nothing clips it
// and Escape or a click elsewhere closes it.
export function offer(button, choices, label, onChoose) {
  const menu = element("div", "menu message-menu", "message-menu");
  menu.popover = "auto";
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", label);
  for (const [value, text] of choices) {
    const item = element("button", "", "", text);
    Object.assign(item, { type: "button", onclick: () => (menu.hidePopover(), onChoose(value)) });
    item.setAttribute("role", "menuitem");
    menu.append(item);
  }
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.children];
    const step = { ArrowDown: 1, ArrowUp: items.length - 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step) % items.length].focus();
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    menu.remove();
    if (!document.activeElement || document.activeElement === document.body) button.focus({ preventScroll: true });
  });
  (button.closest("main") || document.body).append(menu); // screen readers look for it beside what it belongs to
  menu.showPopover();
  const { left, top, bottom } = button.getBoundingClientRect();
  const below = bottom + menu.offsetHeight < window.innerHeight;
  menu.style.left = `${Math.max(0, Math.min(left, window.innerWidth - menu.offsetWidth))}px`;
  menu.style.top = `${Math.max(0, below ? bottom : top - menu.offsetHeight)}px`;
  menu.firstChild?.focus();
}
