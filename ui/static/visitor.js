(saved, _arrival) => {
  // Whom the company's own site has signed stands behind the `#`, which no server sees. It is read once and taken away.
  const seen = "zhida-visitor";
  const given = location.hash.match(/^#visitor=([\w-]*)$/);
  const arrival = { same_tab: sessionStorage.getItem(seen) === "1" };
  if (given) {
    history.replaceState(null, "", location.pathname + location.search);
    arrival.packed = given[1];
    if (given[1]) sessionStorage.setItem(seen, "1");
    else sessionStorage.removeItem(seen);
  }
  // The same window again, for somebody else: a change behind the `#` alone loads nothing.
  window.addEventListener("hashchange", () => {
    if (location.hash.startsWith("#visitor=")) location.reload();
  });
  return [saved, JSON.stringify(arrival)];
}
