// Reads QR codes out of camera pictures, as a worker, for browsers that cannot by themselves (Safari, Firefox, most of
// those inside other programs). Fetched only when somebody starts the camera at a door; kept for doors without a network.
import { decodeQR } from "qr/decode.js";

function read(picture) {
  try {
    return decodeQR(picture) || "";
  } catch {
    return ""; // no code in this picture
  }
}

self.onmessage = (event) => self.postMessage(read(event.data));
