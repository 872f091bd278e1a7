// Keeps the parts of a page that others change up to date, for example the count at a door with several gates.
const RHYTHM = 15000; // milliseconds

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.pathname, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelectorAll("[data-live]").forEach((old) => {
      const now = page.getElementById(old.id);
      if (now && now.innerHTML !== old.innerHTML) old.innerHTML = now.innerHTML;
    });
  } catch {
    // No network for the moment: the next attempt is near.
  }
}

setInterval(renew, RHYTHM);
