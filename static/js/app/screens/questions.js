// The programme's questions on one screen. What was not asked is not the same as no.
import { choices, h, icon } from "../dom.js";
import { personLine, steps, thumbBar } from "../parts.js";
import { go } from "../route.js";
import { fill, gettext, latin } from "../words.js";
import { programmeOf, save } from "../visit.js";

/**
 * @param {Phone.Draft} draft
 * @returns {Promise<Phone.Screen>}
 */
export async function questions(draft) {
  const programme = await programmeOf(draft);
  const form = h("form", { novalidate: true, autocomplete: "off" }, programme.questions.map((one) => question(draft, one)),
    thumbBar(h("button.button.big.full", { type: "submit" }, gettext("Save and go on"))));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = form.querySelector("[aria-invalid=true]");
    if (wrong instanceof HTMLElement) return wrong.focus();
    draft.urgent = programme.questions.some((one) => one.danger && draft.answers[one.code] === true);
    draft.step = "photos";
    await save(draft);
    go(`#/visit/${draft.visit}/photos`);
  });
  return {
    title: gettext("Ask the patient"), back: `#/visit/${draft.visit}/consent`, before: [personLine(draft.patient), steps(draft)],
    body: [h("p.soft", gettext("What you do not know stays “not asked”.")), form], leave: () => save(draft),
  };
}

/** @param {Phone.Given} value */
const typed = (value) => (value === true ? "yes" : value === false ? "no" : String(value ?? ""));

/**
 * @param {Phone.Draft} draft
 * @param {Phone.Question} asked
 */
function question(draft, asked) {
  const keep = (/** @type {Phone.Given} */ value) => { draft.answers[asked.code] = value; save(draft); };
  if (asked.kind === "number") return numeric(draft, asked, keep);
  /** @type {Phone.Options} */
  const said = asked.kind === "yes_no"
    ? [["yes", gettext("Yes")], ["no", gettext("No")]]
    : asked.choices.map(({ code, text }) => [code, text]);
  const group = choices(asked.code, asked.text, [...said, ["", gettext("not asked")]], typed(draft.answers[asked.code]),
    (value) => keep(asked.kind === "yes_no" && value ? value === "yes" : value),
    { columns: asked.kind === "yes_no" ? ".three" : "", quiet: "", symbol: asked.danger ? "triangle-alert" : null });
  group.classList.add("question");
  return group;
}

/**
 * @param {Phone.Draft} draft
 * @param {Phone.Question} asked
 * @param {(value: Phone.Given) => void} keep
 */
function numeric(draft, { code, text, low, high }, keep) {
  const problem = h("p.problem", { id: `${code}-problem`, hidden: true }, icon("circle-alert"), " ",
    fill(gettext("Enter a number from %(low)s to %(high)s, or leave it empty."), { low, high }));
  const input = h("input", { id: code, name: code, inputmode: "decimal", autocomplete: "off", placeholder: gettext("not asked"),
    "aria-describedby": `${code}-problem`, value: draft.answers[code] ?? "" });
  const check = () => {
    const value = latin(input.value).trim().replace(/[,٫]/, ".");
    const wrong = value !== "" && !(Number(value) >= low && Number(value) <= high);
    problem.hidden = !wrong;
    input.setAttribute("aria-invalid", String(wrong));
    keep(value === "" ? "" : wrong ? value : Number(value));
  };
  input.addEventListener("input", check);
  return h("div.question", h("label", { for: code }, text), input, problem);
}
