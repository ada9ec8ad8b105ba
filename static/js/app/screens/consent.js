// Read the text to the patient; their yes, with a mark, goes on; a no is kept too and ends kindly.
import { base64 } from "../bytes.js";
import { button, choices, h, icon, note, part, redraw } from "../dom.js";
import { confirm, personLine, steps, thumbBar } from "../parts.js";
import { go, goInstead } from "../route.js";
import { gettext, language } from "../words.js";
import { programmeOf, save, send } from "../visit.js";
import { pad } from "./pad.js";

const DRAWN = ["signature", "thumb"];

/** @typedef {Phone.Draft & { mark: Phone.Mark }} Signing a draft whose consent is being asked for */

/** @returns {[string, string][]} */
const marks = () => [
  ["signature", gettext("Signs here")], ["thumb", gettext("Makes a mark here")],
  ["spoken", gettext("Says yes aloud")], ["witness", gettext("A witness says so")],
];

/**
 * @param {Phone.Draft} draft
 * @returns {Promise<Phone.Screen>}
 */
export async function consent(draft) {
  const programme = await programmeOf(draft);
  const texts = programme.consent_texts;
  draft.reading ??= (texts.find((one) => one.language === language()) ?? texts.find((one) => one.language === "en") ?? texts[0]).language;
  const signing = Object.assign(draft, { mark: draft.mark ?? { kind: "signature", png: null } });
  const place = h("div");
  const render = () => redraw(place, ...read(signing, texts, render));
  render();
  return {
    title: gettext("Read this to the patient"), back: draft.known ? `#/patient/${draft.patient.id}` : `#/visit/${draft.visit}/person`,
    before: [personLine(draft.patient), steps(draft)], body: [place], leave: () => save(draft),
  };
}

/**
 * @param {Signing} draft
 * @param {Phone.ConsentText[]} texts
 * @param {() => void} render
 */
function read(draft, texts, render) {
  const text = texts.find((one) => one.language === draft.reading) ?? texts[0];
  return [
    texts.length > 1 ? tongues(draft, texts, render) : "",
    h("div.card.consent-text", { lang: text.language, dir: "auto" }, text.text.split(/\n+/).map((part) => h("p", part))),
    aloud(text) ?? "",
    ...marking(draft, render),
    thumbBar(h("p.ask", gettext("Does the patient agree?")),
      h("div.buttons",
        button(gettext("No"), () => refused(draft, text), { kind: "big.plain", symbol: "x" }),
        button(gettext("Yes, agrees"), () => agreed(draft, text), { kind: "big", symbol: "check" }))),
  ];
}

/**
 * @param {Signing} draft
 * @param {Phone.ConsentText[]} texts
 * @param {() => void} render
 */
function tongues(draft, texts, render) {
  const name = (/** @type {string} */ code) => new Intl.DisplayNames([code], { type: "language" }).of(code);
  return choices("reading", gettext("Language of the text"), texts.map((one) => [one.language, h("bdi", { lang: one.language }, name(one.language))]),
    draft.reading, (code) => { draft.reading = code; save(draft); render(); }, { columns: ".three" });
}

/**
 * The phone reads it out where it has a voice for the language; offline voices only, nothing leaves the phone.
 * @param {Phone.ConsentText} text
 */
function aloud(text) {
  const voice = window.speechSynthesis?.getVoices().find((one) => one.lang.startsWith(text.language) && one.localService);
  if (!voice) return null;
  const speak = () => {
    speechSynthesis.cancel();
    speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(text.text), { voice, lang: voice.lang }));
  };
  return button(gettext("Let the phone read it aloud"), speak, { kind: "plain.full", symbol: "bell" });
}

/**
 * @param {Signing} draft
 * @param {() => void} render
 */
function marking(draft, render) {
  const { mark } = draft;
  const drawn = DRAWN.includes(mark.kind);
  const kinds = choices("mark", gettext("How does the patient say so?"), marks(), mark.kind,
    (kind) => { draft.mark = { kind, png: null }; save(draft); render(); });
  if (!drawn) return [kinds];
  const board = pad(mark.png, async (bytes) => { mark.png = bytes ? base64(bytes) : null; await save(draft); });
  return [kinds, board, h("p.problem", { id: "mark-problem", role: "alert", hidden: true }, icon("circle-alert"), " ", gettext("The mark is still missing. Or choose another way above."))];
}

/**
 * @param {Signing} draft
 * @param {Phone.ConsentText} text
 * @param {"given" | "refused"} said
 */
function answer(draft, text, said) {
  const drawn = DRAWN.includes(draft.mark.kind);
  draft.consent = {
    id: draft.consent?.id ?? crypto.randomUUID(), version: text.version, language: text.language, answer: said,
    ...(said === "given" && { mark: { kind: draft.mark.kind, png: drawn ? draft.mark.png : null } }),
  };
}

/**
 * @param {Signing} draft
 * @param {Phone.ConsentText} text
 */
async function agreed(draft, text) {
  if (DRAWN.includes(draft.mark.kind) && !draft.mark.png) {
    const problem = part("mark-problem");
    problem.hidden = false;
    problem.scrollIntoView({ block: "center" });
    return;
  }
  answer(draft, text, "given");
  draft.step = "questions";
  await save(draft);
  go(`#/visit/${draft.visit}/questions`);
}

/**
 * @param {Signing} draft
 * @param {Phone.ConsentText} text
 */
async function refused(draft, text) {
  if (!(await confirm(gettext("Record that the patient said no?"), gettext("Yes, record it")))) return;
  answer(draft, text, "refused");
  await send(draft, draft.patient);
  goInstead("#/");
  part("messages").replaceChildren(note("quiet", "info", gettext("Recorded: the patient said no. Thank them; they are treated just the same.")));
}
