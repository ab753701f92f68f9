// The search above the list of conversations. Why JavaScript: it answers while one types and is moved through by the
// arrow keys, where a trip to the server for every key would be felt. What is found comes from the server as plain
// text; words that were hit are marked by elements built here, never by HTML.

export default {
  template: `<search class="search" @keydown.esc="clear">
    <label class="search-field"><span v-html="icons.search"></span>
      <input type="search" data-testid="search-conversations" :placeholder="labels.search" :aria-label="labels.search"
        ref="field" role="combobox" aria-controls="search-results" :aria-expanded="String(active)" aria-autocomplete="list"
        :aria-activedescendant="cursor >= 0 ? 'found-' + cursor : null" v-model="query" @input="onInput"
        @keydown.down.prevent="move(1)" @keydown.up.prevent="move(-1)" @keydown.enter.prevent="onEnter" autocomplete="off"/></label>
    <div v-if="active" class="conversation-list search-results" data-testid="conversation-list" id="search-results"
      :role="items.length ? 'listbox' : 'group'" :aria-label="labels.results" :aria-busy="String(loading)" ref="results" @scroll.passive="onScroll">
      <div v-for="item in shown" :key="item.id" role="group" :aria-label="item.title">
        <div class="conversation-item" data-testid="conversation-item" :data-conversation-id="item.id"
          :data-streaming="String(!!item.streaming)" :data-unread="String(!!item.unread)" :class="{ cursor: cursor === item.at }">
          <a role="option" :id="'found-' + item.at" :aria-selected="String(cursor === item.at)" tabindex="-1"
            :href="prefix + '/c/' + item.id" :title="item.title" @click="onOpen($event, item.at)">
            <span class="title">{{ item.title }}</span>
          </a>
        </div>
      </div>
      <div v-if="loading && !items.length" class="skeleton" aria-hidden="true"><i v-for="n in 6" :key="n"></i></div>
      <p v-if="answered && !items.length" class="empty" role="status">{{ labels.nothingFound }}</p>
    </div>
  </search>`,
  props: { labels: Object, icons: Object },
  emits: ["search", "more", "open"],
  data() {
    return { query: "", items: [], more: null, answered: false, loading: false, cursor: -1, prefix: "" };
  },
  computed: {
    active() {
      return !!this.query.trim();
    },
    // What can be chosen, in order, each with its number.
    shown() {
      return this.items.map((item, at) => ({ ...item, at }));
    },
    targets() {
      return this.shown.map((item) => ({ conversation: item.id }));
    },
  },
  watch: {
    active(active) {
      // The list beneath gives its place to what is found.
      window.dispatchEvent(new CustomEvent("guilherme:searching", { detail: active }));
    },
  },
  mounted() {
    this.prefix = window.path_prefix || "";
    this.ticket = 0;
  },
  beforeUnmount() {
    clearTimeout(this.typing);
    clearTimeout(this.waiting);
  },
  methods: {
    focus() {
      this.$nextTick(() => this.$refs.field.focus());
    },
    onInput() {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.ask(), 100);
    },
    ask() {
      this.ticket += 1; // an answer to an older question is not shown
      this.cursor = -1;
      clearTimeout(this.waiting);
      if (!this.active) return this.forget();
      this.waiting = setTimeout(() => (this.loading = true), 150);
      this.$emit("search", { ticket: this.ticket, query: this.query.trim() });
    },
    fill(ticket, items, more) {
      if (ticket !== this.ticket) return;
      clearTimeout(this.waiting);
      this.loading = false;
      this.answered = true;
      this.items = items;
      this.more = more;
      this.$nextTick(() => {
        if (this.$refs.results) this.$refs.results.scrollTop = 0;
        this.onScroll();
      });
    },
    extend(ticket, items, more) {
      if (ticket !== this.ticket) return;
      const known = new Set(this.items.map((item) => item.id));
      this.items = [...this.items, ...items.filter((item) => !known.has(item.id))];
      this.more = more;
      this.$nextTick(this.onScroll);
    },
    // Conversations that changed while they are shown here; one that is `gone` disappears.
    update(changed) {
      const byId = new Map(changed.map((item) => [item.id, item]));
      this.items = this.items
        .filter((item) => !byId.get(item.id)?.gone)
        .map((item) => (byId.has(item.id) ? { ...item, ...byId.get(item.id) } : item));
    },
    onScroll() {
      const results = this.$refs.results;
      if (!results || !this.more || results.scrollHeight - results.scrollTop - results.clientHeight > 400) return;
      const after = this.more;
      this.more = null;
      this.$emit("more", { ticket: this.ticket, query: this.query.trim(), after });
    },
    move(step) {
      if (!this.targets.length) return;
      this.cursor = Math.min(Math.max(this.cursor + step, -1), this.targets.length - 1);
      this.$nextTick(() => document.getElementById("found-" + this.cursor)?.scrollIntoView({ block: "nearest" }));
    },
    onEnter() {
      if (this.targets.length) this.open(Math.max(this.cursor, 0));
    },
    onOpen(event, at) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return; // a new tab or window
      event.preventDefault();
      this.open(at);
    },
    open(at) {
      this.cursor = at;
      this.$emit("open", this.targets[at]);
    },
    clear(event) {
      if (!this.query) return; // Escape is then for what is around
      event.stopPropagation();
      event.preventDefault();
      this.query = "";
      this.ask();
      this.focus();
    },
    forget() {
      this.items = [];
      this.more = null;
      this.answered = this.loading = false;
    },
  },
};
