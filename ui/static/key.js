// The upload script needs the admin key as well. It stays in the memory of the open page and is gone with it.
// Runs after acts.js, which has sent it to the server by then. With a name it is a password, which nobody keeps:
// the page gets the token of a session for it, see `data-key` of the upload form.
element.addEventListener("submit", (event) => {
  const fields = new FormData(event.target);
  window.zhidaKey = (fields.get("name") || "").trim() ? null : fields.get("key").trim();
  event.target.reset();
});
