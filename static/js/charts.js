// Charts: a figure.plot draws the JSON of its data-points:
//
// {"unit": "mmHg", "range": {"low": 90, "high": 140}, "series": [{"name": "Systolic",
//  "points": [{"at": "2026-09-14T09:20", "value": 152, "flag": "H", "href": "/…"}]}]}
// One unit a chart. Red only where a range is stated and left. The figure has the same as a table.

const drawn = new Map();
const DASH = ["solid", [6, 4], [2, 3]];
const MARK = ["circle", "rect", "triangle"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const YEAR = 366 * 864e5;
let library = null;

const two = (number) => String(number).padStart(2, "0");
const day = (time) => `${two(time.getDate())}-${MONTHS[time.getMonth()]}-${time.getFullYear()}`;
const moment = (time) => `${day(time)} ${two(time.getHours())}:${two(time.getMinutes())}`;

// Tokens are light-dark() texts; only a colour that is used is worked out.
function palette(figure) {
  const probe = figure.appendChild(document.createElement("i"));
  const names = ["ink", "ink-2", "ink-3", "line", "raised", "band", "danger", "series-1", "series-2", "series-3"];
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  };
  const colours = Object.fromEntries(names.map(read));
  probe.remove();
  return colours;
}

const outside = (value, range) =>
  Boolean(range) && ((range.low != null && value < range.low) || (range.high != null && value > range.high));

// Few points are all printed; of many, the last and those outside the range.
function printed(point, index, points, range) {
  return points.length <= 7 || index === points.length - 1 || outside(point.value, range);
}

function dot(point, index, points, range, colours) {
  const out = outside(point.value, range);
  return {
    value: [point.at, point.value],
    source: point,
    symbolSize: index === points.length - 1 || out ? 8 : 6,
    itemStyle: out ? { color: colours.danger } : {},
    label: {
      show: printed(point, index, points, range),
      formatter: [point.shown ?? point.value, point.flag].filter(Boolean).join(" "),
      color: out ? colours.danger : colours.ink,
    },
  };
}

// Where an end of the range is open, the band runs to the edge of the chart.
function band(range, colours, faint) {
  if (!range) return undefined;
  const edge = (end, side) => (end == null ? { y: side } : { yAxis: end });
  const area = [edge(range.low, "100%"), edge(range.high, "0%")];
  return { silent: true, itemStyle: { color: colours.band, opacity: faint ? 0.55 : 1 }, data: [area] };
}

function line(series, index, data, colours) {
  const colour = colours[`series-${index + 1}`] ?? colours["ink-2"];
  const range = series.range ?? data.range;
  return {
    type: "line", name: series.name, color: colour, symbol: MARK[index] ?? "circle", showAllSymbol: true,
    lineStyle: { width: 2, type: DASH[index] ?? "solid" },
    label: { position: index ? "bottom" : "top", fontWeight: 600, fontSize: 11, distance: 5 },
    labelLayout: { hideOverlap: true },
    emphasis: { disabled: true },
    cursor: series.points.some((point) => point.href) ? "pointer" : "default",
    markArea: series.range ? band(series.range, colours, index > 0) : index === 0 && band(data.range, colours),
    data: series.points.map((point, at) => dot(point, at, series.points, range, colours)),
  };
}

function told(items, unit) {
  const values = items.map(({ data, seriesName }) => {
    const { shown, value, flag } = data.source;
    return [seriesName, shown ?? value, unit, flag].filter((part) => part != null && part !== "").join(" ");
  });
  return [moment(new Date(items[0].data.source.at)), ...values].join("\n");
}

// Round steps that hold every value and every range.
function ends(data) {
  const ranges = [data.range, ...data.series.map((series) => series.range)].flatMap((range) => [range?.low, range?.high]);
  const values = [...data.series.flatMap((series) => series.points.map((point) => point.value)), ...ranges];
  const known = values.filter((value) => value != null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const rough = (high - low || Math.abs(high) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = power * [1, 2, 2.5, 5, 10].find((times) => times * power >= rough * 0.9);
  const min = Math.floor((low - interval * 0.15) / interval) * interval;
  return { min: low >= 0 ? Math.max(0, min) : min, max: Math.ceil((high + interval * 0.25) / interval) * interval, interval };
}

function tick(span) {
  return (value) => {
    const time = new Date(value);
    if (span > 3 * YEAR) return String(time.getFullYear());
    return span > YEAR / 12 ? `${MONTHS[time.getMonth()]} ${time.getFullYear()}` : `${time.getDate()} ${MONTHS[time.getMonth()]}`;
  };
}

function axes(data, colours) {
  const times = data.series.flatMap((series) => series.points.map((point) => +new Date(point.at)));
  const span = Math.max(...times) - Math.min(...times);
  const text = { color: colours["ink-2"], fontSize: 11, hideOverlap: true };
  return {
    xAxis: {
      type: "time", splitNumber: 3, boundaryGap: ["7%", "8%"], axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.line } }, axisLabel: { ...text, formatter: tick(span) },
    },
    yAxis: {
      type: "value", ...ends(data), name: data.unit, nameGap: 10,
      nameTextStyle: { color: colours["ink-2"], fontSize: 11, align: "left" },
      axisLabel: text, splitLine: { lineStyle: { color: colours.line } },
    },
  };
}

function options(data, colours) {
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 4, right: 20, top: 26, bottom: 2, containLabel: true },
    tooltip: {
      // An HTML tooltip writes style attributes, which the page's policy refuses.
      trigger: "axis", renderMode: "richText", backgroundColor: colours.raised, borderColor: colours.line,
      textStyle: { color: colours.ink, fontSize: 12 }, axisPointer: { lineStyle: { color: colours["ink-3"] } },
      formatter: (items) => told(items, data.unit),
    },
    ...axes(data, colours),
    series: data.series.map((series, index) => line(series, index, data, colours)),
  };
}

async function draw(figure) {
  const source = figure.dataset.points;
  if (drawn.get(figure)?.source === source) return;
  const plot = figure.querySelector(".plot-area");
  library ??= import(figure.dataset.library);
  const { init } = await library;
  const data = JSON.parse(source);
  const chart = drawn.get(figure)?.chart ?? init(plot, null, { renderer: "svg" });
  chart.setOption(options(data, palette(figure)), true);
  if (!drawn.has(figure)) watch(figure, plot, chart);
  drawn.set(figure, { chart, source, data });
}

function watch(figure, plot, chart) {
  new ResizeObserver(() => chart.resize()).observe(plot);
  chart.on("click", ({ data }) => {
    if (data?.source?.href) location.assign(data.source.href);
  });
}

function sweep() {
  for (const [figure, { chart }] of drawn) {
    if (figure.isConnected) continue;
    chart.dispose();
    drawn.delete(figure);
  }
}

function drawAll() {
  sweep();
  for (const figure of document.querySelectorAll("figure.plot[data-points]")) {
    draw(figure).catch(() => figure.classList.add("is-undrawn"));
  }
}

document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("theme:changed", () => {
  for (const [figure, { chart, data }] of drawn) chart.setOption(options(data, palette(figure)), true);
});
drawAll();
