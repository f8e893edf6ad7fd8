"""The contrast of every text of a page, as WCAG 2.2 counts it: computed, of what is seen, with what lies beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Of each text that is seen: its colour and what it lies on, walking up through whatever is transparent. Ratios as WCAG:
# 4.5, or 3 where it is large (24 px, or 18.66 px bold). What is disabled has none to keep; no text lies on a picture
# but those of neurons, whose ground is the neuron's own light.
FAINT = """() => {
    const channel = (x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const ratio = (a, b) => {
        const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
        return (x + 0.05) / (y + 0.05);
    };
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const parse = (colour) => { // any colour of CSS, as red, green, blue, alpha
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], below) => [r, g, b].map((one, i) => a * one + (1 - a) * below[i]);
    const up = (one) => one.parentElement ?? (one.getRootNode() instanceof ShadowRoot ? one.getRootNode().host : null);
    const beneath = (element) => {
        const layers = [];
        for (let one = element; one; one = up(one)) layers.push(parse(getComputedStyle(one).backgroundColor));
        return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
    };
    const opacity = (element) => {
        let all = 1;
        for (let one = element; one; one = up(one)) all *= Number(getComputedStyle(one).opacity);
        return all;
    };
    const found = [], walk = document.createTreeWalker(digitlens.root, NodeFilter.SHOW_TEXT);
    let seen = 0;
    while (walk.nextNode()) {
        const node = walk.currentNode, parent = node.parentElement, text = node.textContent.trim();
        if (!text || !parent?.checkVisibility({ visibilityProperty: true })) continue;
        if (parent.closest(".unseen, style, option, :disabled, [aria-disabled=true], .skip")) continue;
        if (parent.closest("#said:not(.shown), .neuron.faint")) continue; // not in focus, and dimmed for that
        const style = getComputedStyle(parent), box = parent.getBoundingClientRect();
        if (!box.width || !box.height || opacity(parent) === 0) continue;
        const neuron = parent.closest(".neuron");
        let ground = beneath(parent);
        if (neuron && parent.matches("text.value")) {
            const glow = neuron.querySelector("circle.light"), body = neuron.querySelector("circle.body");
            ground = over(parse(getComputedStyle(body).fill), ground);
            const white = parse(getComputedStyle(glow).fill);
            ground = over([...white.slice(0, 3), Number(getComputedStyle(glow).fillOpacity)], ground);
        }
        const inSvg = parent instanceof SVGElement;
        const own = parse(inSvg ? style.fill : style.color);
        own[3] *= opacity(parent);
        const colour = over(own, ground);
        const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
        const wanted = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
        const got = ratio(colour, ground);
        seen++;
        const where = parent.className?.baseVal ?? parent.className;
        if (got < wanted) found.push(`${got.toFixed(2)} of ${wanted}: "${text.slice(0, 50)}" .${where}`);
    }
    return { seen, found: [...new Set(found)] };
}"""


def faint(page: Page) -> list[str]:
    """The texts that are seen and stand out too little, a line each."""
    told = page.evaluate(FAINT)
    assert told["seen"] > 20
    found: list[str] = told["found"]
    return found
