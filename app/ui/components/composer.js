// Where a person writes. Why JavaScript: Enter, input methods, growing and the draft must react at once and survive a
// lost connection. A draft is kept per conversation, and what was sent is kept until the server says it is stored.
const DRAFT = "guilherme:draft:";
const OUTBOX = "guilherme:unsent";

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (+c / 4)))).toString(16),
  );
}

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

export default {
  template: `<form class="composer" @submit.prevent="submit">
    <textarea ref="area" rows="1" data-testid="composer" enterkeyhint="send" :placeholder="labels.placeholder"
      :aria-label="labels.placeholder" v-model="text" @keydown="onKey" @input="onInput"></textarea>
    <div class="composer-row">
      <span class="composer-hint" role="status">{{ hint }}</span>
      <div v-if="gauge" class="gauge" data-testid="context-gauge" role="img" :title="gauge.label" :aria-label="gauge.label"
        :data-level="gauge.share > 0.9 ? 'full' : gauge.share > 0.7 ? 'high' : 'fine'">
        <svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="8"/><circle cx="10" cy="10" r="8"
          pathLength="100" :stroke-dasharray="Math.round(gauge.share * 100) + ' 100'"/></svg>
        <span>{{ Math.round(gauge.share * 100) }} %</span>
      </div>
      <button v-if="streaming" type="button" class="send-button" data-testid="stop" :title="labels.stop" :aria-label="labels.stop"
        v-html="icons.stop" @click="$emit('stop', conversation)"></button>
      <button v-else type="submit" class="send-button" data-testid="send" :title="labels.send" :aria-label="labels.send"
        :disabled="!text.trim()" v-html="icons.send"></button>
    </div>
  </form>`,
  props: { labels: Object, icons: Object, initial: Object },
  emits: ["send", "stop"],
  data() {
    return { text: "", hint: "", conversation: null, streaming: false, gauge: null, model: "" };
  },
  mounted() {
    this.place(this.initial);
    this.onLink = (event) => this.followLink(event);
    document.addEventListener("click", this.onLink);
    for (const unsent of this.outbox()) this.$emit("send", unsent); // a restart came between; ids keep this harmless
  },
  beforeUnmount() {
    document.removeEventListener("click", this.onLink);
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
      Object.assign(this, { ...where, hint: "" });
      this.text = kept(DRAFT + (this.conversation || "new"));
      this.$nextTick(() => {
        this.grow();
        this.focus();
      });
    },
    status(status) {
      Object.assign(this, status);
      if (!this.streaming) this.hint = "";
    },
    fill(text) {
      this.text = text;
      this.remember();
      this.$nextTick(() => {
        this.grow();
        this.focus();
        const gap = text.indexOf("…");
        if (gap >= 0) this.$refs.area.setSelectionRange(gap, gap + 1);
      });
    },
    focus() {
      if (!matchMedia("(pointer: coarse)").matches) this.$refs.area.focus({ preventScroll: true });
    },
    remember(text = this.text) {
      keep(DRAFT + (this.conversation || "new"), text);
    },
    onInput() {
      this.hint = "";
      this.remember();
      this.grow();
    },
    grow() {
      const area = this.$refs.area;
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`; // the limit is max-height in the style sheet
    },
    onKey(event) {
      // 229: some browsers end a composition before they tell which key it was
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    },
    submit() {
      if (!this.text.trim()) return;
      if (this.streaming) {
        this.hint = this.labels.busy;
        return;
      }
      const message = {
        conversation: this.conversation || uuid(),
        message: uuid(),
        text: this.text,
        model: this.model,
        fresh: !this.conversation,
      };
      this.store([...this.outbox(), message]);
      this.remember(""); // the draft of where it was written
      this.conversation = message.conversation;
      this.text = "";
      this.$nextTick(this.grow);
      this.$emit("send", message);
    },
    outbox() {
      try {
        return JSON.parse(kept(OUTBOX) || "[]");
      } catch {
        return [];
      }
    },
    store(messages) {
      keep(OUTBOX, messages.length ? JSON.stringify(messages) : "");
    },
    accepted(id) {
      this.store(this.outbox().filter((unsent) => unsent.message !== id));
    },
    // The server could not take it: give the text back to where it was written.
    refused(id, hint) {
      const message = this.outbox().find((unsent) => unsent.message === id);
      this.accepted(id);
      if (!message) return;
      if (message.fresh && this.conversation === message.conversation) this.conversation = null;
      const where = message.fresh ? null : message.conversation;
      if (where === this.conversation) {
        this.fill([message.text, this.text].filter(Boolean).join("\n\n"));
        this.hint = hint;
      } else keep(DRAFT + (where || "new"), message.text);
    },
    forget(conversation) {
      keep(DRAFT + conversation, "");
    },
  },
};
