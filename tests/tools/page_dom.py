#!/usr/bin/env python3
"""Judges a page of `ringproc bench --html` as a browser has drawn it. Usage: page_dom.py RUN.json DOM.html

DOM.html: what `chromium --dump-dom` says. Exit status 1, and a line for each thing that is wrong.
"""
import html.parser
import json
import re
import sys

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.children = tag, dict(attributes), parent, []

    def all(self):
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.all()

    def text(self):
        if self.tag in ("script", "style"):
            return ""
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)

    def has_class(self, name):
        return name in (self.attributes.get("class") or "").split()


class Tree(html.parser.HTMLParser):
    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("", {}, None)
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        element = Element(tag, attributes, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag, attributes):
        self.at.children.append(Element(tag, attributes, self.at))

    def handle_endtag(self, tag):
        at = self.at
        while at.parent and at.tag != tag:
            at = at.parent
        if at.parent:
            self.at = at.parent

    def handle_data(self, data):
        self.at.children.append(data)


class Page:
    def __init__(self, run, source):
        self.run, self.source, self.root, self.wrong = run, source, Tree(source).root, []
        self.elements = list(self.root.all())

    def expect(self, condition, text):
        if not condition:
            self.wrong.append(text)

    def by_id(self, name):
        return next((e for e in self.elements if e.attributes.get("id") == name), None)

    def text_of(self, name):
        element = self.by_id(name)
        return element.text() if element else ""

    def of_case(self, container, case, tag, style=None):
        place = self.by_id(container)
        return [e for e in (place.all() if place else []) if e.tag == tag and e.attributes.get("data-case") == case["name"]
                and (style is None or e.has_class(style))]


def time_text(ns):
    """As the page writes times: three digits."""
    units, value, unit = ["ns", "µs", "ms", "s"], float(ns), 0
    while unit + 1 < len(units) and abs(value) >= 1000 * 0.9995:
        value, unit = value / 1000, unit + 1
    if unit == 0:
        return f"{int(value)}\u00a0ns"
    return f"{value:.{0 if value >= 99.95 else 1 if value >= 9.995 else 2}f}\u00a0{units[unit]}"


def check_shell(page):
    error = page.by_id("page-error")
    page.expect(error is None, f"the page has an error: {error.text() if error else ''}")
    page.expect("://" not in page.source, "an address of a network stands in it")
    page.expect([e.tag for e in page.elements].count("script") == 2, "not two scripts: the data and the page's own")
    page.expect(not [e for e in page.elements if e.tag in ("img", "iframe", "object", "embed")], "something is embedded")
    page.expect(not [e for e in page.elements for name in e.attributes if name.startswith("on")], "markup with a handler")
    for element in page.elements:
        for name, value in element.attributes.items():
            page.expect(not re.search(r"NaN|undefined|Infinity", value or ""), f"{element.tag} {name}={value}")
    for word in ("NaN", "undefined", "Infinity", "[object"):
        page.expect(word not in page.root.text(), f"the text says {word}")
    pictures = [e for e in page.elements if e.tag == "svg" and e.attributes.get("role") == "img"]
    page.expect(all(e.attributes.get("aria-label") for e in pictures), "a chart without a description")


def check_notices(page):
    run = page.run
    page.expect((page.by_id("not-durable") is not None) == (not run["durable"]), "the banner is there iff nothing was durable")
    page.expect((page.by_id("interrupted") is not None) == run["interrupted"], "the notice iff it was interrupted")
    for text in [] if run["durable"] else run["not_durable"]:
        page.expect(text in page.text_of("not-durable"), f"not in the banner: {text}")
    for text in run["warnings"]:
        page.expect(text in page.text_of("warnings"), f"not among the warnings: {text}")
    page.expect(page.text_of("verdict") == (run["meaning"] or [page.text_of("verdict")])[0], "another verdict")
    for text in run["meaning"][1:]:
        page.expect(text in page.text_of("meaning"), f"no meaning: {text}")
    page.expect(page.text_of("command") == run["command"], "another command")
    for part in ("machine", "disk", "ringproc"):
        for name, value in run[part].items():
            if isinstance(value, str):
                page.expect(value in page.text_of("facts"), f"no {part}.{name}: {value}")


