// Whether an input method took a key: Enter then ends a composition, and must neither send nor save. Why JavaScript: only
// the browser knows. 229: Safari and some others end the composition before they tell which key it was.
export const isComposing = (event) => event.isComposing || event.keyCode === 229;
