// satori makes an SVG of a card, resvg its pixels and PNG, sharp the JPEG.
import { readFileSync } from "node:fs";
import { Resvg } from "@resvg/resvg-js";
import satori from "satori";
import sharp from "sharp";
import { fonts, icon, serve, shapeStyle, textStyle } from "./serve.mjs";

// It knows fixed weights only, so fonts are handed in cut to the weights that are asked for; and it
// reads every font it is given, so each card gets those it uses. It keeps what it read by the list.
const lists = new Map();

function fontsOf(scene) {
  const texts = scene.blocks.flatMap((block) => block.texts);
  const wanted = new Set(texts.flatMap((t) => t.families.map((name) => `${name} ${t.weight}`)));
  const key = [...wanted].sort().join();
  if (!lists.has(key)) {
    const list = fonts.flatMap(({ name, instances }) =>
      instances
        .filter(({ weight }) => wanted.has(`${name} ${weight}`))
        .map(({ weight, file }) => ({ name, weight, style: "normal", data: readFileSync(file) })),
    );
    lists.set(key, list);
  }
  return lists.get(key);
}

function element(type, style, children, props = {}) {
  return { type, props: { style, children, ...props } };
}

function shape(one) {
  if (one.kind === "icon") {
    const { width, height } = one;
    return element("img", shapeStyle(one), undefined, { src: icon(one), width, height });
  }
  return element("div", shapeStyle(one));
}

// Nothing hides its overflow: that would cost resvg a mask for every element.
function card(scene) {
  const texts = scene.blocks.flatMap((block) =>
    block.texts.map((text) =>
      element("div", { ...textStyle(text, block, scene), display: "block" }, text.isolated, {
        lang: scene.language,
      }),
    ),
  );
  const style = { display: "flex", width: "100%", height: "100%", backgroundColor: scene.paper };
  return element("div", { ...style, position: "relative" }, [
    ...scene.shapes.map(shape),
    ...texts,
  ]);
}

await serve(async (scene, encoding) => {
  const { width, height } = scene;
  const svg = await satori(card(scene), { width, height, fonts: fontsOf(scene) });
  const image = new Resvg(svg, { font: { loadSystemFonts: false } }).render();
  if (encoding === "png") return image.asPng();
  const raw = { width: image.width, height: image.height, channels: 4 };
  return sharp(image.pixels, { raw })
    .removeAlpha()
    .jpeg({ quality: 90, chromaSubsampling: "4:4:4", optimiseCoding: false })
    .toBuffer();
});
