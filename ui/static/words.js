// Shows in the form what the server put there: the page keeps what was typed before, also after it was saved.
watch("value", () => element.querySelector("form")?.reset());
