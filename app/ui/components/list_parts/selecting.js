// Selecting several conversations, and the keys of a row: a part of the list that knows nothing of the rest but what is
// in sight (`visible`, from top to bottom), and how to act on it.
import { isComposing } from "input_method";

// A temporary one cannot be put anywhere.
const isSelectable = (item) => item.shelf !== "temporary";

export default {
  data() {
    return { selected: {}, selecting: false, anchor: null };
  },
  computed: {
    picked() {
      return this.visible.filter((item) => this.selected[item.id]);
    },
  },
  mounted() {
    this.onAnyKey = (event) => {
      if (event.key !== "Escape" || !this.selecting || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.leaveSelection(this.$el.contains(document.activeElement));
    };
    document.addEventListener("keydown", this.onAnyKey);
  },
  beforeUnmount() {
    document.removeEventListener("keydown", this.onAnyKey);
  },
  methods: {
    pick(item, isRange = false) {
      if (!isSelectable(item)) return;
      const ids = this.visible.filter(isSelectable).map((each) => each.id);
      const [from, to] = [ids.indexOf(this.anchor), ids.indexOf(item.id)].sort((a, b) => a - b);
      if (isRange && from >= 0) for (const id of ids.slice(from, to + 1)) this.selected[id] = true;
      else this.selected[item.id] = !this.selected[item.id];
      this.anchor = item.id;
      this.selecting = true;
    },
    leaveSelection(focus = false) {
      const [first] = this.picked;
      Object.assign(this, { selected: {}, selecting: false, anchor: null });
      if (focus && first) this.$nextTick(() => this.focusRow(first.id));
    },
    onKey(event) {
      const row = event.target.closest(".conversation-item");
      const item = row && this.visible.find((each) => each.id === row.dataset.conversationId);
      if (!item || this.renaming || event.altKey || isComposing(event)) return;
      const isPlain = !event.ctrlKey && !event.metaKey;
      if (event.key === "F2" && isPlain && this.view !== "trash") this.renaming = item.id;
      else if (event.key === "Delete" && isPlain) this.act(this.view === "trash" ? "erase" : "delete", this.selecting ? this.picked : [item]);
      else if (["ArrowDown", "ArrowUp"].includes(event.key) && isPlain) this.step(item, event.key === "ArrowDown" ? 1 : -1, event.shiftKey);
      else if (event.key === " " && event.target.matches("a")) this.pick(item, event.shiftKey);
      else if (event.key === "a" && !isPlain && this.selecting) for (const each of this.visible.filter(isSelectable)) this.selected[each.id] = true;
      else return;
      event.preventDefault();
    },
    step(item, by, extend) {
      const next = this.visible[this.visible.indexOf(item) + by];
      if (!next) return;
      if (extend) {
        if (!this.selecting) this.pick(item);
        this.selected[next.id] = isSelectable(next);
        this.anchor = next.id;
      }
      this.focusRow(next.id);
    },
  },
};
