// The door without a network: takes the list along, answers scans from it, keeps them, hands them in when it can.
// Nothing is answered before the device has it for good, so that a reload or a flat battery loses no entry.
import { offerCamera } from "./_camera.js";
import { digestOf, importKey, newKey, openStore } from "./_door_store.js";

const CACHE = "openday-door";
const BATCH = 50;
const RHYTHM = 20000; // milliseconds between attempts to hand in what waits
const PAUSE = 20000; // milliseconds for which a party's entry waits, so that the number who came can be said
const place = document.getElementById("offline");
const code = place.dataset.code;
const part = (id) => document.getElementById(id);

let store;
let pack = null;
let scans = [];
let sending = false;
let turn = Promise.resolve();

function show(id, shown) {
  part(id).hidden = !shown;
}

function clockOf(at) {
  return new Date(at).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
}

function result(tone, title, text = "") {
  part("result").className = `scanned scanned--${tone}`;
  part("result-title").textContent = title;
  part("result-text").textContent = text;
  show("result", true);
}

function line(list, name, detail, buttons = []) {
  const item = document.createElement("li");
  item.className = "recent__item";
  const who = document.createElement("span");
  who.className = "recent__who";
  const said = (kind, text) => {
    const span = document.createElement("span");
    span.className = `recent__${kind}`;
    span.textContent = text;
    who.append(span);
  };
  said("name", name);
  said("detail", detail);
  item.append(who);
  buttons.forEach((wanted) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `button button--${wanted.kind}`;
    button.textContent = wanted.label;
    button.setAttribute("aria-label", `${wanted.label}：${name}`);
    button.addEventListener("click", wanted.act);
    item.append(button);
  });
  list.append(item);
}

// --- what was scanned ----------------------------------------------------------------------------------------------

