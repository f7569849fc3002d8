// One request a line on standard input, one answer a line on standard output.
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

export const { fonts, cards } = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** Answer requests with `draw(card, encoding)`, which gives a promise of the file's bytes. */
export async function serve(draw) {
  process.stdout.write('{"ready":true}\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const { card, encoding, save } = JSON.parse(line);
    let answer;
    try {
      const data = await draw(cards[card].scene, encoding);
      if (save) writeFileSync(save, data);
      answer = { bytes: data.length };
    } catch (error) {
      answer = { error: String(error).split("\n")[0] };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
}

/** Where a CSS line box starts whose first baseline stands where ours does. */
export function top(text) {
  const content = (text.ascent + text.descent) * text.size;
  return text.baseline - text.ascent * text.size - (text.leading - content) / 2;
}

/** An icon as an SVG document in a data URI. */
export function icon(shape) {
  const path = shape.strokes.map((s) => "M" + s.map(([x, y]) => `${x} ${y}`).join(" L")).join(" ");
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${shape.width}" height="${shape.height}" ` +
    `viewBox="0 0 24 24"><path d="${path}" fill="none" stroke="${shape.colour}" ` +
    `stroke-width="${shape.stroke}" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return "data:image/svg+xml;base64," + Buffer.from(svg).toString("base64");
}

/** `start` and `end` as sides, for engines that know no other. */
export function side(align, direction) {
  if (align === "center") return align;
  return (align === "start") === (direction === "ltr") ? "left" : "right";
}

/** The style of a shape, by CSS names. */
export function shapeStyle(shape) {
  const style = {
    position: "absolute",
    left: shape.left,
    top: shape.top,
    width: shape.width,
    height: shape.height,
    borderRadius: shape.radius,
  };
  if (shape.kind === "ring") style.border = `${shape.stroke}px solid ${shape.colour}`;
  else if (shape.kind === "rect") style.backgroundColor = shape.colour;
  return style;
}

/** The style of a text, by CSS names. */
export function textStyle(text, block, scene) {
  return {
    position: "absolute",
    left: block.left,
    top: top(text),
    width: block.width,
    fontFamily: text.families.join(", "),
    fontSize: text.size,
    fontWeight: text.weight,
    lineHeight: `${text.leading}px`,
    color: text.colour,
    textAlign: side(block.align, scene.direction),
    textWrap: "balance",
  };
}
