// Where a person writes. Why JavaScript: Enter, input methods, growing and the draft must react at once and survive a
// lost connection. A draft is kept per conversation, and what was sent is kept until the server says it is stored.
import { readTexts } from "dropped_files";
import { draft, forgetEverything, forgetUnsent, keepDraft, keepUnsent, placeOf, unsent } from "drafts";
import { isTemporary, newId } from "identifiers";
import { isComposing } from "input_method";

const CONVERSATION = "application/x-guilherme-conversation"; // what a row of the list is while it is dragged
const CAPTIONS = /\.(vtt|srt)$/i;

export default {
  template: `<form class="composer" :class="{ dropping, temporary: isTemporary }" @submit.prevent="submit">
    <p v-if="isTemporary" class="temporary-note" data-testid="temporary-note"><span v-html="icons.temporary"></span>{{ labels.temporaryNote }}</p>
    <ul v-if="menu.length" class="command-menu" data-testid="command-menu" role="listbox" id="command-menu" :aria-label="labels.commands" ref="menu">
      <li v-for="(item, index) in menu" :key="item.name" class="command-item" data-testid="command-item" role="option"
        :id="'command-' + index" :aria-selected="index === chosen" :class="{ chosen: index === chosen }"
        @mousemove="chosen = index" @mousedown.prevent @click="complete(item)">
        <span class="command-name">/{{ item.name }} <i>{{ item.usage }}</i></span><span class="command-summary">{{ item.summary }}</span>
      </li>
    </ul>
    <textarea ref="area" rows="1" dir="auto" id="message-field" data-testid="composer" :enterkeyhint="isTouch() ? 'enter' : 'send'" :placeholder="labels.placeholder"
      :aria-label="labels.placeholder" v-model="text" @keydown="onKey" @input="onInput" @paste="onPaste" @blur="closed = true" @focus="closed = false"
      aria-autocomplete="list" aria-haspopup="listbox" :aria-controls="menu.length ? 'command-menu' : null"
      :aria-activedescendant="menu.length ? 'command-' + chosen : null"></textarea>
    <div class="composer-row">
      <button v-if="!conversation" type="button" class="temporary-toggle" data-testid="temporary-toggle" :aria-pressed="String(temporary)"
        @click="toggleTemporary"><span v-html="icons.temporary"></span>{{ labels.temporary }}</button>
      <span class="composer-hint" role="status">{{ hint }}</span>
      <div v-if="gauge" class="gauge" data-testid="context-gauge" role="img" :title="gauge.label" :aria-label="gauge.label"
        :data-level="gauge.share > 0.9 ? 'full' : gauge.share > 0.7 ? 'high' : 'fine'">
        <svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="8"/><circle cx="10" cy="10" r="8"
          pathLength="100" :stroke-dasharray="Math.round(gauge.share * 100) + ' 100'"/></svg>
        <span>{{ Math.round(gauge.share * 100) }} %</span>
      </div>
      <button v-if="streaming" type="button" class="send-button" :class="{ beside: text.trim() }" data-testid="stop" :title="labels.stop"
        :aria-label="labels.stop" v-html="icons.stop" @click="$emit('stop', conversation), focus()"></button>
      <button v-if="!streaming || text.trim()" type="submit" class="send-button" data-testid="send" :title="sendLabel" :aria-label="sendLabel"
        :disabled="!text.trim()" v-html="icons.send"></button>
    </div>
  </form>`,
  props: { labels: Object, icons: Object, initial: Object, commands: Array, longest: Number },
  emits: ["send", "stop"],
  data() {
    return { text: "", hint: "", conversation: null, temporary: false, streaming: false, gauge: null, model: "", chosen: 0, closed: false, dropping: false };
  },
  computed: {
    // A chat that is never stored: one that is, or one that would begin here.
    isTemporary() {
      return this.conversation ? isTemporary(this.conversation) : this.temporary;
    },
    sendLabel() {
      return this.streaming ? this.labels.queue : this.labels.send;
    },
    // The commands that what is typed may become; none once it is followed by anything.
    menu() {
      const typed = this.text.match(/^\s*\/([^\s/]*)$/)?.[1].toLowerCase();
      if (typed === undefined || this.closed) return [];
      const ways = (item) => [item.name, ...item.aliases].map((name) => name.toLowerCase());
      const begins = this.commands.filter((item) => ways(item).some((name) => name.startsWith(typed)));
      const holds = this.commands.filter((item) => !begins.includes(item) && ways(item).some((name) => name.includes(typed)));
      return [...begins, ...holds];
    },
  },
  watch: {
    menu() {
      this.chosen = 0;
    },
    chosen() {
      this.$nextTick(() => this.$refs.menu?.children[this.chosen]?.scrollIntoView({ block: "nearest" }));
    },
  },
  mounted() {
    this.place(this.initial);
    this.onLink = (event) => this.followLink(event);
    document.addEventListener("click", this.onLink);
    this.drops = { dragover: this.onDrag, dragleave: this.onDragEnd, drop: this.onDrop };
    for (const [name, listener] of Object.entries(this.drops)) document.addEventListener(name, listener);
    for (const message of unsent()) this.$emit("send", message); // a restart came between; ids keep this harmless
  },
  beforeUnmount() {
    document.removeEventListener("click", this.onLink);
    for (const [name, listener] of Object.entries(this.drops)) document.removeEventListener(name, listener);
  },
  methods: {
    // Whoever clicks a conversation and types on means that one, even before the server has answered.
    followLink(event) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      const path = event.target.closest("a[href]")?.getAttribute("href").slice((window.path_prefix || "").length);
      const id = path === "/" ? null : path?.match(/^\/c\/([^/]+)$/)?.[1];
      if (id !== undefined && id !== this.conversation) this.place({ conversation: id, streaming: false, gauge: null });
    },
    // Show the composer of another conversation (null: a new one).
    place(where) {
      Object.assign(this, { temporary: false, ...where, hint: "" });
      this.text = draft(this.where());
      this.$nextTick(() => {
        this.grow();
        this.focus();
      });
    },
    status(status) {
      Object.assign(this, status);
    },
    // Put a text into the field. A start of ours may have a gap ("…") where the person goes on.
    fill(text, hasGap = false) {
      this.text = text;
      this.remember();
      this.$nextTick(() => {
        this.grow();
        this.focus();
        const gap = hasGap ? text.indexOf("…") : -1;
        if (gap >= 0) this.$refs.area.setSelectionRange(gap, gap + 1);
      });
    },
    focus() {
      if (!this.isTouch()) this.$refs.area.focus({ preventScroll: true });
    },
    // Its keyboard has no Shift+Enter: Enter breaks the line there, and the button sends.
    isTouch() {
      return matchMedia("(pointer: coarse)").matches;
    },
    remember(text = this.text) {
      keepDraft(this.where(), text);
    },
    where() {
      return placeOf(this.conversation, this.temporary);
    },
    // What is typed comes along; the other place is left empty.
    toggleTemporary() {
      this.remember("");
      this.temporary = !this.temporary;
      this.remember();
      this.focus();
    },
    onInput() {
      this.hint = "";
      this.closed = false;
      this.remember();
      this.grow();
    },
    grow() {
      const area = this.$refs.area;
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`; // the limit is max-height in the style sheet
    },
    onKey(event) {
      if (isComposing(event)) return;
      if (this.menu.length && this.onMenuKey(event)) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      if (event.key !== "Enter" || event.shiftKey) return;
      if (this.isTouch() && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.submit();
    },

    // --- commands ------------------------------------------------------------------------------------------------
    // Take a key for the menu; false if it is not for it.
    onMenuKey(event) {
      const item = this.menu[this.chosen];
      const step = { ArrowDown: 1, ArrowUp: this.menu.length - 1 }[event.key];
      if (step) this.chosen = (this.chosen + step) % this.menu.length;
      else if (event.key === "Escape") this.closed = true;
      else if (event.key === "Tab" && !event.shiftKey) this.complete(item);
      else if (event.key === "Enter" && !event.shiftKey && !this.isWhole(item)) this.complete(item);
      else return false;
      return true;
    },
    // Whether what is typed can be sent as it is: a whole name that needs nothing behind it.
    isWhole(item) {
      const typed = this.text.trim().slice(1).toLowerCase();
      return !item.usage.startsWith("<") && [item.name, ...item.aliases].some((name) => name.toLowerCase() === typed);
    },
    complete(item) {
      this.fill(`/${item.name} `);
    },

    // --- files: their text goes into the message, behind the command if there is one -----------------------------
    onDrag(event) {
      const types = event.dataTransfer?.types ?? [];
      if (types.includes(CONVERSATION)) return this.refuseConversation(event);
      if (!types.includes("Files")) return;
      event.preventDefault(); // otherwise the browser leaves the page for the file
      this.dropping = true;
    },
    // A conversation of the list has its place there; the field would take its address.
    refuseConversation(event) {
      if (!this.$el.contains(event.target)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    },
    onDragEnd(event) {
      if (!event.relatedTarget) this.dropping = false;
    },
    onDrop(event) {
      if (event.dataTransfer?.types.includes(CONVERSATION)) return this.refuseConversation(event);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      this.dropping = false;
      this.takeFiles(files);
    },
    // What is copied from a text or a table comes as text and as a picture of it: the text is meant.
    onPaste(event) {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length || event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      this.takeFiles(files);
    },
    async takeFiles(files) {
      const { texts, unreadable, guessed } = await readTexts(files, this.longest);
      const isCaptions = texts.length === 1 && CAPTIONS.test(texts[0].name);
      const before = this.text.trimEnd() || (isCaptions ? "/youtube" : "");
      const named = texts.map(({ name, text }) => (texts.length > 1 ? `${name}:\n${text}` : text)).join("\n\n");
      const isTooLarge = before.length + named.length >= this.longest;
      if (texts.length && !isTooLarge) this.fill((before && `${before}\n`) + named);
      const { labels } = this;
      const words = [
        isTooLarge && labels.tooLarge,
        ...unreadable.map(({ name, reason }) => labels[reason].replace("{name}", name)),
        ...(isTooLarge ? [] : guessed.map((name) => labels.guessed.replace("{name}", name))),
      ];
      this.hint = words.filter(Boolean).join(" ");
    },
    submit() {
      if (!this.text.trim()) return;
      if (this.text.length > this.longest) {
        this.hint = this.labels.tooLong; // the server would not even get it
        return;
      }
      const message = {
        conversation: this.conversation || newId(this.temporary),
        message: newId(this.isTemporary),
        text: this.text,
        model: this.model,
        fresh: !this.conversation,
      };
      keepUnsent(message);
      this.remember(""); // the draft of where it was written
      this.conversation = message.conversation;
      this.text = "";
      this.$nextTick(this.grow);
      this.$emit("send", message);
    },
    accepted(id) {
      forgetUnsent(id);
    },
    // The server could not take it: give the text back to where it was written.
    refused(id, hint) {
      const message = unsent().find((each) => each.message === id);
      forgetUnsent(id);
      if (!message) return;
      const temporary = isTemporary(message.conversation);
      if (message.fresh && this.conversation === message.conversation) Object.assign(this, { conversation: null, temporary });
      const where = message.fresh ? placeOf(null, temporary) : message.conversation;
      if (where === this.where()) {
        this.takeBack(message.text);
        this.hint = hint;
      } else keepDraft(where, message.text);
    },
    // Take up a text that has no other place any more, before what is typed already.
    takeBack(text) {
      this.fill([text, this.text].filter(Boolean).join("\n\n"));
    },
    forget(conversation) {
      keepDraft(conversation, "");
    },
    // Keep nothing that was typed and not sent.
    forgetAll() {
      this.text = "";
      forgetEverything();
    },
  },
};
