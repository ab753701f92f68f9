// The messages that wait above the field where one writes. Why JavaScript: a text that is just being changed must not be
// lost when the list around it changes, and the focus goes where one types next.
import { isComposing } from "input_method";

export default {
  template: `<section class="message-queue" :aria-label="labels.waiting" v-show="items.length" data-testid="message-queue">
    <p v-if="held" class="queue-note">{{ labels.held }}</p>
    <ul ref="list">
      <li v-for="item in items" :key="item.id" class="queued-message" data-testid="queued-message" :data-message-id="item.id"
        :class="{ editing: item.id === editing }">
        <template v-if="item.id === editing">
          <textarea ref="area" rows="1" dir="auto" data-testid="queued-editor" :enterkeyhint="isTouch() ? 'enter' : 'done'" :aria-label="labels.edit" v-model="draft"
            :maxlength="longest" @input="grow" @keydown="onKey"></textarea>
          <button type="button" class="icon-button" data-testid="queued-save" :title="labels.save" :aria-label="labels.save"
            :disabled="!draft.trim()" v-html="icons.check" @click="save"></button>
          <button type="button" class="icon-button" :title="labels.leave" :aria-label="labels.leave" v-html="icons.close" @click="leave"></button>
        </template>
        <template v-else>
          <span class="queue-icon" v-html="icons.waiting"></span>
          <span class="queued-text" dir="auto" :title="item.text">{{ item.text }}</span>
          <button v-if="held" type="button" class="icon-button" data-testid="queued-send" :title="labels.send"
            :aria-label="labels.send + ': ' + item.text" v-html="icons.send" @click="$emit('send', item.id)"></button>
          <button type="button" class="icon-button" data-testid="queued-edit" :title="labels.edit"
            :aria-label="labels.edit + ': ' + item.text" v-html="icons.edit" @click="edit(item.id)"></button>
          <button type="button" class="icon-button" data-testid="queued-cancel" :title="labels.cancel"
            :aria-label="labels.cancel + ': ' + item.text" v-html="icons.close" @click="cancel(item.id)"></button>
        </template>
      </li>
    </ul>
    <p class="sr-only" role="status">{{ said }}</p>
  </section>`,
  props: { initial: Object, labels: Object, icons: Object, longest: Number },
  emits: ["send", "edit", "save", "leave", "cancel", "orphan"],
  data() {
    return { items: [], held: false, conversation: null, editing: null, draft: "", said: "", kept: {} };
  },
  created() {
    Object.assign(this, this.initial);
  },
  methods: {
    show(state) {
      const moved = state.conversation !== this.conversation;
      if (!moved && state.items.length > this.items.length) this.said = labelled(this.labels.count, state.items.length);
      if (!state.items.length) this.said = "";
      if (moved) this.putAside();
      else if (this.editing && !state.items.some((item) => item.id === this.editing)) this.abandon();
      Object.assign(this, state);
      if (moved) this.takeUp();
    },
    // Whoever goes elsewhere finds again what they were writing; until then it is not sent.
    putAside() {
      if (!this.editing) return;
      const { conversation, draft, before } = this;
      if (draft.trim() && draft !== before) this.kept[this.editing] = { conversation, draft, before };
      else this.$emit("leave", this.editing);
      this.editing = null;
    },
    takeUp() {
      for (const [id, { conversation, draft, before }] of Object.entries(this.kept)) {
        if (conversation !== this.conversation) continue;
        delete this.kept[id];
        if (this.items.some((item) => item.id === id)) {
          Object.assign(this, { editing: id, draft, before });
          this.$nextTick(() => this.grow());
        } else {
          this.$emit("leave", id);
          this.$emit("orphan", draft);
        }
      }
    },
    // What was being changed is not there any more: sent or taken out elsewhere. What was typed is not lost.
    abandon() {
      if (this.draft.trim() && this.draft !== this.before) this.$emit("orphan", this.draft);
      this.$emit("leave", this.editing);
      this.editing = null;
    },
    edit(id) {
      if (this.editing) this.leave();
      this.$emit("edit", id);
    },
    // The server gives the whole text: a long one is only begun in the list.
    open(id, text) {
      if (!this.items.some((item) => item.id === id)) return this.$emit("leave", id); // the reader is elsewhere by now
      this.editing = id;
      this.draft = this.before = text;
      this.$nextTick(() => {
        const area = this.area();
        if (!area) return;
        this.grow();
        area.focus();
        area.setSelectionRange(text.length, text.length);
      });
    },
    // As in the composer: Enter breaks the line there.
    isTouch() {
      return matchMedia("(pointer: coarse)").matches;
    },
    area() {
      return this.$el.querySelector("textarea");
    },
    grow() {
      const area = this.area();
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`;
    },
    onKey(event) {
      if (isComposing(event)) return;
      if (event.key === "Escape") this.leave();
      else if (event.key === "Enter" && !event.shiftKey && !this.isTouch()) this.save();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    save() {
      if (!this.draft.trim()) return;
      if (this.draft === this.before) return this.leave();
      this.$emit("save", { id: this.editing, text: this.draft }); // stays open until the server has it
    },
    saved(id) {
      delete this.kept[id];
      if (this.editing === id) this.close();
    },
    leave() {
      this.$emit("leave", this.editing);
      this.close();
    },
    close() {
      const id = this.editing;
      this.editing = null;
      this.$nextTick(() => this.focus(id, "queued-edit"));
    },
    cancel(id) {
      const at = this.items.findIndex((item) => item.id === id);
      const next = this.items[at + 1] || this.items[at - 1];
      this.focus(next?.id, "queued-cancel");
      this.$emit("cancel", id);
    },
    focus(id, testid) {
      const button = id && this.$el.querySelector(`[data-message-id="${id}"] [data-testid=${testid}]`);
      (button || document.querySelector("[data-testid=composer]"))?.focus({ preventScroll: true });
    },
  },
};

function labelled(label, count) {
  return label.replace("{count}", count);
}
