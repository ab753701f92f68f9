// Notifications of the browser: whether the person wants them, asking for the permission, showing one. The wish is kept
// in the browser, for it is the browser that is allowed.
const WISH = "guilherme:notifications"; // "on", "off", or nothing while nobody has been asked
const ONE_TAB = 3000; // ms for which the tab that shows a notification keeps the others from showing the same

// Phones show notifications only by a service worker, and pages without https none at all.
export const isPossible = () => window.isSecureContext && "Notification" in window && !/android/i.test(navigator.userAgent);
export const isBlocked = () => isPossible() && Notification.permission === "denied";
export const isOn = () => isPossible() && Notification.permission === "granted" && wish() === "on";

export function wish(value) {
  try {
    if (value) localStorage.setItem(WISH, value);
    return localStorage.getItem(WISH);
  } catch {
    return "off"; // forbidden storage: nothing can be remembered, so nobody is asked
  }
}

// Switch them on or off; to be called by a click, for only then may a page ask. Gives whether they are on.
export async function want(value) {
  wish(value && (await Notification.requestPermission()) === "granted" ? "on" : "off");
  return isOn();
}

// Hold a lock while this tab can be seen, so that others know. Gives a function that lets go.
export function holdInSight() {
  let letGo = () => {};
  navigator.locks?.request("guilherme:in-sight", { mode: "shared" }, () => new Promise((done) => (letGo = done)));
  return () => letGo();
}

// Show one for a conversation, in one of several tabs, and in none while one of them can be seen.
export async function notify(text, item, icon, onClick) {
  if (!isOn()) return;
  const held = (await navigator.locks.query()).held;
  if (held.some((lock) => lock.name === "guilherme:in-sight")) return;
  navigator.locks.request(`guilherme:notify:${item.id}`, { ifAvailable: true }, (lock) => {
    if (!lock) return;
    const notification = new Notification(text, { body: item.title, tag: `guilherme:${item.id}`, icon });
    notification.onclick = () => {
      window.focus();
      notification.close();
      onClick();
    };
    return new Promise((done) => setTimeout(done, ONE_TAB));
  });
}
