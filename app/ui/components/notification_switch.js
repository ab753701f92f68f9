// Switches notifications on and off. Why JavaScript: the browser asks for the permission at a click and at no other time,
// and the wish is kept where it holds, in this browser.
import { isBlocked, isOn, isPossible, want } from "notifications";

export default {
  template: `<label class="notification-switch" data-testid="notification-switch">
    <input type="checkbox" role="switch" :checked="on" :disabled="!possible || blocked" @change="change"/>
    <span>{{ labels.label }}</span>
    <span v-if="!possible || blocked" class="quiet">{{ possible ? labels.blocked : labels.impossible }}</span>
  </label>`,
  props: { labels: Object },
  data: () => ({ on: isOn(), possible: isPossible(), blocked: isBlocked() }),
  methods: {
    async change(event) {
      this.on = await want(event.target.checked);
      event.target.checked = this.on;
      this.blocked = isBlocked();
    },
  },
};
