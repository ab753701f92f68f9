// Something that cannot be undone: a button, and a dialog that asks first, if need be for a word. Why JavaScript: the
// browser's own dialog keeps the focus inside and closes on Escape, and the button follows what is typed at once.
export default {
  template: `<div class="confirmed">
    <button type="button" class="text-button danger" :data-testid="name" @click="ask">{{ labels.button }}</button>
    <dialog class="sheet" ref="dialog" :aria-labelledby="name + '-title'" :data-testid="name + '-dialog'" @click="onBackdrop">
      <form method="dialog" @submit.prevent="confirm">
        <div class="sheet-head"><h2 :id="name + '-title'">{{ labels.title }}</h2></div>
        <p>{{ labels.text }}</p>
        <p v-if="href"><a :href="prefix + href" class="quiet-link" download>{{ labels.link }}</a></p>
        <label v-if="labels.option" class="confirm-option"><input type="checkbox" v-model="chosen" :data-testid="name + '-option'"/>
          <span>{{ labels.option }}</span></label>
        <label v-if="word" class="confirm-word">{{ labels.type }}
          <input class="field" v-model="typed" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="40" :data-testid="name + '-word'"/></label>
        <p class="setting-said fault" role="alert">{{ fault }}</p>
        <div class="sheet-actions">
          <button type="button" class="text-button" @click="close">{{ labels.cancel }}</button>
          <button type="submit" class="text-button danger" :disabled="!ready || busy" :data-testid="name + '-confirm'">{{ labels.button }}</button>
        </div>
      </form>
    </dialog>
    <p class="setting-said" role="status">{{ said }}</p>
  </div>`,
  props: { name: String, labels: Object, word: String, href: String },
  emits: ["confirm"],
  data: () => ({ typed: "", chosen: true, fault: "", said: "", busy: false, prefix: "" }),
  computed: {
    ready() {
      return !this.word || this.typed.trim().toLowerCase() === this.word.toLowerCase();
    },
  },
  mounted() {
    this.prefix = window.path_prefix || "";
  },
  methods: {
    ask() {
      Object.assign(this, { typed: "", chosen: true, fault: "", said: "", busy: false });
      this.$refs.dialog.showModal();
      this.$refs.dialog.querySelector("input.field, .sheet-actions button").focus();
    },
    close() {
      this.$refs.dialog.close();
    },
    onBackdrop(event) {
      if (event.target === this.$refs.dialog) this.close();
    },
    confirm() {
      if (!this.ready || this.busy) return;
      this.busy = true;
      this.fault = "";
      this.$emit("confirm", { typed: this.typed.trim(), chosen: this.chosen });
    },
    done(said) {
      this.busy = false;
      this.said = said;
      this.close();
    },
    failed(sentence) {
      this.busy = false;
      this.fault = sentence;
    },
  },
};
