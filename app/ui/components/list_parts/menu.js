// The menu of a conversation, a folder or a selection: actions, and panels that take its place (folders, export, tags).

import NameField from "guilherme-list/name_field.js";
import { isComposing } from "input_method";

const OF_TEMPORARY = ["stop", "rename", "export", "delete"]; // it has no place to be put elsewhere
const FORMATS = [["md", "Markdown"], ["pdf", "PDF"], ["json", "JSON"]];

export default {
  components: { NameField },
  template: `<div class="menu list-menu" :style="{ top: top + 'px' }" @click.stop @keydown="onKey">
    <div v-if="panel === 'tags'" class="tag-panel" role="dialog" :aria-label="labels.tags">
      <div v-if="tags.length" class="chips"><button v-for="tag in tags" :key="tag" type="button" class="chip"
        :aria-label="labels.untag + ': ' + tag" @click="removeTag(tag)">{{ tag }}<span v-html="icons.close"></span></button></div>
      <input class="rename" data-testid="tag-field" :aria-label="labels.newTag" :placeholder="labels.newTag" v-model="draft" maxlength="40" autocomplete="off"
        @keydown.enter.prevent.stop="isComposing($event) || addTag(draft)"/>
      <div v-if="offered.length" class="chips"><button v-for="tag in offered" :key="tag" type="button" class="chip offered"
        :aria-label="labels.tags + ': ' + tag" @click="addTag(tag)">{{ tag }}</button></div>
    </div>
    <name-field v-else-if="panel === 'new-folder'" value="" :label="labels.newFolder" @done="onFolderNamed"></name-field>
    <div v-else role="menu" :aria-label="title">
      <template v-for="entry in entries" :key="entry.name">
        <a v-if="entry.href" role="menuitem" tabindex="-1" download :href="entry.href" @click="$emit('close', true)">{{ entry.label }}</a>
        <button v-else type="button" tabindex="-1" :role="entry.radio ? 'menuitemradio' : 'menuitem'" :aria-checked="entry.radio ? String(!!entry.checked) : null"
          :aria-haspopup="entry.panel ? 'menu' : null" :class="{ danger: entry.danger }" @click="choose(entry)">
          <span v-if="entry.icon" v-html="icons[entry.icon]"></span><span class="entry">{{ entry.label }}</span>
          <span v-if="entry.checked" v-html="icons.check"></span><span v-else-if="entry.panel" class="sub" v-html="icons.right"></span></button>
      </template>
    </div>
  </div>`,
  // `items` are the conversations it is about; without, it is about `folder`. `first` is the panel it opens with.
  props: {
    items: Array, folder: Object, row: Boolean, first: String, anchor: Object, folders: Array, known: Array, view: String,
    labels: Object, icons: Object, prefix: String,
  },
  emits: ["act", "close"],
  data() {
    return { panel: this.first, top: 0, draft: "" };
  },
  computed: {
    title() {
      return this.folder ? this.folder.name : this.items.length === 1 ? this.items[0].title : this.labels.menu;
    },
    tags() {
      return [...new Set(this.items.flatMap((item) => item.tags))].sort((a, b) => a.localeCompare(b));
    },
    offered() {
      const isBegun = (tag) => tag.toLowerCase().startsWith(this.draft.trim().toLowerCase());
      return this.known.filter((tag) => !this.tags.includes(tag) && isBegun(tag)).slice(0, 8);
    },
    entries() {
      if (this.panel === "folders") return this.folderEntries();
      if (this.panel === "export") return this.exportEntries();
      const { labels } = this;
      if (this.folder) {
        return [
          { name: "rename", label: labels.rename, icon: "edit" },
          { name: "removeFolder", label: labels.removeFolder, icon: "delete", danger: true },
        ];
      }
      return this.view === "trash" ? this.trashEntries() : this.conversationEntries();
    },
  },
  mounted() {
    this.settle();
    this.growth = new ResizeObserver(() => this.place());
    this.growth.observe(this.$el);
  },
  beforeUnmount() {
    this.growth.disconnect();
  },
  methods: {
    isComposing,
    conversationEntries() {
      const { labels } = this;
      const [item] = this.items;
      const away = item.shelf === "archive";
      const entries = [
        item.streaming && { name: "stop", label: labels.stop, icon: "stop" },
        !away && (item.pinned ? { name: "unpin", label: labels.unpin, icon: "unpin" } : { name: "pin", label: labels.pin, icon: "pin" }),
        { name: "rename", label: labels.rename, icon: "edit" },
        { name: "folders", label: labels.move, icon: "folder", panel: "folders" },
        { name: "tags", label: labels.tags, icon: "tag", panel: "tags" },
        { name: "export", label: labels.export, icon: "download", panel: "export" },
        away ? { name: "unarchive", label: labels.unarchive, icon: "restore" } : { name: "archive", label: labels.archive, icon: "archive" },
        { name: "select", label: labels.select, icon: "select" },
        { name: "delete", label: labels.delete, icon: "delete", danger: true },
      ].filter(Boolean);
      return item.shelf === "temporary" ? entries.filter(({ name }) => OF_TEMPORARY.includes(name)) : entries;
    },
    trashEntries() {
      const { labels } = this;
      return [
        { name: "restore", label: labels.restore, icon: "restore" },
        { name: "select", label: labels.select, icon: "select" },
        { name: "erase", label: labels.erase, icon: "delete", danger: true },
      ];
    },
    folderEntries() {
      const inside = (id) => this.items.every((item) => (item.folder || null) === id);
      return [
        ...this.folders.map(({ id, name }) => ({ name: "move", label: name, folder: id, radio: true, checked: inside(id) })),
        { name: "move", label: this.labels.noFolder, folder: null, radio: true, checked: inside(null) },
        { name: "new", label: this.labels.newFolder, icon: "folder-new", panel: "new-folder" },
      ].map((entry) => ({ ...entry, name: entry.name + (entry.folder || ""), act: entry.name }));
    },
    exportEntries() {
      const address = (format) => `${this.prefix}/c/${this.items[0].id}/export/${format}`;
      const formats = [...FORMATS, ["txt", this.labels.plainText]];
      return formats.map(([format, label]) => ({ name: format, label, href: address(format) }));
    },
    choose(entry) {
      if (entry.panel) return this.show(entry.panel);
      this.act(entry.act || entry.name, entry.radio ? { folder: entry.folder } : {});
      this.$emit("close", false);
    },
    act(name, more = {}) {
      this.$emit("act", name, more);
    },
    show(panel) {
      this.panel = panel;
      if (panel === "tags") this.act("tags"); // those in use are to be offered
      this.settle();
    },
    addTag(tag) {
      if (tag.trim()) this.act("tag", { tag: tag.trim() });
      this.draft = "";
      this.focusTagField();
    },
    removeTag(tag) {
      this.act("untag", { tag });
      this.focusTagField(); // the button goes
    },
    focusTagField() {
      this.$nextTick(() => this.$el.querySelector("[data-testid=tag-field]")?.focus());
    },
    onFolderNamed({ name, byKey }) {
      if (name) this.act("move", { newFolder: name });
      this.$emit("close", byKey);
    },
    // Stand below what opened it, or above where there is no room.
    place() {
      const around = this.$el.offsetParent.getBoundingClientRect();
      const anchor = this.anchor.getBoundingClientRect();
      const [below, above] = [anchor.bottom - around.top, anchor.top - around.top - this.$el.offsetHeight];
      const room = around.height - this.$el.offsetHeight;
      this.top = below <= room ? below : Math.max(0, above >= 0 ? above : room);
    },
    settle() {
      this.$nextTick(() => {
        this.place();
        const first = "[role=menuitemradio][aria-checked=true], input, [role^=menuitem]";
        this.$el.querySelector(first)?.focus({ preventScroll: true });
      });
    },
    onKey(event) {
      const entries = [...this.$el.querySelectorAll("[role^=menuitem]")];
      const at = entries.indexOf(document.activeElement);
      const steps = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 };
      const isBack = this.panel && this.panel !== this.first && ["Escape", "ArrowLeft"].includes(event.key);
      if (isBack && (event.key === "Escape" || at >= 0)) this.show(this.first);
      else if (event.key === "Escape" || (event.key === "Tab" && at >= 0)) this.$emit("close", true);
      else if (event.key === "ArrowRight" && document.activeElement.getAttribute("aria-haspopup")) document.activeElement.click();
      else if (entries.length && event.key in steps) entries.at(steps[event.key] % entries.length).focus();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  },
};
