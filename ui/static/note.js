// Runs after acts.js, which has sent the note by then.
element.addEventListener("submit", (event) => event.target.reset());
