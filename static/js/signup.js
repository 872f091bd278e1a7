// Shows a part of a form only while the answer that it depends on is given; without this script all of it shows, with a
// hint when it is for. What is hidden is not sent.

function answers(form, name) {
  return [...form.elements]
    .filter((field) => field.name === name && !field.disabled)
    .filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked)
    .map((field) => field.value);
}

function wanted(part, given) {
  return "whenNot" in part.dataset ? !given.includes(part.dataset.whenNot) : given.includes(part.dataset.whenValue);
}

function settle(form) {
  form.querySelectorAll("[data-when]").forEach((part) => {
    const shown = wanted(part, answers(form, part.dataset.when));
    part.hidden = !shown;
    part.querySelectorAll("input, select, textarea").forEach((field) => (field.disabled = !shown));
  });
}

document.querySelectorAll("form").forEach((form) => {
  if (!form.querySelector("[data-when]")) return;
  form.querySelectorAll("[data-only-plain]").forEach((hint) => (hint.hidden = true));
  settle(form);
  form.addEventListener("change", () => settle(form));
});
