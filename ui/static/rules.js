// The form stands above the list: brings what has just opened, or what was said of it, into sight.
watch("value", () => {
  if (element.querySelector("form, .zd-problem, .zd-done")) element.scrollIntoView({ block: "start" });
});
