// Switches notifications on and off. Why JavaScript: the browser asks for the permission at a click and at no other time,
// and the wish is kept where it holds, in this browser.
import { isBlocked, isOn, isPossible, want } from "notifications";

export default {
  template: `<div class="settings-form" data-testid="notification-switch"><div class="setting setting-switch">
    <div class="setting-words"><label class="setting-label" for="notification-switch">{{ labels.label }}</label>
      <p class="setting-help" id="notification-help">{{ blocked ? labels.blocked : possible ? labels.help : labels.impossible }}</p></div>
    <div class="setting-control"><input type="checkbox" role="switch" class="switch" id="notification-switch" aria-describedby="notification-help"
      :checked="on" :disabled="!possible || blocked" @change="change"/></div>
  </div></div>`,
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
