// Two comforts; every page works without them.
// 1. After a refused form the error summary takes the focus, so that a screen reader starts there.
// 2. A counter says how many characters are left, and speaks only after a pause in typing.

function focusSummary() {
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
}

function startCounter(counter) {
  const control = document.getElementById(counter.dataset.counts);
  const limit = Number(counter.dataset.limit);
  if (!control || !limit) return;
  const spoken = document.createElement("span");
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  counter.after(spoken);
  let pause;

  function say() {
    // Counted in characters as the server counts them, not in UTF-16 units: 𠮷 is one.
    const left = limit - Array.from(control.value).length;
    const words = (left < 0 ? counter.dataset.over : counter.dataset.left).replace("{n}", String(Math.abs(left)));
    counter.textContent = words;
    counter.classList.toggle("counter--over", left < 0);
    clearTimeout(pause);
    pause = setTimeout(() => {
      spoken.textContent = words;
    }, 1000);
  }

  control.addEventListener("input", say);
  if (control.value) say();
}

focusSummary();
document.querySelectorAll("[data-counts]").forEach(startCounter);
