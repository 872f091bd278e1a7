// The camera of a door page: shows what it sees and hands over each code that it reads, once while it is held up.
// The browser's own reader is used where there is one; else a worker (reader.js) reads.
const RHYTHM = 150; // milliseconds between two looks
const WIDEST = 800; // pixels of a picture that the worker reads
const AGAIN = 3000; // milliseconds after which the same code counts as shown again

async function ownReader() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!formats.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return {
    read: async (view) => {
      const found = await detector.detect(view).catch(() => []);
      return found.length ? found[0].rawValue : "";
    },
    end: () => {},
  };
}

function workerReader(address) {
  const worker = new Worker(address);
  const canvas = document.createElement("canvas");
  return {
    read: (view) => {
      const scale = Math.min(1, WIDEST / Math.max(view.videoWidth, view.videoHeight, 1));
      canvas.width = Math.round(view.videoWidth * scale);
      canvas.height = Math.round(view.videoHeight * scale);
      if (!canvas.width || !canvas.height) return Promise.resolve("");
      const brush = canvas.getContext("2d", { willReadFrequently: true });
      brush.drawImage(view, 0, 0, canvas.width, canvas.height);
      const picture = brush.getImageData(0, 0, canvas.width, canvas.height);
      return new Promise((resolve, reject) => {
        worker.onmessage = (event) => resolve(event.data);
        worker.onerror = () => reject(new Error("no reader"));
        worker.postMessage({ width: picture.width, height: picture.height, data: picture.data }, [picture.data.buffer]);
      });
    },
    end: () => worker.terminate(),
  };
}

/** Shows the camera of `place` (with a button and a video) where a camera can be read: `found` gets each code, `failed`
 *  a reason and what to do instead. */
export function offerCamera(place, found, failed) {
  if (!place || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
  if (!("BarcodeDetector" in window) && !(window.Worker && place.dataset.reader)) return;
  const button = place.querySelector("button");
  const view = place.querySelector("video");
  let reader = null;
  let last = { text: "", at: 0 };

  function stop() {
    if (view.srcObject) view.srcObject.getTracks().forEach((track) => track.stop());
    view.srcObject = null;
    view.hidden = true;
    button.textContent = place.dataset.start;
    if (reader) reader.end();
    reader = null;
  }

  async function look(mine) {
    if (reader !== mine) return;
    const text = await mine.read(view);
    if (reader !== mine) return;
    const fresh = text && (text !== last.text || Date.now() - last.at > AGAIN);
    if (text) last = { text, at: Date.now() };
    if (fresh) {
      if (navigator.vibrate) navigator.vibrate(80);
      await found(text);
    }
    setTimeout(() => look(mine).catch(broken), RHYTHM);
  }

  function broken() {
    stop();
    failed("不能识别二维码", "请输入凭证号，或者用手机相机扫码。");
  }

  async function start() {
    try {
      view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      failed("不能使用摄像头", "请允许本页使用摄像头，或者输入凭证号。");
      return;
    }
    view.hidden = false;
    button.textContent = place.dataset.stop;
    last = { text: "", at: 0 };
    try {
      await view.play();
      reader = (await ownReader()) || workerReader(place.dataset.reader);
      await look(reader);
    } catch {
      broken();
    }
  }

  button.addEventListener("click", () => (view.srcObject ? stop() : start()));
  window.addEventListener("pagehide", stop);
  place.hidden = false;
}