def check_table(page, case):
    bodies = page.of_case("table", case, "tbody")
    page.expect(len(bodies) == 1, f"{case['name']}: {len(bodies)} parts of the table")
    if not bodies:
        return
    body, cells = bodies[0], [e.text() for e in bodies[0].all() if e.tag == "td"]
    page.expect(case["name"] in body.text(), f"{case['name']} is not named in the table")
    page.expect(f"{case['operations']:,}" in cells, f"{case['name']}: operations")
    for part, values in case["latency_ns"].items():
        if values and values["count"]:
            row = [time_text(values["percentiles"][p]) for p in ("50", "90", "99", "99.9")] + [time_text(values["max"])]
            rows = [[c.text() for c in e.children if c.tag == "td"][-5:] for e in body.all() if e.tag == "tr"]
            page.expect(row in rows, f"{case['name']}: {part} {row} not in {rows}")
    medians = [time_text(r["p50_ns"]) for r in sorted(case["rounds"], key=lambda r: r["p50_ns"])]
    page.expect(not medians or f"{medians[0]} – {medians[-1]}" in cells, f"{case['name']}: spread of rounds")
    if case["error"]:
        page.expect(f"Error: {case['error']}" in cells, f"{case['name']}: its error is not shown")
        page.expect(f"{case['name']}: {case['error']}" in page.text_of("errors"), f"{case['name']}: no notice of its error")
    page.expect(case["not_begun"] == 0 or f"{case['not_begun']:,}" in cells, f"{case['name']}: not begun")


def check_charts(page, case):
    total, name = case["latency_ns"]["total"], case["name"]
    bars = page.of_case("summary-cards", case, "g")
    page.expect(len(bars) == 1, f"{name}: {len(bars)} rows in the summary")
    for percentile in ("50", "99") if total["count"] else ():
        page.expect(bars and time_text(total["percentiles"][percentile]) in bars[0].text(), f"{name}: p{percentile} beside its bar")
    page.expect(not total["count"] or bars and time_text(total["max"]) in bars[0].text(), f"{name}: max beside its bar")
    drawn = [e for g in bars for e in g.all() if e.tag in ("rect", "circle")]
    page.expect(bool(drawn) == bool(total["count"]), f"{name}: a bar iff there were operations")
    page.expect(total["count"] or bars and "no operations" in bars[0].text(), f"{name}: not said that there were none")
    curves = page.of_case("percentile-cards", case, "path", "curve")
    page.expect(len(curves) == (1 if total["count"] else 0), f"{name}: {len(curves)} curves")
    for curve in curves:
        steps = curve.attributes["d"].count("V")
        page.expect(steps == len(total["bins"]), f"{name}: {steps} steps of {len(total['bins'])} bins")
    panels = [e for g in page.of_case("time-cards", case, "g") for e in g.all() if e.has_class("middle")]
    page.expect(len(panels) == len([r for r in case["rounds"] if r["operations"]]), f"{name}: {len(panels)} stretches of time")
    for panel in panels:
        page.expect(panel.attributes["d"].count("M") == 1, f"{name}: a stretch in pieces")
    rated = total["count"] and (case["operation"] in ("flush", "stream") or case["callers"] > 1 and case["flushes_per_sync"])
    page.expect(bool(page.of_case("rate-cards", case, "g")) == bool(rated), f"{name}: a bar of its rate")


def main():
    with open(sys.argv[1], encoding="utf-8") as run, open(sys.argv[2], encoding="utf-8") as dom:
        page = Page(json.load(run), dom.read())
    check_shell(page)
    check_notices(page)
    for case in page.run["cases"]:
        check_table(page, case)
        check_charts(page, case)
    print("\n".join(page.wrong[:20]) or f"{len(page.run['cases'])} cases are as they should be")
    return 1 if page.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
