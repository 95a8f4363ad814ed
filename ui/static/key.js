// The upload script needs the admin key as well. It stays in the memory of the open page and is gone with it.
// Runs after acts.js, which has sent the key to the server by then.
element.addEventListener("submit", (event) => {
  window.zhidaKey = new FormData(event.target).get("key").trim();
  event.target.reset();
});
