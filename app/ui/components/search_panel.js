// The search above the list of conversations. Why JavaScript: it answers while one types and is moved through by the
// arrow keys, where a trip to the server for every key would be felt. What is found comes from the server as plain
// text; words that were hit are marked by elements built here, never by HTML.
import { isComposing } from "input_method";

const NOTHING = { folder: "", tag: "", model: "", role: "", since: "", until: "" };

// The first moment of a day by the reader's clock, `days` later, as the server reads times.
function moment(date, days = 0) {
  if (!date) return "";
  const [year, month, day] = date.split("-").map(Number);
  return new Date(year, month - 1, day + days).toISOString();
}

const Marked = {
  template: `<template v-for="([text, isHit], n) in parts" :key="n"><mark v-if="isHit">{{ text }}</mark><template v-else>{{ text }}</template></template>`,
  props: { parts: Array },
};

export default {
  components: { Marked },
  template: `<search class="search" @keydown.esc="clear">
    <div class="search-line">
      <label class="search-field"><span v-html="icons.search"></span>
        <input type="search" dir="auto" data-testid="search-conversations" :placeholder="labels.search" :aria-label="labels.search"
          ref="field" role="combobox" aria-controls="search-results" :aria-expanded="String(active)" aria-autocomplete="list"
          :aria-activedescendant="cursor >= 0 ? 'found-' + cursor : null" v-model="query" @input="onInput" enterkeyhint="search"
          @keydown.down.prevent="move(1)" @keydown.up.prevent="move(-1)" @keydown.enter.prevent="onEnter" autocomplete="off"/></label>
      <button type="button" class="icon-button" :class="{ set: filtered }" data-testid="search-filters" :title="labels.filters"
        :aria-label="labels.filters" :aria-expanded="String(unfolded)" v-html="icons.filter" @click="toggleFilters"></button>
    </div>
    <div v-if="unfolded" class="search-filters" data-testid="search-filter-fields">
      <label v-for="name in ['folder', 'tag', 'model', 'role']" :key="name"><span>{{ labels[name] }}</span>
        <select :data-testid="'filter-' + name" v-model="filters[name]" @change="ask()" :disabled="!offered[name].length">
          <option value="">{{ labels.any }}</option>
          <option v-for="[value, text] in offered[name]" :key="value" :value="value">{{ text }}</option>
        </select></label>
      <label v-for="name in ['since', 'until']" :key="name"><span>{{ labels[name] }}</span>
        <input type="date" :data-testid="'filter-' + name" v-model="filters[name]" @change="ask()"/></label>
      <button v-if="filtered" type="button" class="text-button" @click="clearFilters">{{ labels.clear }}</button>
    </div>
    <div v-if="active" class="conversation-list search-results" data-testid="conversation-list" id="search-results"
      :role="items.length ? 'listbox' : 'group'" :aria-label="labels.results" :aria-busy="String(loading)" ref="results" @scroll.passive="onScroll">
      <p v-if="note" class="found-beyond" role="status" data-testid="search-note">{{ note }}</p>
      <div v-for="item in shown" :key="item.id" role="group" :aria-label="item.title" class="found">
        <div class="conversation-item" data-testid="conversation-item" :data-conversation-id="item.id" role="presentation"
          :data-streaming="String(!!item.streaming)" :data-unread="String(!!item.unread)" :class="{ cursor: cursor === item.at, active: opened === item.id }">
          <a role="option" :id="'found-' + item.at" :aria-selected="String(cursor === item.at)" tabindex="-1"
            :href="prefix + '/c/' + item.id" :title="item.title" @click="onOpen($event, item.at)">
            <span class="title" dir="auto"><Marked :parts="item.marked"/></span>
            <span v-if="item.streaming" class="live-dot" role="img" :aria-label="labels.streaming" :title="labels.streaming"></span>
            <span v-else-if="item.unread" class="unread-dot" role="img" :aria-label="labels.unread" :title="labels.unread"></span>
            <span class="found-when">{{ item.archived ? labels.archived : when(item.updated) }}</span>
          </a>
        </div>
        <a v-for="hit in item.hits" :key="hit.id" class="search-hit" dir="auto" data-testid="search-hit" :data-message-id="hit.id" role="option"
          :id="'found-' + hit.at" :aria-selected="String(cursor === hit.at)" tabindex="-1" :href="prefix + '/c/' + item.id"
          :class="{ cursor: cursor === hit.at, active: opened === hit.id }" @click="onOpen($event, hit.at)">
          <span v-if="hit.own" class="said-by" dir="ltr">{{ labels.user }}: </span><Marked :parts="hit.snippet"/></a>
        <p v-if="item.beyond" class="found-beyond" aria-hidden="true">{{ item.beyond }}</p>
      </div>
      <div v-if="loading && !items.length" class="skeleton" aria-hidden="true"><i v-for="n in 6" :key="n"></i></div>
      <p v-if="fault" class="empty" role="alert">{{ fault }}</p>
      <p v-else-if="answered && !items.length" class="empty" role="status">{{ labels.nothingFound }} <span>{{ labels.tryLess }}</span></p>
    </div>
  </search>`,
  props: { labels: Object, icons: Object },
  emits: ["choices", "search", "more", "leave", "open"],
  data() {
    return {
      query: "", filters: { ...NOTHING }, unfolded: false, offers: { folder: [], tag: [], model: [] },
      items: [], more: null, answered: false, loading: false, fault: "", note: "", cursor: -1, opened: null, prefix: "",
    };
  },
  computed: {
    filtered() {
      return Object.values(this.filters).some(Boolean);
    },
    active() {
      return !!this.query.trim() || this.filtered;
    },
    offered() {
      return { ...this.offers, role: [["user", this.labels.user], ["assistant", this.labels.assistant]] };
    },
    // What can be chosen has a number: a conversation, its hits, the next conversation.
    shown() {
      let at = 0;
      return this.items.map((item) => ({ ...item, at: at++, hits: item.hits.map((hit) => ({ ...hit, at: at++ })) }));
    },
    targets() {
      return this.shown.flatMap((item) => [
        { conversation: item.id },
        ...item.hits.map((hit) => ({ conversation: item.id, message: hit.id })),
      ]);
    },
    asked() {
      const { since, until, ...others } = this.filters;
      const filters = { ...others, since: moment(since), until: moment(until, 1) };
      return { ticket: this.ticket, query: this.query.trimStart(), filters };
    },
  },
  watch: {
    active(active) {
      // The list beneath gives its place to what is found.
      window.dispatchEvent(new CustomEvent("guilherme:searching", { detail: active }));
    },
  },
  created() {
    this.ticket = 0;
  },
  mounted() {
    this.prefix = window.path_prefix || "";
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
      clearTimeout(this.typing);
      clearTimeout(this.waiting);
      this.ticket += 1; // an answer to an older question is not shown
      this.cursor = -1;
      this.extending = null; // the place from where more was asked for
      if (!this.active) {
        this.$emit("leave"); // what was asked for before
        return this.forget();
      }
      this.waiting = setTimeout(() => (this.loading = true), 150);
      this.pending = true;
      this.$emit("search", { ...this.asked, ticket: this.ticket });
    },
    // The connection was lost and is there again: nobody answers what was asked before.
    resume() {
      if (this.active && this.pending) this.ask();
      else if (this.extending) this.askMore(this.extending);
    },
    fill(ticket, items, more, note) {
      if (ticket !== this.ticket) return;
      this.settle();
      this.note = note;
      this.items = items;
      this.more = more;
      this.$nextTick(() => {
        if (this.$refs.results) this.$refs.results.scrollTop = 0;
        this.onScroll();
      });
    },
    extend(ticket, items, more) {
      if (ticket !== this.ticket) return;
      this.settle();
      this.extending = null;
      const known = new Set(this.items.map((item) => item.id));
      this.items = [...this.items, ...items.filter((item) => !known.has(item.id))];
      this.more = more;
      this.$nextTick(this.onScroll);
    },
    fail(ticket, sentence) {
      if (ticket !== this.ticket) return;
      this.settle();
      if (this.extending) this.more = this.extending; // scrolling asks again
      else this.items = [];
      this.extending = null;
      this.fault = sentence;
    },
    settle() {
      clearTimeout(this.waiting);
      this.pending = false;
      this.loading = false;
      this.answered = true;
      this.fault = "";
    },
    // Conversations that changed while they are shown here; one that is `gone` disappears.
    update(changed) {
      const byId = new Map(changed.map((item) => [item.id, item]));
      const kept = this.items.filter((item) => !byId.get(item.id)?.gone);
      this.items = kept.map((item) => {
        const now = byId.get(item.id) || item;
        return { ...item, ...now, marked: now.title === item.title ? item.marked : [[now.title, false]] };
      });
    },
    onScroll() {
      const results = this.$refs.results;
      if (!results || !this.more || results.scrollHeight - results.scrollTop - results.clientHeight > 400) return;
      this.askMore(this.more);
    },
    askMore(after) {
      this.more = null;
      this.extending = after;
      this.$emit("more", { ...this.asked, ticket: this.ticket, after });
    },
    move(step) {
      if (!this.targets.length) return;
      this.cursor = Math.min(Math.max(this.cursor + step, -1), this.targets.length - 1);
      this.$nextTick(() => document.getElementById("found-" + this.cursor)?.scrollIntoView({ block: "nearest" }));
    },
    onEnter(event) {
      if (isComposing(event)) return;
      if (this.targets.length) this.open(Math.max(this.cursor, 0));
    },
    onOpen(event, at) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return; // a new tab or window
      event.preventDefault();
      this.open(at);
    },
    open(at) {
      const target = this.targets[at];
      this.cursor = at;
      this.opened = target.message || target.conversation;
      this.$emit("open", target);
    },
    toggleFilters() {
      this.unfolded = !this.unfolded;
      if (this.unfolded) this.$emit("choices");
    },
    offer(offers) {
      this.offers = offers;
    },
    clearFilters() {
      this.filters = { ...NOTHING };
      this.ask();
      this.focus();
    },
    clear(event) {
      if (isComposing(event) || !(this.active || this.query || this.unfolded)) return; // Escape is then for what is around
      event.stopPropagation();
      event.preventDefault();
      this.query = "";
      this.filters = { ...NOTHING };
      this.unfolded = false;
      this.ask();
      this.focus();
    },
    forget() {
      this.items = [];
      this.more = this.opened = null;
      this.fault = this.note = "";
      this.answered = this.loading = this.pending = false;
    },
    // A time of today, a day of this year, or a date.
    when(milliseconds) {
      const [date, now] = [new Date(milliseconds), new Date()];
      const isToday = date.toDateString() === now.toDateString();
      const isThisYear = date.getFullYear() === now.getFullYear();
      const form = isToday ? { timeStyle: "short" } : isThisYear ? { day: "numeric", month: "short" } : { dateStyle: "short" };
      return new Intl.DateTimeFormat(document.documentElement.lang || undefined, form).format(date);
    },
  },
};
