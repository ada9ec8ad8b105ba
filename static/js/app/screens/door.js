// Before anybody is at work: sign in, choose a PIN, open with it. Nothing of a patient is shown here, only a count.
import { button, h, icon, inputOf, note, part } from "../dom.js";
import { waitingCount } from "../progress.js";
import { fill, gettext, latin, ngettext } from "../words.js";

const LENGTH = 6;

async function counted() {
  const n = await waitingCount();
  if (!n) return null;
  return note("human", "clock", fill(ngettext("%(n)s visit waits on this phone, sealed. It goes when somebody signs in.", "%(n)s visits wait on this phone, sealed. They go when somebody signs in.", n), { n }));
}

/**
 * @param {boolean} offline
 * @returns {Promise<Phone.Screen>}
 */
export async function welcome(offline) {
  return {
    title: gettext("Sign in"), plain: true,
    body: [
      await counted(),
      offline && note("quiet", "info", gettext("No connection. To begin, this phone needs one once.")),
      h("a.button.big.full", { href: "/sign-in/?next=/app/" }, icon("key-round"), " ", gettext("Sign in")),
    ],
  };
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string} [help]
 */
function pinField(id, label, help = "") {
  return h("div.field", h("label", { for: id }, label), help && h("span.help", { id: `${id}-help` }, help),
    h("input.pin", { id, type: "password", inputmode: "numeric", autocomplete: "off", maxlength: LENGTH, "aria-describedby": help ? `${id}-help` : null }));
}

/** @param {string} id */
const digits = (id) => latin(inputOf(id).value.trim());

/**
 * A PIN for this phone: with it one comes back offline. `chosen(pin)`.
 * @param {(pin: string) => unknown} chosen
 * @returns {Promise<Phone.Screen>}
 */
export async function choosePin(chosen) {
  const problem = h("div", { role: "alert" });
  const form = h("form", { autocomplete: "off" },
    pinField("pin", gettext("New PIN, six digits"), gettext("Only for this phone. You need it after a pause, also without a connection.")),
    pinField("again", gettext("The same PIN again")), problem,
    h("button.button.big.full", { type: "submit" }, gettext("Begin")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const pin = digits("pin");
    if (!/^\d{6}$/.test(pin)) return problem.replaceChildren(note("urgent", "circle-alert", gettext("Enter six digits.")));
    if (/^(\d)\1*$/.test(pin) || "01234567890 9876543210".includes(pin)) return problem.replaceChildren(note("urgent", "circle-alert", gettext("Too easy to guess. Choose other digits.")));
    if (pin !== digits("again")) return problem.replaceChildren(note("urgent", "circle-alert", gettext("The two are not the same.")));
    return chosen(pin);
  });
  return { title: gettext("Choose a PIN for this phone"), plain: true, body: [await counted(), form] };
}

/**
 * Open with the PIN. `tried(pin)` gives { state, left }; `leave` signs out.
 * @param {(pin: string) => Promise<{ state: string, left?: number }>} tried
 * @param {() => unknown} leave
 * @returns {Promise<Phone.Screen>}
 */
export async function enterPin(tried, leave) {
  const problem = h("div", { role: "alert" });
  const act = h("button.button.big.full", { type: "submit" }, gettext("Open"));
  const form = h("form", { autocomplete: "off" }, pinField("pin", gettext("Your PIN for this phone")), problem, act);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    act.disabled = true;
    const found = await tried(digits("pin"));
    act.disabled = false;
    if (found.state !== "wrong") return;
    const { left = 0 } = found;
    problem.replaceChildren(note("urgent", "circle-alert", fill(ngettext("Wrong PIN. %(n)s try left.", "Wrong PIN. %(n)s tries left.", left), { n: left })));
    inputOf("pin").value = "";
    part("pin").focus();
  });
  return {
    title: gettext("Locked"), plain: true,
    body: [await counted(), form, h("p.soft", gettext("PIN forgotten, or somebody else? Sign out. What waits stays and is sent later.")),
      button(gettext("Sign out"), leave, { kind: "plain.full", symbol: "log-out" })],
  };
}
