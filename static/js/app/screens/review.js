// Check and send: everything of the visit on one screen.
import { Stale } from "../db.js";
import { h, icon, note } from "../dom.js";
import { titleOf, viewOf } from "../declared.js";
import { personLine, steps, thumb, thumbBar } from "../parts.js";
import { goInstead } from "../route.js";
import { fill, gettext, number, size } from "../words.js";
import { isFull } from "../storage.js";
import { missing, programmeOf, send } from "../visit.js";

/**
 * @param {Phone.Draft} draft
 * @returns {Promise<Phone.Screen>}
 */
export async function review(draft) {
  const programme = await programmeOf(draft);
  const views = draft.views?.length ? draft.views : programme.views;
  const left = missing(draft, views);
  const problem = h("div", { role: "alert" });
  const bytes = draft.images.filter((image) => image.use).reduce((sum, image) => sum + image.bytes, 0);
  const act = h("button.button.big.full", { type: "button", disabled: left.length > 0 }, icon("send"), " ", gettext("Hand in"));
  act.addEventListener("click", () => handIn(draft, act, problem));
  return {
    title: gettext("Check and send"), back: `#/visit/${draft.visit}/photos`, before: [personLine(draft.patient), steps(draft)],
    body: [
      draft.urgent && note("urgent", "triangle-alert", gettext("A danger sign was told. This visit goes first.")),
      left.length > 0 && note("again", "circle-alert", fill(gettext("Still missing: %(views)s."), { views: left.map((view) => viewOf(programme, view)).join(", ") })),
      h("ul.pictures", draft.images.filter((image) => image.use).map((shot) => picture(programme, shot))),
      excuses(draft, programme), answers(draft, programme),
      h("p.soft", size(bytes)), problem, thumbBar(act),
    ],
    leave: () => {},
  };
}

/**
 * @param {Phone.Programme} programme
 * @param {Phone.Shot} shot
 */
function picture(programme, shot) {
  const title = titleOf(programme, shot.view);
  return h("li.shot", thumb(shot.preview, title), h("div", h("p", h("strong", title)),
    h("p.soft.small", shot.anyway ? gettext("a specialist will see") : gettext("good photo"))));
}

/**
 * @param {Phone.Draft} draft
 * @param {Phone.Programme} programme
 */
function excuses(draft, programme) {
  const why = Object.fromEntries((programme.unobtainable ?? []).map(({ code, text }) => [code, text]));
  return Object.entries(draft.unobtainable).map(([view, code]) => note("human", "eye", titleOf(programme, view), ": ", why[code] ?? code));
}

/**
 * @param {Phone.Draft} draft
 * @param {Phone.Programme} programme
 */
function answers(draft, programme) {
  const said = programme.questions.filter(({ code }) => (draft.answers[code] ?? "") !== "");
  if (!said.length) return null;
  const words = (/** @type {Phone.Question} */ { code, kind, choices }) => {
    const value = draft.answers[code];
    if (kind === "yes_no") return value ? gettext("Yes") : gettext("No");
    return kind === "choice" ? choices.find((one) => one.code === value)?.text ?? String(value) : number(Number(value));
  };
  return h("dl.facts.card", said.map((one) => h("div", h("dt", one.text), h("dd", words(one)))));
}

/**
 * @param {Phone.Draft} draft
 * @param {HTMLButtonElement} act
 * @param {HTMLElement} problem
 */
async function handIn(draft, act, problem) {
  act.disabled = true;
  try {
    await send(draft, draft.patient);
  } catch (error) {
    if (error instanceof Stale) throw error;
    act.disabled = false;
    problem.replaceChildren(note("urgent", "circle-alert", isFull(error)
      ? gettext("This phone is full. Remove other files, then hand in again. Nothing is lost.")
      : gettext("This could not be done. Try again. Nothing is lost.")));
    return;
  }
  goInstead(`#/patient/${draft.patient.id}`);
}

