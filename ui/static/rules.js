// Shows in the form what the server put there: the page keeps what was typed before, also after it was saved.
// It stands above the list: brings what has just opened, or what was said of it, into sight, and what is wrong to the cursor.
watch("value", () => {
  element.querySelector("form")?.reset();
  const wrong = element.querySelector("[aria-invalid=true]");
  if (wrong) {
    wrong.closest(".zd-field").scrollIntoView({ block: "center" });
    wrong.focus({ preventScroll: true });
  } else if (element.querySelector("form, .zd-problem, .zd-done")) element.scrollIntoView({ block: "start" });
});
