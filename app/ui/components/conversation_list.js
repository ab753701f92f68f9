// The list of conversations. Why JavaScript: what is "today" depends on the reader's clock, and as single NiceGUI
// elements a hundred rows would make every update of the page slow.

function startOfDay(offset = 0) {
  const date = new Date();
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + offset).getTime();
}

export default {
  template: `<nav class="conversations" :class="{ aside: searching }" :aria-label="labels.conversations">
    <div v-if="!searching" class="conversation-list" data-testid="conversation-list" ref="list" @scroll.passive="onScroll">
      <template v-for="group in groups" :key="group.name">
        <h2>{{ labels[group.name] }}</h2>
        <ul>
          <li v-for="item in group.items" :key="item.id" class="conversation-item" data-testid="conversation-item"
            :data-conversation-id="item.id" :data-streaming="String(!!item.streaming)" :data-unread="String(!!item.unread)"
            :class="{ active: item.id === active, open: menu === item.id }">
            <input v-if="renaming === item.id" class="rename" :aria-label="labels.rename" v-model="draft" maxlength="200"
              @keydown.enter.prevent="finishRename(item, true)" @keydown.esc.stop="leaveRename(item)" @blur="finishRename(item)"/>
            <a v-else :href="prefix + '/c/' + item.id" :title="item.title" :aria-current="item.id === active ? 'page' : null"
              @click="onOpen($event, item)" @dblclick.prevent="startRename(item)">
              <span class="title">{{ item.title }}</span>
              <span v-if="item.streaming" class="live-dot" :aria-label="labels.streaming" :title="labels.streaming"></span>
              <span v-else-if="item.unread" class="unread-dot" :aria-label="labels.unread" :title="labels.unread"></span>
            </a>
            <button v-if="renaming !== item.id" type="button" class="icon-button" data-testid="conversation-menu" aria-haspopup="menu" :aria-expanded="menu === item.id"
              :aria-label="labels.menu + ': ' + item.title" :title="labels.menu" v-html="icons.more" @click.stop="toggleMenu($event, item)"></button>
          </li>
        </ul>
      </template>
      <p v-if="!items.length" class="empty">{{ labels.empty }}</p>
    </div>
    <div v-if="menu" class="menu" role="menu" ref="menu" :style="{ top: menuTop + 'px' }" @keydown="onMenuKey">
      <button type="button" role="menuitem" @click="startRename(menuItem)"><span v-html="icons.edit"></span>{{ labels.rename }}</button>
      <button type="button" role="menuitem" class="danger" @click="remove(menuItem)"><span v-html="icons.delete"></span>{{ labels.delete }}</button>
    </div>
  </nav>`,
  props: { initial: Object, labels: Object, icons: Object },
  emits: ["open", "rename", "remove", "more"],
  data() {
    return { items: [], more: false, active: null, searching: false, menu: null, menuTop: 0, renaming: null, draft: "", midnight: 0, prefix: "" };
  },
  computed: {
    groups() {
      const [today, yesterday] = [this.midnight || startOfDay(), startOfDay(-1)];
      const name = (item) => (item.updated >= today ? "today" : item.updated >= yesterday ? "yesterday" : "earlier");
      const groups = ["today", "yesterday", "earlier"].map((each) => ({ name: each, items: [] }));
      for (const item of this.items) groups.find((group) => group.name === name(item)).items.push(item);
      return groups.filter((group) => group.items.length);
    },
    menuItem() {
      return this.items.find((item) => item.id === this.menu);
    },
  },
  mounted() {
    this.prefix = window.path_prefix || "";
    this.fill(this.initial.items, this.initial.more);
    this.active = this.initial.active;
    this.closeMenu = () => (this.menu = null);
    document.addEventListener("click", this.closeMenu);
    this.onSearching = (event) => (this.searching = event.detail); // what is found stands in the place of the list
    window.addEventListener("guilherme:searching", this.onSearching);
    this.clock = setInterval(() => (this.midnight = startOfDay()), 60_000); // regroup when the day changes
  },
  beforeUnmount() {
    document.removeEventListener("click", this.closeMenu);
    window.removeEventListener("guilherme:searching", this.onSearching);
    clearInterval(this.clock);
  },
  methods: {
    fill(items, more) {
      this.items = items;
      this.more = more;
      this.$nextTick(this.onScroll);
    },
    extend(items, more) {
      const known = new Set(this.items.map((item) => item.id));
      this.items = [...this.items, ...items.filter((item) => !known.has(item.id))];
      this.more = more;
      this.asked = false;
      this.$nextTick(this.onScroll);
    },
    // Conversations that changed; one that is `gone` disappears.
    update(changed) {
      const byId = new Map(this.items.map((item) => [item.id, item]));
      for (const item of changed) {
        if (item.gone) byId.delete(item.id);
        else if (byId.has(item.id) || this.belongs(item)) byId.set(item.id, item);
      }
      this.items = [...byId.values()].sort((a, b) => b.updated - a.updated);
    },
    belongs(item) {
      return !this.more || !this.items.length || item.updated >= this.items[this.items.length - 1].updated;
    },
    select(id) {
      this.active = id;
    },
    onOpen(event, item) {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return; // a new tab or window
      event.preventDefault();
      this.$emit("open", item.id);
    },
    onScroll() {
      const list = this.$refs.list;
      if (!list || !this.more || this.asked || !this.items.length) return;
      if (list.scrollHeight - list.scrollTop - list.clientHeight > 400) return;
      this.asked = true;
      const last = this.items[this.items.length - 1];
      this.$emit("more", { updated: last.exact, id: last.id });
    },
    toggleMenu(event, item) {
      if (this.menu === item.id) return (this.menu = null);
      const button = event.currentTarget.getBoundingClientRect();
      const own = this.$el.getBoundingClientRect();
      this.menu = item.id;
      this.menuButton = event.currentTarget;
      this.menuTop = Math.min(button.bottom - own.top, own.height - 96);
      this.$nextTick(() => this.$refs.menu.querySelector("button").focus());
    },
    onMenuKey(event) {
      const buttons = [...this.$refs.menu.querySelectorAll("button")];
      const at = buttons.indexOf(document.activeElement);
      if (event.key === "Escape" || event.key === "Tab") {
        this.menu = null;
        this.menuButton.focus();
      } else if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length].focus();
      else if (event.key === "ArrowUp") buttons[(at + buttons.length - 1) % buttons.length].focus();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    startRename(item) {
      this.menu = null;
      this.renaming = item.id;
      this.draft = item.title;
      this.$nextTick(() => {
        const field = this.$el.querySelector("input.rename");
        field.focus();
        field.select();
      });
    },
    finishRename(item, byKey = false) {
      if (this.renaming !== item.id) return;
      this.renaming = null;
      if (byKey) this.$nextTick(() => this.$el.querySelector(`[data-conversation-id="${item.id}"] a`).focus());
      const title = this.draft.trim();
      if (title && title !== item.title) this.$emit("rename", { id: item.id, title });
    },
    leaveRename(item) {
      this.draft = item.title;
      this.finishRename(item, true);
    },
    remove(item) {
      this.menu = null;
      this.$emit("remove", item.id);
    },
  },
};
