// Does the work of a form's challenge (openday/rules/proof_of_work.py) in a worker, from the moment the page is open, so
// that nobody waits for it. The same file is the worker. Without it, or without a worker, the form can be sent as well.
import { compress, hashOf, initial } from "./_sha256.js";

const PIECES = 8;
const PATIENCE = 8000; // Milliseconds after which a form is sent without the work; the server takes that too.

/** Looks for one piece, `tries` numbers from `from`; returns the number found, or -1. */
function search(seed, piece, difficulty, from, tries) {
  const block = new Uint32Array(16);
  block.set(seed);
  block[8] = piece;
  block[10] = 0x80000000;
  block[15] = 320; // Bits: 32 bytes of seed, four of the piece, four of the number.
  const state = new Uint32Array(8);
  const start = initial();
  const bound = 2 ** (32 - difficulty);
  for (let number = from; number < from + tries; number += 1) {
    block[9] = number;
    state.set(start);
    compress(state, block);
    if (state[0] < bound) return number;
  }
  return -1;
}

/** The whole work at once, for the worker. */
function solve(token) {
  const difficulty = Number(token.split(".")[1]);
  const seed = hashOf(token);
  const found = [];
  for (let piece = 0; piece < PIECES; piece += 1) found.push(search(seed, piece, difficulty, 0, 2 ** 32));
  return found.join(".");
}

/** The same in small bites on the page's own thread, where a browser gives no worker. */
function solveHere(token, done) {
  const difficulty = Number(token.split(".")[1]);
  const seed = hashOf(token);
  const found = [];
  let from = 0;
  function bite() {
    const number = search(seed, found.length, difficulty, from, 2000);
    from = number < 0 ? from + 2000 : 0;
    if (number >= 0) found.push(number);
    if (found.length === PIECES) done(found.join("."));
    else setTimeout(bite, 0);
  }
  bite();
}

function begin(token, address, done) {
  let worker;
  try {
    worker = new Worker(address);
  } catch (refused) {
    solveHere(token, done);
    return;
  }
  worker.onmessage = (event) => {
    worker.terminate();
    done(event.data);
  };
  worker.onerror = () => {
    worker.terminate();
    solveHere(token, done);
  };
  worker.postMessage(token);
}

/** Fills in the work of every form with this challenge, and lets a form that was sent too early go. */
function watch(token, fields, address) {
  const waiting = new Set();
  let over = false;

  function release(proof) {
    if (over) return;
    over = true;
    fields.forEach((field) => {
      const place = field.form.elements.proof;
      if (proof) place.value = proof;
    });
    waiting.forEach((send) => send());
  }

  fields.forEach((field) => {
    field.form.addEventListener("submit", (event) => {
      if (over) return;
      event.preventDefault();
      const button = event.submitter;
      waiting.clear();
      waiting.add(() => {
        if (button && field.form.requestSubmit) field.form.requestSubmit(button);
        else field.form.submit();
      });
      setTimeout(release, PATIENCE);
    });
  });
  begin(token, address, release);
}

function start(address) {
  const groups = new Map();
  document.querySelectorAll("input[data-challenge]").forEach((field) => {
    if (field.form.elements.proof.value) return;
    groups.set(field.value, [...(groups.get(field.value) || []), field]);
  });
  groups.forEach((fields, token) => watch(token, fields, address));
}

if (typeof document === "undefined") {
  self.onmessage = (event) => self.postMessage(solve(event.data));
} else {
  start(document.currentScript.src);
}
