// What a programme says of its pictures: how a view is called and drawn, how to aim, and what to say of a photo that will not do.
// A programme kept by an older release of this app says nothing of it: then plain words do, and what that release knew.
import { gettext } from "./words.js";

/**
 * @typedef {{ code: string, name: string, short?: string, side: string | null }} View
 * @typedef {{ judge: string, figure: string, frame: string, aim: string, twin: string }} Look
 * @typedef {{ code: string, text: string, advice: string }} Fault
 * @typedef {{ modality: string, shown?: View[], look?: Look, turned_down?: Fault[] }} Programme
 */

/** @type {{ looks: Record<string, Partial<Look>>, sides: Record<string, string>, names: () => Record<string, string> }} */
const OLDER = {
  looks: { fundus: { judge: "eye", figure: "eyes", frame: "round" }, chest: { judge: "film" } },
  sides: { OD: "R", OS: "L" },
  names: () => ({ OD: gettext("Right eye (OD)"), OS: gettext("Left eye (OS)"), CXR: gettext("Chest film") }),
};

/** @param {string} words */
const capital = (words) => words.replace(/^./u, (first) => first.toLocaleUpperCase(document.documentElement.lang || undefined));

/** @type {(programme: Programme, view: string) => View} */
const declared = (programme, view) => programme.shown?.find(({ code }) => code === view)
  ?? { code: view, name: OLDER.names()[view] ?? view, side: OLDER.sides[view] ?? null };

/** A view as it stands in a sentence. @type {(programme: Programme, view: string) => string} */
export const viewOf = (programme, view) => declared(programme, view).name;

/** A view as a heading. @type {(programme: Programme, view: string) => string} */
export const titleOf = (programme, view) => capital(viewOf(programme, view));

/** "R" or "L" of the patient; null for a view without a side. @type {(programme: Programme, view: string) => string | null} */
export const sideOf = (programme, view) => declared(programme, view).side;

/**
 * Whether both sides of the patient are photographed: they lie side by side then, as one sees the patient.
 * @type {(programme: Programme, views: string[]) => boolean}
 */
export const isPair = (programme, views) => new Set(views.map((view) => sideOf(programme, view)).filter(Boolean)).size > 1;

/** How its pictures are taken and judged. @type {(programme: Programme) => Look} */
export const lookOf = (programme) => ({
  judge: "light", figure: "", frame: "square", aim: "", twin: gettext("You have this photo already."),
  ...(programme.look ?? OLDER.looks[programme.modality]),
});

/** Why the phone would not take a photo: [what is wrong, what to change]. @param {Programme} programme @param {string} reason */
export function stopped(programme, reason) {
  const known = programme.turned_down ?? plain();
  const { text, advice } = known.find(({ code }) => code === reason) ?? known[known.length - 1];
  return [capital(text), advice];
}

const plain = () => [
  { code: "blurred", text: gettext("It is blurred."), advice: gettext("Clean the lens, hold still and take it again.") },
  { code: "too_dark", text: gettext("It is too dark."), advice: gettext("Make it lighter, or turn up the flash.") },
  { code: "too_bright", text: gettext("It is too bright."), advice: gettext("Turn down the flash, or move back a little.") },
  { code: "glare", text: gettext("Light is reflected in it."), advice: gettext("Tilt a little, and keep lamps and windows out of the picture.") },
  { code: "too_small", text: gettext("It is too small."), advice: gettext("Move closer, or choose the full-size photo.") },
  { code: "", text: gettext("It is not clear enough."), advice: gettext("Clean the lens, hold still and take it again.") },
];
