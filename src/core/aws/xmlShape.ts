import type { Json } from "../kubectl/json.ts";
import type { XmlElement } from "./xml.ts";

/** How an element of AWS's answers is read: as text, a number, a boolean, a list of elements, or a structure whose fields keep this order. */
export type XmlShape = "text" | "number" | "boolean" | { readonly items: XmlShape } | { readonly fields: Readonly<Record<string, XmlShape>> };

/** An element as the AWS command line prints it. What the shape does not name is left out, as by the tool. */
export function xmlValue(element: XmlElement, shape: XmlShape): Json {
  if (shape === "text") return element.text;
  if (shape === "number") return Number(element.text);
  if (shape === "boolean") return element.text === "true";
  if ("items" in shape) return element.children.map((item) => xmlValue(item, shape.items));
  return Object.fromEntries(
    Object.entries(shape.fields).flatMap(([name, field]) => {
      const found = element.children.find((child) => child.name === name);
      return found === undefined ? [] : [[name, xmlValue(found, field)] as const];
    }),
  );
}
