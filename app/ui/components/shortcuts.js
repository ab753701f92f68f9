// The keyboard. Why JavaScript: a key must act at once, and only the browser knows what has the focus and what is open.
// Letters and signs are compared by what the layout writes (Dvorak, ABNT2, AZERTY); where it writes no Latin letters
// (Cyrillic, Greek), by where they are on the keyboard. What closes something on Escape calls preventDefault().
import { isComposing } from "input_method";

const IS_MAC = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform || navigator.platform);
const NARROW = "(max-width: 767px)"; // where the list lies over the page, as in narrow.css
const OVERLAYS = "dialog[open], [role=dialog], [role=alertdialog], [role=menu], [popover]";
const REPEATING = ["previous", "next"]; // may be held
const A_WHILE = 1000; // ms a conversation may take to be marked in the list as the one that is shown
const SINGLE = "guilherme:single-keys";
const SIGNS = { Mod: "Ctrl", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };
const MAC_SIGNS = { ...SIGNS, Mod: "⌘", Shift: "⇧", Alt: "⌥" };

const byTestId = (id) => document.querySelector(`[data-testid="${id}"]`);
const isVisible = (node) => !!node?.checkVisibility({ visibilityProperty: true });

function parse(keys) {
  const parts = keys.split("+");
  const key = parts.pop();
  return { key, mod: parts.includes("Mod"), shift: parts.includes("Shift"), alt: parts.includes("Alt") };
}

// Whether an event is what `wanted` asks for. AltGr writes signs on many layouts, and some systems call it Ctrl+Alt.
function isPressed(wanted, event) {
  const isAltGraph = event.getModifierState("AltGraph");
  const mod = !isAltGraph && (IS_MAC ? event.metaKey : event.ctrlKey);
  const other = !isAltGraph && (IS_MAC ? event.ctrlKey : event.metaKey);
  if (mod !== wanted.mod || other || (!isAltGraph && event.altKey) !== wanted.alt) return false;
  if (/^[a-z]$/i.test(wanted.key)) {
    const isLatin = /^[a-z]$/i.test(event.key);
    const isKey = isLatin ? event.key.toUpperCase() === wanted.key : event.code === `Key${wanted.key}`;
    return isKey && event.shiftKey === wanted.shift;
  }
  if (wanted.key.length === 1) return event.key === wanted.key; // a sign: Shift or not is the layout's affair
  return event.key === wanted.key && event.shiftKey === wanted.shift;
}

function isWriting(node) {
  return node.matches?.("input, textarea, select, [contenteditable]");
}

