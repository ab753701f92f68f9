// The imports that can be undone. Why JavaScript: one element for the whole list keeps the page small.
export default {
  template: `<section v-show="rows.length || lines.length" class="past-imports" tabindex="-1" aria-labelledby="past-imports-title" data-testid="past-imports">
    <h3 id="past-imports-title">{{ labels.title }}</h3>
    <ul v-if="rows.length">
      <li v-for="row in rows" :key="row.id" data-testid="past-import">
        <div class="past-import-words"><span :id="'past-import-' + row.id">{{ row.line }}</span><span v-if="row.file" class="past-import-file">{{ row.file }}</span></div>
        <button v-if="!row.undoing" :id="'undo-' + row.id" type="button" class="text-button" data-testid="undo-import"
          :aria-labelledby="'undo-' + row.id + ' past-import-' + row.id" @click="undo(row)">{{ labels.undo }}</button>
      </li>
    </ul>
    <div role="status" class="past-imports-said" data-testid="undo-state"><p v-for="line in lines">{{ line }}</p></div>
  </section>`,
  props: { labels: Object },
  emits: ["undo"],
  data() {
    return { rows: [], lines: [] };
  },
  methods: {
    show(rows, lines) {
      Object.assign(this, { rows, lines });
    },
    refuse(line) {
      this.lines = [line];
      this.rows.forEach((row) => (row.undoing = false));
    },
    undo(row) {
      this.$el.focus(); // the button goes
      row.undoing = true;
      this.$emit("undo", row.id);
    },
  },
};
