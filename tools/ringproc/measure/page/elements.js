// ---- elements ----

const $ = (id) => document.getElementById(id);
const kSvg = $("mark").namespaceURI;

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}
const html = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(kSvg, tag), attributes, children);

const line = (x1, y1, x2, y2, style) => svg("line", { x1, y1, x2, y2, class: style });
const rect = (x, y, width, height, style) => svg("rect", { x, y, width: Math.max(0, width), height, class: style });
const circle = (cx, cy, r, style) => svg("circle", { cx, cy, r, class: style });
const label = (x, y, text, style, anchor) => svg("text", { x, y, class: style, "text-anchor": anchor }, text);

function picture(width, height, description, ...children) {
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": description },
      svg("title", {}, description), ...children);
}
