// One conversation in the list. What is done with it is the list's affair.

import NameField from "guilherme-list/name_field.js";

const LONG_PRESS = 500; // ms a finger rests until the menu opens
const STEADY = 10; // pixels it may move meanwhile

export default {
  components: { NameField },
  template: `<li class="conversation-item" data-testid="conversation-item" :data-conversation-id="item.id"
    :data-streaming="String(!!item.streaming)" :data-unread="String(!!item.unread)"
    :class="{ active, open, picked, streaming: item.streaming }">
    <input v-if="selecting" type="checkbox" class="pick" data-testid="conversation-select" :checked="picked"
      :aria-label="labels.select + ': ' + item.title" @click.stop="$emit('pick', $event.shiftKey)"/>
    <name-field v-if="renaming" :value="item.title" :label="labels.rename" @done="$emit('renamed', $event)"></name-field>
    <a v-else-if="item.shelf !== 'trash'" :href="prefix + '/c/' + item.id" :title="hint" :aria-current="active ? 'page' : null"
      @click="onClick" @dblclick.prevent="selecting || $emit('rename')" @dragstart="$emit('drag', $event)" @dragend="$emit('drop')"
      @pointerdown="onPress" @pointermove="onMove" @pointerup="letGo" @pointercancel="letGo" @contextmenu="onContextMenu">
      <span class="title" dir="auto">{{ item.title }}</span>
      <span v-if="item.tags.length" class="tags">{{ item.tags.join(" · ") }}</span>
      <span v-if="item.streaming" class="live-dot" role="img" :aria-label="labels.streaming" :title="labels.streaming"></span>
      <span v-else-if="item.unread" class="unread-dot" role="img" :aria-label="labels.unread" :title="labels.unread"></span>
    </a>
    <div v-else class="thrown" :title="item.title" @click="selecting && $emit('pick', $event.shiftKey)">
      <span class="title" dir="auto">{{ item.title }}</span><span class="quiet">{{ item.left }}</span></div>
    <div v-if="!renaming" class="row-buttons">
      <button v-if="item.streaming" type="button" class="icon-button" data-testid="conversation-stop" :title="labels.stop"
        :aria-label="labels.stop + ': ' + item.title" v-html="icons.stop" @click.stop="$emit('stop')"></button>
      <button v-if="item.shelf === 'trash'" type="button" class="icon-button" data-testid="conversation-restore" :title="labels.restore"
        :aria-label="labels.restore + ': ' + item.title" v-html="icons.restore" @click.stop="$emit('restore')"></button>
      <button type="button" class="icon-button" data-testid="conversation-menu" aria-haspopup="menu" :aria-expanded="String(open)"
        :aria-label="labels.menu + ': ' + item.title" :title="labels.menu" v-html="icons.more" @click.stop="$emit('menu', $event.currentTarget)"></button>
    </div>
  </li>`,
  props: {
    item: Object, active: Boolean, open: Boolean, picked: Boolean, selecting: Boolean, renaming: Boolean,
    labels: Object, icons: Object, prefix: String,
  },
  emits: ["open", "pick", "rename", "renamed", "menu", "stop", "restore", "drag", "drop"],
  computed: {
    hint() {
      return [this.item.title, this.item.tags.join(" · ")].filter(Boolean).join("\n");
    },
  },
  beforeUnmount() {
    this.letGo();
  },
  methods: {
    // Middle click opens a new tab. With Ctrl, ⌘ or Shift, and while selecting, a click selects.
    onClick(event) {
      if (event.button) return;
      event.preventDefault();
      const picks = this.selecting || event.ctrlKey || event.metaKey || event.shiftKey;
      if (picks || this.pressed) event.stopPropagation(); // nothing opens, so nobody needs to wait for it
      if (picks && !this.pressed) this.$emit("pick", event.shiftKey);
      else if (!this.pressed) this.$emit("open");
      this.pressed = false;
    },
    onPress(event) {
      this.pressed = false;
      if (event.pointerType !== "touch") return;
      this.touched = [event.clientX, event.clientY];
      this.pressing = setTimeout(() => this.onLongPress(), LONG_PRESS);
    },
    onMove(event) {
      if (this.pressing && Math.hypot(event.clientX - this.touched[0], event.clientY - this.touched[1]) > STEADY) this.letGo();
    },
    letGo() {
      clearTimeout(this.pressing);
      this.pressing = null;
    },
    onLongPress() {
      this.letGo();
      this.pressed = true; // the click that follows opens nothing
      this.$emit("menu", this.$el.querySelector("[data-testid=conversation-menu]"));
    },
    onContextMenu(event) {
      if (this.pressing || this.pressed) event.preventDefault(); // the browser's own menu of a long press
    },
  },
};
