// The tab around the page: its title and icon show that something streams or has finished unseen, and a notification
// can say so. Why JavaScript: only the browser knows whether anybody looks at the tab.
import { holdInSight, isBlocked, isOn, isPossible, notify, want, wish } from "notifications";
import { say } from "spoken_messages";

const LONG = 15_000; // ms: after an answer that took longer, in a tab nobody looked at, notifications are offered

export default {
  template: `<div class="browser-tab">
    <div v-if="offering" class="toast" role="region" :aria-label="labels.offer" data-testid="notification-offer">
      <span>{{ labels.offer }}</span>
      <button type="button" class="text-button" @click="answer(true)">{{ labels.yes }}</button>
      <button type="button" class="text-button plain" @click="answer(false)">{{ labels.no }}</button>
    </div>
  </div>`,
  props: { initial: Object, labels: Object, icons: Object },
  emits: ["open"],
  data: () => ({ offering: false }),
  mounted() {
    this.link = document.querySelector('link[rel~="icon"]');
    this.idleIcon = this.link?.href;
    this.streaming = new Map(); // when each began to stream, as far as this page knows
    this.unseen = new Set();
    this.onVisibility = () => (document.hidden ? this.letGo?.() : this.look());
    document.addEventListener("visibilitychange", this.onVisibility);
    this.onVisibility();
    this.update(this.initial.streaming);
    this.show(this.initial.title, this.initial.conversation);
  },
  beforeUnmount() {
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.letGo?.();
  },
  methods: {
    // Another conversation is shown, or its title changed.
    show(title, conversation) {
      Object.assign(this, { title, conversation });
      this.see();
    },
    // Conversations of which something changed.
    update(items) {
      for (const item of items) {
        const since = this.streaming.get(item.id);
        if (item.streaming) this.streaming.set(item.id, since ?? performance.now());
        else this.streaming.delete(item.id);
        if (item.gone || (!item.unread && item.id !== this.conversation)) this.unseen.delete(item.id);
        else if (item.unread && !item.streaming) this.unseen.add(item.id);
        if (since !== undefined && !item.streaming && !item.gone) this.end(item, performance.now() - since);
      }
      this.see();
    },
    // All that streams, after the line was lost: what does not any more has ended meanwhile.
    catchUp(items) {
      const now = new Set(items.map((item) => item.id));
      for (const id of this.streaming.keys()) if (!now.has(id)) this.streaming.delete(id);
      this.update(items);
    },
    end(item, took) {
      if (item.id !== this.conversation) say(this.labels.finishedIn.replace("{title}", item.title));
      else if (document.hidden) this.unseen.add(item.id);
      if (!document.hidden) return;
      if (took > LONG && !wish() && isPossible() && !isBlocked()) this.offer = true;
      notify(this.labels.finished, item, this.idleIcon, () => this.$emit("open", item.id));
    },

    // --- whether anybody looks -----------------------------------------------------------------------------------
    look() {
      this.letGo = holdInSight();
      if (this.offer && !isOn()) {
        this.offer = false;
        this.offering = true;
        wish("off"); // asked once is enough
        say(this.labels.offer);
      }
      this.see();
    },
    see() {
      if (!document.hidden) this.unseen.delete(this.conversation);
      const state = this.unseen.size ? "finished" : this.streaming.size ? "streaming" : "idle";
      const mark = { finished: `(${this.unseen.size}) `, streaming: "● ", idle: "" }[state];
      if (document.title !== mark + this.title) document.title = mark + this.title;
      if (this.link && this.state !== state)
        this.link.href = this.icons[state] ? `data:image/svg+xml,${encodeURIComponent(this.icons[state])}` : this.idleIcon;
      this.state = state;
    },
    async answer(value) {
      this.offering = false;
      if (value) await want(true);
    },
  },
};