function understand(typed) {
  const text = typed.normalize("NFKC").trim().toLowerCase();
  const ticket = /^(?:.*\/tickets\/)?([0-9a-z]{28})(?:[/?#].*)?$/.exec(text);
  if (ticket) return { whole: ticket[1] };
  const digits = text.replace(/[ -]/g, "");
  if (/^[0-9]{6}$/.test(digits)) return { whole: digits };
  if (/^([0-9]{4}|1[0-9]{10})$/.test(digits)) return { last4: digits.slice(-4) };
  return null;
}

function entriesOf(row) {
  return scans.filter((scan) => scan.digest === row.c && ["waiting", "admitted"].includes(scan.state));
}

function shownBefore(row) {
  return scans.find((scan) => scan.digest === row.c && !["cancelled", "unknown"].includes(scan.state));
}

/** How many of a party are in, as far as this device knows. */
function inOf(row) {
  return Math.min(row.p, entriesOf(row).reduce((total, scan) => total + (scan.people || scan.size), row.q || 0));
}

async function keep(row, people, rest) {
  const scan = { key: newKey(), code, digest: row.c, at: Date.now(), people, rest, size: row.p, name: row.n, state: "waiting" };
  await store.keepScans([scan]);
  scans.push(scan);
  return scan;
}

async function admit(row) {
  const before = shownBefore(row);
  if (before || row.a) {
    const since = clockOf(before ? before.at : row.a - pack.ahead);
    const left = inOf(row) ? row.p - inOf(row) : 0;
    result("again", `已于${since}签到`, left ? `${row.n}　登记${row.p}人，还有${left}人没有到` : `${row.n}　${row.p}人`);
    if (left) ask(left, left, "后到的人数", "后到的签到", async (people) => {
      await keep(row, people, true);
      result("in", `${row.n}　${people}人`, `后到签到，登记${row.p}人，已到${inOf(row)}人`);
    });
    return;
  }
  const scan = await keep(row, 0, false);
  result("in", `${row.n}　${row.p}人`, `${clockOf(scan.at)}已签到，尾号 ${row.l || "–"}`);
  if (row.p > 1) ask(row.p, row.p, "只来了一部分人的，请选实到人数", "更正实到人数", async (people) => {
    if (!canChange(scan)) {
      result("again", "人数已经上传", "请在有网络的入口更正。");
      return;
    }
    scan.people = people === row.p ? 0 : people;
    await store.keepScans([scan]);
    result("in", `${row.n}　${people}人`, `登记${row.p}人，其余的后到时再扫一次`);
  });
  draw();
  send();
}

/** Offers numbers of people up to `most`; `act` is called with the one that was chosen. */
function ask(most, chosen, label, button, act) {
  const select = part("partly-people");
  select.textContent = "";
  for (let n = most; n >= 1; n -= 1) select.append(new Option(`${n}人`, String(n), n === chosen, n === chosen));
  part("partly-label").textContent = label;
  part("partly-button").textContent = button;
  part("partly").onsubmit = (event) => {
    event.preventDefault();
    show("partly", false);
    inTurn(async () => {
      await act(Number(select.value));
      draw();
      send();
    });
  };
  show("partly", true);
}

/** Whether nothing of an entry can have left this device yet. */
function canChange(scan) {
  return scan.state === "waiting" && !scan.sent;
}

function offer(rows) {
  part("matches-list").textContent = "";
  rows.forEach((row) => {
    const act = () => {
      show("matches", false);
      inTurn(() => admit(row));
    };
    line(part("matches-list"), row.n, `${row.p}人　尾号 ${row.l}`, [{ label: "签到", kind: "primary", act }]);
  });
  show("matches", true);
}

async function scanned(typed) {
  show("matches", false);
  show("partly", false);
  const now = Date.now() + pack.ahead;
  if (now > pack.expires_at) {
    await expire();
    return;
  }
  if (now < pack.opens_at) {
    result("refused", "签到尚未开始", "活动开始前3小时起可以签到。");
    return;
  }
  const sought = understand(typed);
  let rows = [];
  if (sought && sought.last4) rows = pack.parties.filter((row) => row.l === sought.last4);
  if (sought && sought.whole) {
    const digest = await digestOf(pack.key, sought.whole);
    rows = pack.parties.filter((row) => row.c === digest || row.d === digest);
  }
  if (!rows.length) result("refused", "不在名单上", "请核对后再输入。带走名单以后报名的，请到有网络的入口办理。");
  else if (rows[0].s === "cancelled") result("refused", "报名已取消", "名额已经释放，不能签到。");
  else if (rows[0].s !== "confirmed") result("refused", "没有取得名额", "不能签到。");
  else if (sought.last4) offer(rows);
  else await admit(rows[0]);
}

/** One after the other: a scanner is faster than a device writes. */
function inTurn(act) {
  turn = turn.then(act).catch(() => result("refused", "没有记下", "本机存储空间不足或不可用，请改用纸质名单。"));
  return turn;
}

// --- handing in ----------------------------------------------------------------------------------------------------

async function post(address, fields, token) {
  const body = new URLSearchParams(fields);
  body.append("csrf_token", token);
  const answer = await fetch(address, {
    method: "POST",
    body,
    credentials: "same-origin",
    redirect: "manual",
    headers: { Accept: "application/json" },
  });
  if (answer.type === "opaqueredirect") throw new Error("请先登录，再回到本页上传");
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.message);
  return told;
}

/** A page that was kept may be older than the log-in: the token comes from a fresh one. */
async function freshToken() {
  const answer = await fetch(location.pathname, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
  if (answer.type === "opaqueredirect") throw new Error("请先登录，再回到本页上传");
  if (!answer.ok) throw new Error("您已不能办理本场签到，本机的签到记录没有上传");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const field = page.querySelector("input[name=csrf_token]");
  if (!field) throw new Error("本场不办理签到，本机的签到记录没有上传");
  return field.value;
}

async function handIn(asked) {
  const token = await freshToken();
  for (let waiting = due(asked); waiting.length; waiting = due(asked)) {
    const batch = waiting.slice(0, BATCH);
    batch.forEach((scan) => {
      scan.sent = true; // from here on the other side may know it, whatever becomes of the answer
    });
    await store.keepScans(batch);
    const fields = [["device_key", pack.device_key], ["sent_at", String(Date.now())]];
    batch.forEach((scan) => fields.push(["scan", `${scan.key} ${scan.digest} ${scan.at} ${scan.people}${scan.rest ? " rest" : ""}`]));
    const told = await post(place.dataset.scans, fields, token);
    told.results.forEach((each) => {
      const scan = batch.find((one) => one.key === each.key);
      scan.state = each.answer;
      scan.text = each.text;
    });
    await store.keepScans(batch);
    draw();
  }
}

function waitingScans() {
  return scans.filter((scan) => scan.state === "waiting");
}

/** What can be handed in now; all of it when somebody asks for it. */
function due(asked) {
  return waitingScans().filter((scan) => asked || scan.sent || scan.size === 1 || Date.now() - scan.at > PAUSE);
}

async function send(asked = false) {
  if (sending || !pack || !due(asked).length || (!navigator.onLine && !asked)) return;
  sending = true;
  let told = "";
  try {
    await handIn(asked);
  } catch (failed) {
    told = failed instanceof TypeError || failed instanceof SyntaxError ? "没有网络" : failed.message;
  }
  sending = false;
  draw(told);
}

// --- what is seen --------------------------------------------------------------------------------------------------

async function takeBack(scan) {
  if (!canChange(scan)) return;
  await store.dropScans([scan.key]);
  scans = scans.filter((one) => one !== scan);
  result("again", "已撤销签到", scan.name);
  draw();
}

function drawLists() {
  part("recent-list").textContent = "";
  part("conflicts-list").textContent = "";
  const odd = scans.filter((scan) => ["conflict", "cancelled", "unknown"].includes(scan.state));
  odd.forEach((scan) => line(part("conflicts-list"), scan.name, `${clockOf(scan.at)}扫描　${scan.text}`));
  show("conflicts", odd.length > 0);
  scans
    .slice(-5)
    .reverse()
    .forEach((scan) => {
      const back = [{ label: "撤销", kind: "secondary", act: () => inTurn(() => takeBack(scan)) }];
      const how = scan.state === "waiting" ? "待上传" : scan.text;
      const people = `${scan.people || scan.size}人${scan.rest ? "后到" : ""}`;
      line(part("recent-list"), scan.name, `${people}　${clockOf(scan.at)}　${how}`, canChange(scan) ? back : []);
    });
}

function draw(told = "") {
  show("take", !pack);
  show("work", Boolean(pack));
  if (!pack) return;
  const sum = (numbers) => numbers.reduce((total, n) => total + n, 0);
  part("count").textContent = String(sum(pack.parties.filter((row) => row.p).map(inOf)));
  part("expected").textContent = `／ ${sum(pack.parties.map((row) => row.p || 0))} 人`;
  part("gate-line").textContent = `${pack.gate}。人数按带走名单时和本机签到计算，不含其他入口。`;
  const n = waitingScans().length;
  part("queue").textContent = n ? `${n}条签到记录待上传${told ? `：${told}` : ""}` : "签到记录已全部上传";
  place.dataset.waiting = String(n);
  drawLists();
}

// --- taking along and letting go -----------------------------------------------------------------------------------

/** Keeps this page and its parts, as they are now, for the worker to serve. */
async function keepPage() {
  const cache = await caches.open(CACHE);
  const parts = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]")];
  const addresses = [location.pathname, ...parts.map((each) => new URL(each.href || each.src).pathname)];
  if (part("camera").dataset.reader) addresses.push(part("camera").dataset.reader);
  await cache.addAll(addresses.map((address) => new Request(address, { credentials: "same-origin", cache: "no-cache" })));
}

async function take(event) {
  event.preventDefault();
  const form = part("take-form");
  try {
    await navigator.serviceWorker.register(place.dataset.worker, { scope: place.dataset.scope });
    await navigator.serviceWorker.ready;
    await keepPage();
    const told = await post(place.dataset.packs, [["gate", form.elements.gate.value]], form.elements.csrf_token.value);
    const taken = Object.assign(told, { code, key: await importKey(told.hash_key), ahead: told.taken_at - Date.now() });
    delete taken.hash_key;
    await store.keepPack(taken);
    pack = taken;
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    draw();
    part("scan").focus();
  } catch (failed) {
    part("take-error").textContent = failed instanceof TypeError ? "没有网络，或者浏览器不允许保存，名单没有带走" : failed.message;
    show("take-error", true);
  }
}

/** The list goes; what still waits to be handed in stays, with the proof of where it comes from. */
async function expire() {
  const over = scans.filter((scan) => scan.state !== "waiting").map((scan) => scan.key);
  await store.dropScans(over);
  pack.parties = [];
  if (waitingScans().length) await store.keepPack(pack);
  else await letGo();
  result("refused", "名单已过期", "本机的名单已经删除。");
  draw();
}

async function letGo() {
  await store.dropScans(scans.map((scan) => scan.key));
  await store.dropPack(code);
  await (await caches.open(CACHE)).delete(location.pathname);
  scans = [];
  pack = null;
}

function drop() {
  inTurn(async () => {
    if (waitingScans().length) {
      result("refused", "还有记录没有上传", "请先上传签到记录，再删除本机名单。");
      return;
    }
    await letGo();
    draw();
  });
}

async function start() {
  if (!window.isSecureContext) {
    part("unable-why").textContent = "本系统没有通过https地址打开，浏览器不允许保存离线名单。请改用在线签到，或者事先打印名单。";
    return;
  }
  if (!navigator.serviceWorker || !window.indexedDB || !window.caches || !crypto.subtle) return;
  store = await openStore();
  pack = (await store.pack(code)) || null;
  scans = (await store.scans(code)).sort((one, other) => one.at - other.at);
  show("unable", false);
  if (part("take-form")) part("take-form").addEventListener("submit", take);
  part("scan-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = part("scan");
    const typed = field.value;
    field.value = "";
    field.focus();
    if (typed.trim()) inTurn(() => scanned(typed));
  });
  part("sync").addEventListener("click", () => send(true));
  part("drop").addEventListener("click", drop);
  offerCamera(part("camera"), (text) => inTurn(() => scanned(text)), (title, text) => result("refused", title, text));
  window.addEventListener("online", () => send());
  setInterval(() => send(), RHYTHM);
  if (pack && Date.now() + pack.ahead > pack.expires_at) await expire();
  else draw();
  place.dataset.ready = "yes";
  if (pack && navigator.onLine) keepPage().catch(() => {});
  send();
}

start().catch(() => {});
