// Shows in the forms what the server put there: the page keeps what was typed before, also after it was saved.
// Then brings into sight what has just been said or opened, and puts the cursor where something is wrong or begins.
watch("value", () => {
  for (const form of element.querySelectorAll("form")) form.reset();
  const wrong = element.querySelector("[aria-invalid=true]");
  const form = element.querySelector(".zd-settings-form");
  const said = element.querySelector(".zd-problem, .zd-done, .zd-asks, .zd-settings-form");
  (wrong?.closest(".zd-field") || said)?.scrollIntoView({ block: wrong ? "center" : "nearest" });
  if (wrong) wrong.focus({ preventScroll: true });
  else if (form && !element.querySelector(".zd-info")) form.querySelector("input, textarea, select")?.focus({ preventScroll: true });
  else element.querySelector(".zd-asks button")?.focus();
});
// A button in a form that sends it for something else than to save it.
element.addEventListener("click", (event) => {
  const target = event.target.closest("[data-also]");
  if (!target || !ACTS.includes(target.dataset.also)) return;
  const { act, ...data } = target.form.dataset;
  trigger(target.dataset.also, { ...data, ...Object.fromEntries(new FormData(target.form)) });
});
