// Reads QR codes and barcodes out of the camera's picture, and opens what they mean.

const panel = document.querySelector("[data-scan]");
const video = panel.querySelector("video");
const say = panel.querySelector(".scan-say");
const EVERY = 200;

async function look(detector) {
  const [found] = await detector.detect(video).catch(() => []);
  if (!found) return setTimeout(look, EVERY, detector);
  say.textContent = `Read ${found.rawValue}, opening…`;
  stop();
  return location.assign(`${panel.dataset.searchUrl}?q=${encodeURIComponent(found.rawValue)}`);
}

function stop() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
}

async function start() {
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  await video.play();
  video.hidden = false;
  say.textContent = "Hold the code before the camera.";
  look(new BarcodeDetector({ formats: ["qr_code", "code_128"] }));
}

if (!("BarcodeDetector" in window) || !navigator.mediaDevices) say.textContent = "This browser cannot read codes with a camera.";
else start().catch(() => { say.textContent = "The camera was not allowed. Allow it in the address bar, then open this page again."; });
window.addEventListener("pagehide", stop);
