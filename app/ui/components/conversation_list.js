// The list of conversations. Why JavaScript: what is "today" depends on the reader's clock, selecting and dragging must
// not wait for a server, and as single NiceGUI elements a hundred rows would make every update of the page slow.

import Foot from "guilherme-list/foot.js";
import ListMenu from "guilherme-list/menu.js";
import NameField from "guilherme-list/name_field.js";
import Row from "guilherme-list/row.js";
import selecting from "guilherme-list/selecting.js";
import { byDays, emptyShelf, reshelve, startOfDay, take } from "guilherme-list/shelves.js";

const PAGE = 40; // conversations asked for at a time: more than a tall screen shows
const NEAR_END = 400; // pixels before the end at which more are asked for
const UNFOLDED = "guilherme:folders"; // which folders stand open, in this browser

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(UNFOLDED)) || [];
  } catch {
    return [];
  }
}

export default {
  mixins: [selecting],
  components: { Foot, ListMenu, NameField, Row },
  template: `<nav class="conversations" :class="{ aside: searching, selecting }" :aria-label="labels.conversations" @keydown="onKey">
    <div v-if="!searching" class="conversation-list" data-testid="conversation-list" ref="list" @scroll.passive="onScroll">
      <template v-for="group in groups" :key="group.key">
        <div v-if="group.folder" class="folder" :class="{ drop: over === group.key, open: menu?.folder?.id === group.folder.id }"
          data-testid="folder" :data-folder-id="group.folder.id" @dragover="onDragOver($event, group)" @dragleave="over = null" @drop.prevent="onDrop(group)">
          <name-field v-if="renaming === group.key" :value="group.folder.name" :label="labels.rename" @done="onFolderRenamed(group.folder, $event)"></name-field>
          <template v-else>
            <h2><button type="button" class="folder-name" :aria-expanded="String(group.unfolded)" @click="fold(group.folder.id)" @keydown.f2="renaming = group.key">
              <span class="turn" v-html="icons.right"></span><span v-html="icons.folder"></span><span class="title" dir="auto">{{ group.folder.name }}</span><span class="quiet">{{ group.folder.count }}</span></button></h2>
            <div class="row-buttons"><button type="button" class="icon-button" data-testid="folder-menu" aria-haspopup="menu" :aria-expanded="String(menu?.folder?.id === group.folder.id)"
              :title="labels.menu" :aria-label="labels.menu + ': ' + group.folder.name" v-html="icons.more" @click.stop="openMenu($event.currentTarget, { folder: group.folder })"></button></div>
          </template>
        </div>
        <name-field v-else-if="group.isNew" value="" :label="labels.newFolder" @done="onFolderNamed"></name-field>
        <h2 v-else-if="group.title" :class="{ drop: over === group.key }">{{ group.title }}</h2>
        <ul v-if="group.items.length" :class="{ inside: group.folder }" @dragover="onDragOver($event, group)" @drop.prevent="onDrop(group)">
          <row v-for="item in group.items" :key="item.id" :item="item" :active="item.id === active" :open="!!menu?.row && menu.items[0].id === item.id"
            :picked="!!selected[item.id]" :selecting="selecting" :renaming="renaming === item.id" :labels="labels" :icons="icons" :prefix="prefix"
            @open="$emit('open', item.id)" @pick="pick(item, $event)" @rename="renaming = item.id" @renamed="onRenamed(item, $event)"
            @menu="openMenu($event, { items: [item], row: true })" @stop="act('stop', [item])" @restore="act('restore', [item])"
            @drag="onDrag($event, item)" @drop="dragging = over = null"></row>
        </ul>
        <button v-if="group.more" type="button" class="more-of-it" @click="more(group.shelf)">{{ labels.showMore }}</button>
        <p v-if="group.empty" class="empty">{{ group.empty }}</p>
        <button v-if="group.key === 'trash' && group.items.length" type="button" class="more-of-it" data-testid="empty-trash" @click="emptyTrash">{{ labels.emptyTrash }}</button>
      </template>
    </div>
    <foot v-show="!searching" ref="foot" :view="view" :selecting="selecting" :picked="picked" :labels="labels" :icons="icons"
      @view="show" @folder="makeFolder" @leave="leaveSelection(true)" @act="act($event, picked)" @panel="onPanel"></foot>
    <list-menu v-if="menu" :key="menu.key" v-bind="menu" :items="menuItems" :folders="folders" :known="tags" :view="view" :labels="labels" :icons="icons" :prefix="prefix"
      @act="onMenu" @close="closeMenu"></list-menu>
  </nav>`,
  props: { initial: Object, labels: Object, icons: Object },
  emits: ["open", "load", "act", "tags"],
  data() {
    return {
      shelves: { temporary: emptyShelf(), pinned: emptyShelf(), recent: emptyShelf(), archive: emptyShelf(), trash: emptyShelf() },
      folders: [], unfolded: remembered(), tags: [], view: "list", active: null, searching: false, midnight: startOfDay(), prefix: "",
      menu: null, renaming: null, making: false, dragging: null, over: null,
    };
  },
  computed: {
    groups() {
      const { labels, shelves } = this;
      this.midnight; // the days change with it
      const days = (name) => byDays(shelves[name].items, labels).map((group) => ({ ...group, shelf: name }));
      if (this.view === "archive") {
        const { items, known } = shelves.archive;
        return [{ key: "archive", shelf: "archive", items, title: labels.archived, empty: known && !items.length ? labels.archiveEmpty : "" }];
      }
      if (this.view === "trash") {
        const { items, known } = shelves.trash;
        return [{ key: "trash", shelf: "trash", items, title: labels.trash, empty: items.length ? labels.trashNote : known ? labels.trashEmpty : "" }];
      }
      const groups = [];
      const { temporary } = shelves;
      if (temporary.items.length) groups.push({ key: "temporary", title: labels.temporary, items: temporary.items });
      if (shelves.pinned.items.length) groups.push({ key: "pinned", shelf: "pinned", title: labels.pinned, items: shelves.pinned.items, more: shelves.pinned.more });
      if (this.making) groups.push({ key: "new", isNew: true, items: [] });
      for (const folder of this.folders) groups.push(this.folderGroup(folder));
      groups.push(...days("recent"));
      if (!groups.length) groups.push({ key: "none", items: [], empty: labels.empty });
      return groups;
    },
    // Everything in sight, from top to bottom.
    visible() {
      return this.groups.flatMap((group) => group.items);
    },
    // What the menu is about, as it is now.
    menuItems() {
      return this.menu?.items?.map((item) => this.visible.find((each) => each.id === item.id) || item);
    },
    tail() {
      return this.view === "list" ? "recent" : this.view;
    },
  },
  mounted() {
    this.prefix = window.path_prefix || "";
    for (const [name, { items, more }] of Object.entries(this.initial.shelves)) this.put(name, items, more, true);
    this.setFolders(this.initial.folders);
    this.active = this.initial.active;
    this.onAnyClick = () => this.menu && this.closeMenu(false);
    this.onSearching = (event) => (this.searching = event.detail); // what is found stands in the place of the list
    document.addEventListener("click", this.onAnyClick);
    window.addEventListener("guilherme:searching", this.onSearching);
    this.clock = setInterval(() => (this.midnight = startOfDay()), 60_000);
  },
  beforeUnmount() {
    document.removeEventListener("click", this.onAnyClick);
    window.removeEventListener("guilherme:searching", this.onSearching);
    clearInterval(this.clock);
  },
  methods: {
    // --- what the server tells ---------------------------------------------------------------------------------
    put(name, items, more, fresh) {
      take(this.shelves, name, items, more, fresh);
      this.$nextTick(this.onScroll);
    },
    update(changed) {
      reshelve(this.shelves, changed);
      this.$nextTick(this.refocus);
    },
    setFolders(folders) {
      this.folders = folders;
      for (const { id } of folders) if (this.unfolded.includes(id)) this.loadFirst(`folder:${id}`);
    },
    knowTags(tags) {
      this.tags = tags;
    },
    // More changed than was told: ask anew for what is in sight, and forget the rest.
    refresh() {
      for (const [name, shelf] of Object.entries(this.shelves)) {
        if (shelf.known) this.$emit("load", { shelf: name, limit: Math.max(PAGE, shelf.items.length) });
      }
    },
    select(id) {
      this.active = id;
    },
    // --- loading -----------------------------------------------------------------------------------------------
    loadFirst(name) {
      if (this.shelves[name]?.known || this.shelves[name]?.asked) return;
      this.shelves[name] ||= emptyShelf();
      this.shelves[name].asked = true;
      this.$emit("load", { shelf: name, limit: PAGE });
    },
    more(name) {
      const shelf = this.shelves[name];
      const last = shelf.items.at(-1);
      if (!shelf.more || shelf.asked || !last) return;
      shelf.asked = true;
      this.$emit("load", { shelf: name, limit: PAGE, after: { mark: last.mark, id: last.id } });
    },
    onScroll() {
      const list = this.$refs.list;
      if (list && list.scrollHeight - list.scrollTop - list.clientHeight <= NEAR_END) this.more(this.tail);
    },
    show(view) {
      Object.assign(this, { view, menu: null, renaming: null, making: false });
      this.leaveSelection();
      this.loadFirst(this.tail);
      this.$nextTick(() => this.$refs.list && (this.$refs.list.scrollTop = 0));
    },
    folderGroup(folder) {
      const shelf = `folder:${folder.id}`;
      const unfolded = this.unfolded.includes(folder.id);
      const { items, more, known } = this.shelves[shelf] || emptyShelf();
      const empty = unfolded && known && !items.length ? this.labels.folderEmpty : "";
      return { key: shelf, shelf, folder, unfolded, items: unfolded ? items : [], more: unfolded && more, empty };
    },
    fold(id) {
      const isOpen = this.unfolded.includes(id);
      this.unfolded = isOpen ? this.unfolded.filter((each) => each !== id) : [...this.unfolded, id];
      if (!isOpen) this.loadFirst(`folder:${id}`);
      try {
        localStorage.setItem(UNFOLDED, JSON.stringify(this.unfolded));
      } catch {
        // forbidden storage: folders open as long as the page does
      }
    },
    // --- doing -------------------------------------------------------------------------------------------------
    act(name, items, more = {}) {
      if (!items.length) return;
      if (name === "select") return this.pick(items[0]);
      if (name === "erase") return this.$refs.foot.ask(this.labels.eraseQuestion.replace("{n}", items.length), () => this.send(name, items));
      this.send(name, items, more);
    },
    send(name, items, more = {}) {
      const ids = items.map((item) => item.id);
      this.lost = { ids, at: this.visible.findIndex((item) => item.id === ids[0]) };
      this.$emit("act", { name, ids, ...more });
      if (!["tag", "untag", "stop"].includes(name)) this.leaveSelection();
    },
    emptyTrash() {
      this.$refs.foot.ask(this.labels.emptyTrashQuestion, () => this.$emit("act", { name: "emptyTrash", ids: [] }));
    },
    // After something was done: focus what it was done to, or what stands in its place.
    refocus() {
      const { lost } = this;
      this.lost = null;
      if (!lost || lost.at < 0 || document.activeElement !== document.body || !this.visible.length) return;
      const kept = this.visible.find((item) => lost.ids.includes(item.id));
      this.focusRow((kept || this.visible[Math.min(lost.at, this.visible.length - 1)]).id);
    },
    focusRow(id) {
      const row = this.$el.querySelector(`[data-conversation-id="${id}"]`);
      row?.querySelector("a, button")?.focus();
    },
    onRenamed(item, { name, byKey }) {
      this.renaming = null;
      if (byKey) this.$nextTick(() => this.focusRow(item.id));
      if (name) this.$emit("act", { name: "rename", ids: [item.id], title: name });
    },
    makeFolder() {
      this.making = true;
      this.$nextTick(() => this.$el.querySelector(".rename")?.scrollIntoView({ block: "nearest" }));
    },
    onFolderNamed({ name }) {
      this.making = false;
      if (name) this.$emit("act", { name: "makeFolder", ids: [], title: name });
    },
    onFolderRenamed(folder, { name, byKey }) {
      this.renaming = null;
      if (byKey) this.$nextTick(() => this.$el.querySelector(`[data-folder-id="${folder.id}"] button`)?.focus());
      if (name) this.$emit("act", { name: "renameFolder", ids: [], folder: folder.id, title: name });
    },
    // --- the menu ----------------------------------------------------------------------------------------------
    openMenu(anchor, about) {
      const key = about.folder?.id || about.items[0].id;
      if (this.menu?.key === key) return this.closeMenu(true);
      this.menu = { first: "", ...about, key, anchor };
    },
    closeMenu(byKey) {
      const { anchor } = this.menu;
      this.menu = null;
      if (byKey) anchor.focus();
    },
    onPanel(first, anchor) {
      this.menu = { items: this.picked, first, key: first, anchor };
      if (first === "tags") this.$emit("tags");
    },
    onMenu(name, more) {
      const { folder } = this.menu;
      if (name === "rename") this.renaming = folder ? `folder:${folder.id}` : this.menuItems[0].id;
      else if (folder) this.$emit("act", { name, ids: [], folder: folder.id });
      else if (name === "tags") this.$emit("tags");
      else this.act(name, this.menuItems, more);
    },
    // --- dragging ----------------------------------------------------------------------------------------------
    onDrag(event, item) {
      if (item.shelf === "temporary") return event.preventDefault();
      this.dragging = this.selected[item.id] ? this.picked : [item];
      event.dataTransfer.effectAllowed = "copyMove";
      event.dataTransfer.setData("application/x-guilherme-conversation", item.id); // for the composer, which wants none
    },
    onDragOver(event, group) {
      if (!this.dragging || !group.shelf || ["archive", "trash"].includes(group.shelf)) return;
      event.preventDefault();
      this.over = group.key;
    },
    onDrop({ shelf, folder }) {
      const items = (this.dragging || []).filter((item) => item.shelf !== shelf);
      this.dragging = this.over = null;
      if (!items.length) return;
      if (folder) this.act("move", items, { folder: folder.id });
      else if (shelf === "pinned") this.act("pin", items);
      else this.act(items.some((item) => item.pinned) ? "unpin" : "move", items, { folder: null });
    },
  },
};
