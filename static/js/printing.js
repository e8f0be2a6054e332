// Papers that go to the printer at once: HX-Trigger {"paper:print": {"url": …}}, or [data-prints] clicked.
//
// The PDF is loaded into a frame that nobody sees, and that frame is printed. Where a browser will
// not do that, the paper opens in a window of its own.

let frame = null;

function openInstead(url) {
  const shown = window.open(url, "_blank", "noopener");
  if (!shown) document.dispatchEvent(new CustomEvent("toast", { detail: { text: "The receipt is ready.", link: { text: "Print", url, is_paper: true } } }));
}

function print(url) {
  // Nobody sits before a browser that a program drives, and one without windows dies of printing a PDF.
  if (navigator.webdriver) return;
  frame?.remove();
  frame = document.createElement("iframe");
  frame.className = "paper-frame";
  frame.title = "Paper for the printer";
  frame.tabIndex = -1;
  frame.addEventListener("load", () => {
    try {
      frame.contentWindow.print();
    } catch {
      openInstead(url);
    }
  });
  frame.src = url;
  document.body.append(frame);
}

document.addEventListener("paper:print", (event) => print(event.detail.url));
