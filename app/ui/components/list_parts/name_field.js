// A name that is being written in place of what it names: Enter and leaving keep it, Escape gives it up.
import { isComposing } from "input_method";

export default {
  template: `<input class="rename" dir="auto" :aria-label="label" :placeholder="label" v-model="draft" maxlength="200" autocomplete="off"
    @click.stop @keydown.stop="onKey" @blur="finish(false)"/>`,
  props: { value: String, label: String },
  emits: ["done"],
  data() {
    return { draft: this.value, isDone: false };
  },
  mounted() {
    this.$el.focus();
    this.$el.select();
  },
  methods: {
    onKey(event) {
      if (isComposing(event) || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      if (event.key === "Escape") this.draft = this.value;
      this.finish(true);
    },
    // `name` is empty when nothing is to be changed; `byKey` tells that the focus must go somewhere.
    finish(byKey) {
      if (this.isDone) return;
      this.isDone = true;
      const name = this.draft.trim();
      this.$emit("done", { name: name === this.value ? "" : name, byKey });
    },
  },
};
