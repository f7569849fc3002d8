// takumi's native engine: a tree of nodes in, a file out.
import { readFileSync } from "node:fs";
import { Renderer } from "@takumi-rs/core";
import { fonts, icon, serve, shapeStyle, textStyle } from "./serve.mjs";

const renderer = new Renderer();
for (const { name, file } of fonts) {
  await renderer.registerFont({ name, data: readFileSync(file) });
}

function shape(one) {
  if (one.kind === "icon") return { type: "image", src: icon(one), style: shapeStyle(one) };
  return { type: "container", style: shapeStyle(one) };
}

function card(scene) {
  const texts = scene.blocks.flatMap((block) =>
    block.texts.map((text) => ({
      type: "text",
      text: text.isolated,
      style: { ...textStyle(text, block, scene), direction: scene.direction },
    })),
  );
  const style = { width: "100%", height: "100%", position: "relative" };
  return {
    type: "container",
    style: { ...style, backgroundColor: scene.paper },
    children: [...scene.shapes.map(shape), ...texts],
  };
}

await serve((scene, encoding) =>
  renderer.render(card(scene), {
    width: scene.width,
    height: scene.height,
    format: encoding,
    quality: 90,
    lang: scene.language,
  }),
);
