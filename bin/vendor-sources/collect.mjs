// Copies what the product serves out of node_modules into static/vendor (run by bin/vendor).
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const [modules, sources, target] = process.argv.slice(2);
const postcss = createRequire(resolve(modules, "x.js"))("postcss");
const from = (...path) => readFileSync(join(modules, ...path), "utf8");
const strip = (text) => text.replace(/\s*(\/\*|\/\/)# sourceMappingURL=.*$/gm, "");

function write(path, text) {
  mkdirSync(dirname(join(target, path)), { recursive: true });
  writeFileSync(join(target, path), text.trimEnd() + "\n");
}

function copy(path, ...source) {
  mkdirSync(dirname(join(target, path)), { recursive: true });
  copyFileSync(join(modules, ...source), join(target, path));
}

// Of Tabler: how plain elements look, and the utilities. Its components would cost every page 20 to
// 60 ms of style matching, and ours replace them. What is kept lies in a layer below everything of
// ours, so that no rule of ours has to outweigh it.
const UTILITY = /^(d|m[tbsexy]?|p[tbsexy]?|g[xy]?|gap|flex|justify-content|align-(items|self|content)|order|text-(start|end|center|nowrap|wrap|break)|fw|w|h|mw|mh|overflow|position|row|col|float|visually-hidden)(-|$)/;
const classesIn = (selector) => [...selector.matchAll(/\.(-?[_a-zA-Z][\w-]*)/g)].map((match) => match[1]);
const kept = (selector) =>
  !/\[data-|#|\[class/.test(selector) && classesIn(selector).every((name) => UTILITY.test(name));

function tabler() {
  const root = postcss.parse(from("@tabler/core/dist/css/tabler.min.css"));
  root.walkAtRules((rule) => {
    if (/^(keyframes|charset|font-face)$/.test(rule.name)) rule.remove();
  });
  root.walkRules((rule) => {
    rule.selectors = rule.selectors.filter(kept);
    if (!rule.selectors.join("")) rule.remove();
  });
  while (dropUnusedVariables(root));
  root.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) rule.remove();
  });
  root.walkComments((comment) => {
    if (!comment.text.startsWith("!")) comment.remove();
  });
  write("tabler/tabler.css", `@charset "UTF-8";\n@layer tabler{${root}}`);
  write("tabler/LICENSE", tablerLicence());
}

function dropUnusedVariables(root) {
  const used = new Set([...String(root).matchAll(/var\((--[\w-]+)/g)].map((match) => match[1]));
  let dropped = 0;
  root.walkDecls(/^--/, (declaration) => {
    if (used.has(declaration.prop)) return;
    const { parent } = declaration;
    declaration.remove();
    if (!parent.nodes.length) parent.remove();
    dropped += 1;
  });
  return dropped;
}

// The package ships no licence file: the text is the icons' (MIT too), the owners those its style sheet names.
function tablerLicence() {
  const owners = from("@tabler/core/dist/css/tabler.min.css").match(/Copyright [^\n]+/g).join("\n");
  return from("@tabler/icons/LICENSE").replace(/^Copyright .*$/m, owners);
}

function inter() {
  for (const script of ["latin", "latin-ext", "cyrillic", "greek", "vietnamese"]) {
    copy(`inter/inter-${script}.woff2`, `@fontsource-variable/inter/files/inter-${script}-wght-normal.woff2`);
  }
  copy("inter/LICENSE", "@fontsource-variable/inter/LICENSE");
}

function htmx() {
  write("htmx/htmx.js", strip(from("htmx.org/dist/htmx.min.js")));
  write("htmx/idiomorph.js", strip(from("idiomorph/dist/idiomorph-ext.min.js")));
  copy("htmx/LICENSE", "htmx.org/LICENSE");
  copy("htmx/LICENSE-idiomorph", "idiomorph/LICENSE");
}

function echarts() {
  copy("echarts/LICENSE", "echarts/LICENSE");
  copy("echarts/NOTICE", "echarts/NOTICE");
  copy("echarts/LICENSE-zrender", "zrender/LICENSE");
}

function icons() {
  const names = readFileSync(join(sources, "icons.txt"), "utf8").trim().split("\n").sort();
  const symbols = names.map((name) => {
    const svg = from("@tabler/icons/icons/outline", `${name}.svg`);
    const paths = svg.match(/<(path|circle|rect|line|ellipse|polyline)[^>]*>/g);
    const drawn = paths.filter((path) => !path.includes('stroke="none"')).join("");
    return `<symbol id="${name}" viewBox="0 0 24 24">${drawn}</symbol>`;
  });
  write("icons/icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>`);
  copy("icons/LICENSE", "@tabler/icons/LICENSE");
}

tabler();
inter();
htmx();
echarts();
icons();