export default {
  template: `<div class="shortcuts">
    <a class="skip-link" href="#message-field" @click.prevent="run('composer')">{{ labels.skip }}</a>
    <dialog class="sheet" ref="sheet" data-testid="shortcut-sheet" aria-labelledby="shortcut-title" @click="onBackdrop">
      <div class="sheet-head"><h2 id="shortcut-title">{{ labels.title }}</h2>
        <button type="button" class="icon-button" :title="labels.close" :aria-label="labels.close" v-html="icons.close" @click="close"></button></div>
      <dl><div v-for="each in shortcuts" :key="each.name" class="shortcut"><dt>{{ each.label }}</dt>
        <dd><template v-for="(keys, index) in each.keys" :key="keys"><span v-if="index" class="quiet"> {{ labels.or }} </span>
          <kbd v-for="sign in signs(keys)" :key="sign">{{ sign }}</kbd></template></dd></div></dl>
      <label class="sheet-choice"><input type="checkbox" v-model="single" @change="keepSingle"/>{{ labels.single }}</label>
    </dialog>
  </div>`,
  props: { shortcuts: Array, labels: Object, icons: Object },
  emits: ["search", "drawer"],
  data: () => ({ single: true }),
  mounted() {
    this.wanted = this.shortcuts.flatMap((each) => each.keys.map((keys) => ({ ...parse(keys), name: each.name })));
    try {
      this.single = localStorage.getItem(SINGLE) !== "off";
    } catch {
      // forbidden storage: the choice holds for this page
    }
    this.listeners = [
      ["keydown", (event) => event.key === "Escape" && (this.overlaid = this.hasOverlay()), true], // before it is closed
      ["keydown", (event) => this.onKey(event), false],
      ["mouseover", (event) => this.hint(event.target), true],
      ["focusin", (event) => this.hint(event.target), true],
    ];
    for (const listener of this.listeners) window.addEventListener(...listener);
    const shell = document.querySelector(".shell");
    this.drawer = new MutationObserver(() => this.onDrawer(shell));
    this.drawer.observe(shell, { attributeFilter: ["class"] });
  },
  beforeUnmount() {
    this.drawer.disconnect();
    for (const listener of this.listeners) window.removeEventListener(...listener);
  },
  methods: {
    // --- what is pressed -----------------------------------------------------------------------------------------
    onKey(event) {
      if (event.defaultPrevented || isComposing(event)) return;
      const found = this.wanted.find((wanted) => isPressed(wanted, event));
      if (!found) return;
      if (found.key === "Escape" && !found.shift) return this.escape(event);
      const isSingle = found.key.length === 1 && !found.mod;
      if (isSingle && (!this.single || isWriting(event.target))) return;
      if (event.target.matches?.("select") || this.hasOverlay()) return;
      event.preventDefault();
      if (!event.repeat || REPEATING.includes(found.name)) this.run(found.name);
    },
    // Escape closes what is open; if nothing is, it stops the answer. A key that is held does one thing only.
    escape(event) {
      const at = document.activeElement;
      if (event.repeat || this.overlaid) return;
      if (document.querySelector(".shell.drawer")) return this.$emit("drawer");
      if ((isWriting(at) && at !== byTestId("composer")) || at.closest("aside, dialog")) return;
      this.run("stop");
    },
    hasOverlay() {
      return [...document.querySelectorAll(OVERLAYS)].some(isVisible);
    },
    run(name) {
      if (name === "new-chat") byTestId("new-chat")?.click();
      else if (name === "search") this.search();
      else if (name === "composer") byTestId("composer")?.focus();
      else if (name === "stop") byTestId("stop")?.click();
      else if (name === "copy") [...document.querySelectorAll('[data-role=assistant] [data-action="copy"]')].pop()?.click();
      else if (name === "help") this.open();
      else this.step(name === "next" ? 1 : -1);
    },
    search() {
      const field = byTestId("search-conversations");
      const isNarrow = matchMedia(NARROW).matches;
      this.searching = isNarrow && !document.querySelector(".shell.drawer"); // it may be in sight still while it closes
      if (this.searching || !isVisible(field)) return this.$emit("search", isNarrow);
      field.focus();
      field.select?.();
    },
    // Go to the conversation beside the one that is shown, in the order of the list.
    step(by) {
      const links = [...document.querySelectorAll("[data-testid=conversation-item] a[href]")];
      const going = performance.now() - this.wentAt < A_WHILE ? this.going : null; // the page may not be there yet
      const at = links.findIndex((link) => (going ? link.href === going : link.getAttribute("aria-current") === "page"));
      const link = at < 0 ? links[by > 0 ? 0 : links.length - 1] : links[at + by];
      if (!link) return;
      Object.assign(this, { going: link.href, wentAt: performance.now() });
      link.scrollIntoView({ block: "nearest" });
      link.click();
    },

    // --- the sheet -----------------------------------------------------------------------------------------------
    open() {
      if (!this.$refs.sheet.open) this.$refs.sheet.showModal();
    },
    close() {
      this.$refs.sheet.close();
    },
    onBackdrop(event) {
      if (event.target === this.$refs.sheet) this.close();
    },
    keepSingle() {
      try {
        localStorage.setItem(SINGLE, this.single ? "on" : "off");
      } catch {
        // forbidden storage: the choice holds for this page
      }
    },
    signs(keys) {
      return keys.split("+").map((key) => (IS_MAC ? MAC_SIGNS : SIGNS)[key] || key);
    },
    // Name the keys in the tooltip of a button, and to screen readers, just before either is asked for.
    hint(node) {
      const button = node.closest?.("[data-testid]");
      const shortcut = button && this.shortcuts.find((each) => each.button === button.dataset.testid);
      if (!shortcut || button.hasAttribute("aria-keyshortcuts")) return;
      const spoken = shortcut.keys.map((keys) => keys.replace("Mod", IS_MAC ? "Meta" : "Control"));
      button.setAttribute("aria-keyshortcuts", spoken.join(" "));
      if (!isWriting(button)) button.title = `${shortcut.label} · ${this.signs(shortcut.keys[0]).join(IS_MAC ? "" : "+")}`;
    },

    // --- the list over a narrow page -----------------------------------------------------------------------------
    // What lies under it cannot be reached while it is open, and the focus goes with it.
    onDrawer(shell) {
      const isOpen = shell.classList.contains("drawer");
      const main = shell.querySelector(".main");
      if (main.inert === isOpen) return;
      main.inert = isOpen;
      const at = document.activeElement;
      const isInside = !!at.closest("aside");
      if (isOpen && !isInside) byTestId(this.searching ? "search-conversations" : "new-chat").focus();
      if (!isOpen && (isInside || at === document.body)) byTestId("sidebar-toggle").focus();
      this.searching = false;
    },
  },
};
