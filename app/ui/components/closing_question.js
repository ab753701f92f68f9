// Asks whether the window shall close while an answer is coming. Why JavaScript: the browser's own dialog keeps the focus
// inside, and Escape means to stay.
export default {
  template: `<dialog class="sheet closing-question" ref="dialog" aria-labelledby="closing-title" data-testid="closing-question" @cancel="$emit('stay')">
    <div class="sheet-head"><h2 id="closing-title">{{ labels.title }}</h2></div>
    <p>{{ labels.text }}</p>
    <div class="sheet-actions">
      <button type="button" class="text-button plain" data-testid="closing-stay" ref="stay" @click="stay">{{ labels.stay }}</button>
      <button type="button" class="text-button" data-testid="closing-close" @click="$emit('close')">{{ labels.close }}</button>
    </div>
  </dialog>`,
  props: { labels: Object },
  emits: ["stay", "close"],
  methods: {
    ask() {
      const dialog = this.$refs.dialog;
      if (!dialog.open) dialog.showModal();
      this.$refs.stay.focus();
    },
    withdraw() {
      this.$refs.dialog.close();
    },
    stay() {
      this.withdraw();
      this.$emit("stay");
    },
  },
};
