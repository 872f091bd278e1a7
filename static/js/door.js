// The door page with a camera: what it reads is sent as if it had been typed, and the answer changes the page around the
// running picture. Without this script the page works by typing, scanners and the phone's own camera.
import { offerCamera } from "./_camera.js";

const PARTS = ["said", "live", "latest"];

function say(title, text) {
  const place = document.getElementById("camera-problem");
  place.textContent = `${title}。${text}`;
  place.hidden = false;
}

async function send(text) {
  const form = document.querySelector("form.scan");
  const body = new URLSearchParams(new FormData(form));
  body.set("code", text);
  try {
    const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = PARTS.map((id) => [document.getElementById(id), page.getElementById(id)]);
    if (parts.some((pair) => !pair[1])) {
      location.reload(); // logged out, or no longer this person's door: the page itself says so
      return;
    }
    document.getElementById("camera-problem").hidden = true;
    parts.forEach((pair) => pair[0].replaceWith(pair[1]));
    const result = document.querySelector(".scanned, .scan__error[role=alert]:not([hidden])");
    document.getElementById("camera-said").textContent = result ? result.textContent : "";
  } catch {
    say("没有网络", "这次扫码没有记录，请再扫一次，或者改用无网络签到。");
  }
}

offerCamera(document.getElementById("camera"), send, say);
