// What an import would bring, and the question whether to. Part of DataImport.
export default {
  template: `<div class="import-preview" role="group" aria-labelledby="import-preview-title" data-testid="import-preview">
    <h3 ref="title" id="import-preview-title" tabindex="-1">{{ preview.title }}</h3>
    <p v-if="preview.file" class="import-preview-file">{{ preview.file }}</p>
    <ul data-testid="import-facts"><li v-for="line in preview.lines">{{ line }}</li></ul>
    <slot></slot>
    <form @submit.prevent="go">
      <div class="import-preview-place">
        <label for="import-place">{{ labels.folder }}</label>
        <select id="import-place" class="choice" data-testid="import-place" v-model="place">
          <option v-for="[value, label] in preview.places" :key="value" :value="value">{{ label }}</option>
        </select>
        <input v-if="place === 'new'" ref="name" class="field" data-testid="import-folder-name" v-model="name" maxlength="80"
          autocomplete="off" :aria-label="labels.folderName" :placeholder="labels.folderName" @keydown.esc.stop.prevent="place = 'file'">
      </div>
      <div class="import-preview-buttons">
        <button type="button" class="text-button plain" data-testid="import-cancel" @click="$emit('cancel')">{{ labels.cancel }}</button>
        <button type="submit" class="text-button" data-testid="import-confirm" :disabled="place === 'new' && !name.trim()">{{ labels.import }}</button>
      </div>
    </form>
  </div>`,
  props: { preview: Object, labels: Object },
  emits: ["import", "cancel"],
  data() {
    return { place: "file", name: this.preview.name };
  },
  watch: {
    // A folder that was chosen may be taken away meanwhile.
    "preview.places"(places) {
      if (!places.some(([value]) => value === this.place)) this.place = "file";
    },
    place(place) {
      if (place === "new") this.$nextTick(() => this.$refs.name?.select());
    },
  },
  // Whoever waited for it is taken to it, and nobody who writes elsewhere.
  mounted() {
    if (document.activeElement === document.body || this.$el.parentElement.contains(document.activeElement)) this.$refs.title.focus();
  },
  methods: {
    go() {
      this.$emit("import", { place: this.place, name: this.name.trim() });
    },
  },
};
