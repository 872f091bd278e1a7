// What a door keeps on the device: the list that was taken along, and every scan until it was handed in.
const NAME = "openday-door";

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function openStore() {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("packs", { keyPath: "code" });
    opening.result.createObjectStore("scans", { keyPath: "key" }).createIndex("code", "code");
  };
  const base = await done(opening);

  /** Resolves when the device has it for good, not before. */
  function change(table, act) {
    return new Promise((resolve, reject) => {
      const transaction = base.transaction(table, "readwrite", { durability: "strict" });
      act(transaction.objectStore(table));
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    pack: (code) => done(base.transaction("packs").objectStore("packs").get(code)),
    scans: (code) => done(base.transaction("scans").objectStore("scans").index("code").getAll(code)),
    keepPack: (pack) => change("packs", (table) => table.put(pack)),
    dropPack: (code) => change("packs", (table) => table.delete(code)),
    keepScans: (scans) => change("scans", (table) => scans.forEach((scan) => table.put(scan))),
    dropScans: (keys) => change("scans", (table) => keys.forEach((key) => table.delete(key))),
  };
}

/** The list's key, which cannot be read out of the browser again. */
export function importKey(hex) {
  const bytes = Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** How the list names a ticket or a number: see openday/rules/offline_door.py. */
export async function digestOf(key, text) {
  const signed = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)));
  return Array.from(signed, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
