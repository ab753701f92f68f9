// Settings that are saved as they are changed. Why JavaScript: what somebody is typing must not be overwritten when the
// page is drawn anew, and one element for all fields keeps the page small.
import { isComposing } from "input_method";

const SAID = 2500; // milliseconds a "Saved" is to be read

export default {
  template: `<div class="settings-form">
    <div v-for="field in rows" :key="field.name" class="setting" :class="'setting-' + field.kind" :data-setting="field.name">
      <div class="setting-words">
        <component :is="field.kind === 'segments' ? 'span' : 'label'" class="setting-label" :id="id(field) + '-label'" :for="field.kind === 'segments' ? null : id(field)">{{ field.label }}</component>
        <p v-if="field.help" class="setting-help" :id="id(field) + '-help'">{{ field.help }}</p>
      </div>
      <div class="setting-control">
        <select v-if="field.kind === 'choice'" :id="id(field)" class="choice" :value="field.value" :aria-describedby="field.help ? id(field) + '-help' : null" @change="save(field, $event.target.value)">
          <option v-for="[value, label] in field.options" :key="value" :value="value">{{ label }}</option>
        </select>
        <div v-else-if="field.kind === 'segments'" class="segments" role="radiogroup" :aria-labelledby="id(field) + '-label'">
          <label v-for="[value, label] in field.options" :key="value" :class="{ chosen: value === field.value }">
            <input type="radio" :name="id(field)" :value="value" :checked="value === field.value" @change="save(field, value)"/>{{ label }}</label>
        </div>
        <input v-else-if="field.kind === 'switch'" :id="id(field)" type="checkbox" role="switch" class="switch" :checked="field.value" :aria-describedby="field.help ? id(field) + '-help' : null" @change="save(field, $event.target.checked)"/>
        <template v-else-if="field.kind === 'number'">
          <button v-if="field.value !== ''" type="button" class="icon-button" :title="labels.reset" :aria-label="labels.reset + ': ' + field.label" v-html="icons.again" @click="reset(field)"></button>
          <input :id="id(field)" class="field" inputmode="decimal" autocomplete="off" maxlength="20" v-model="field.draft" :placeholder="field.placeholder" :aria-describedby="field.help ? id(field) + '-help' : null"
            @change="keep(field)" @keydown.enter="isComposing($event) || keep(field)" @keydown.esc="restore($event, field)"/>
        </template>
        <textarea v-else :id="id(field)" class="field" rows="3" v-model="field.draft" :placeholder="field.placeholder" :aria-describedby="field.help ? id(field) + '-help' : null"
          @change="keep(field)" @keydown.esc="restore($event, field)"></textarea>
      </div>
      <p class="setting-said" role="status" :class="{ fault: field.fault }">{{ field.said }}</p>
    </div>
  </div>`,
  props: { fields: Array, labels: Object, icons: Object },
  emits: ["change"],
  data() {
    return { rows: this.fields.map((field) => ({ ...field, draft: field.value, said: "", fault: false })) };
  },
  mounted() {
    window.addEventListener("popstate", this.keepAll);
    window.addEventListener("pagehide", this.keepAll);
  },
  beforeUnmount() {
    window.removeEventListener("popstate", this.keepAll);
    window.removeEventListener("pagehide", this.keepAll);
  },
  methods: {
    isComposing,
    id(field) {
      return "setting-" + field.name;
    },
    row(name) {
      return this.rows.find((field) => field.name === name);
    },
    typed(field) {
      return (field.kind === "number" || field.kind === "text") && field.draft.trim() !== field.value;
    },
    // Whoever leaves in mid-word meant it.
    keepAll() {
      this.rows.forEach((field) => this.keep(field));
    },
    keep(field) {
      if (this.typed(field)) this.save(field, field.draft.trim());
    },
    reset(field) {
      field.draft = "";
      this.keep(field);
      document.getElementById(this.id(field)).focus();
    },
    restore(event, field) {
      if (!this.typed(field)) return; // Escape leaves the settings
      event.preventDefault();
      field.draft = field.value;
    },
    save(field, value) {
      field.value = value;
      field.said = "";
      this.$emit("change", { name: field.name, value });
    },
    settle(name, value, said, fault) {
      const field = this.row(name);
      const typing = this.typed(field);
      Object.assign(field, { value, said, fault });
      if (!typing) field.draft = value;
      clearTimeout(field.timer);
      if (!fault) field.timer = setTimeout(() => (field.said = ""), SAID);
    },
    show(values) {
      for (const [name, value] of Object.entries(values)) {
        const field = this.row(name);
        if (!this.typed(field)) field.draft = value;
        field.value = value;
      }
    },
    offer(name, options) {
      this.row(name).options = options;
    },
  },
};
