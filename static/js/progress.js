// Keeps the progress of something long up to date: asks for the page anew every two seconds and takes over the part that
// is marked, until it is gone; then the page has changed for good and is shown as it is now.

const PAUSE = 2000;

async function follow(shown) {
  try {
    const answer = await fetch(window.location.href, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const newer = page.getElementById(shown.id);
    if (!newer) {
      window.location.reload();
      return;
    }
    if (newer.innerHTML !== shown.innerHTML) shown.innerHTML = newer.innerHTML;
  } catch (error) {
    // No answer this time: the link on the page still works, and the next attempt comes.
  }
  setTimeout(follow, PAUSE, shown);
}

document.querySelectorAll("[data-progress]").forEach((shown) => setTimeout(follow, PAUSE, shown));
