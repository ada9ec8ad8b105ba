// Sentences several screens share: sexes, views, why a photo was stopped and what to change, states of what waits.
import { gettext, fill, ngettext, number, size } from "./words.js";

export const sexes = () => [["female", gettext("Female")], ["male", gettext("Male")], ["other", gettext("Other")]];
export const sexOf = (code) => Object.fromEntries(sexes())[code] ?? "";

export function viewOf(code) {
  return { OD: gettext("Right eye (OD)"), OS: gettext("Left eye (OS)"), CXR: gettext("Chest film") }[code] ?? code;
}

export function age(birthYear, now = new Date()) {
  const n = Math.max(0, now.getFullYear() - birthYear);
  return fill(ngettext("%(n)s year", "%(n)s years", n), { n });
}

/** Why the phone would not take a photo: [what is wrong, what to change]. The codes are the server's. */
export function stopped(reason, modality) {
  const film = modality === "chest";
  return {
    not_retina: [gettext("No retina can be seen."), gettext("Centre the pupil and move closer until it fills with orange light.")],
    not_chest: [gettext("This is not a chest film."), gettext("Photograph the whole frontal chest film, and nothing else.")],
    blurred: [gettext("It is blurred."), film
      ? gettext("Clean the lens, hold the phone straight and still, tap to focus.")
      : gettext("Hold still and focus again. Let the patient blink, then keep the eye open.")],
    too_dark: [gettext("It is too dark."), film
      ? gettext("Make the light-box brighter, and put out the room light.")
      : gettext("Cover the patient's head with a cloth, wait until the pupil is wide, or turn up the flash.")],
    too_bright: [gettext("It is too bright."), film
      ? gettext("Make the light-box a little darker.")
      : gettext("Turn down the flash, or move back a little.")],
    glare: [gettext("Light is reflected in it."), gettext("Tilt a little, and keep lamps and windows out of the picture.")],
    field_cut_off: [gettext("Part of it is covered or cut off."), film
      ? gettext("Move back until the whole chest is in the picture.")
      : gettext("Take fingers and the lens rim out of the picture, and centre the round field.")],
    too_small: [gettext("It is too small."), gettext("Move closer, or choose the full-size photo.")],
  }[reason] ?? [gettext("It is not clear enough."), gettext("Clean the lens, hold still and take it again.")];
}

/** Where an item is, in words: [tone, icon, words]. `sent`: bytes that went so far, or null. */
export function stateOf(row, sent) {
  if (row.state === "draft") return ["quiet", "pencil", gettext("not handed in yet")];
  if (row.state === "stuck") return ["again", "circle-help", gettext("needs you")];
  if (sent !== null && sent !== undefined) return ["human", "send", sending(row, sent)];
  return ["quiet", "clock", fill(gettext("waiting, %(size)s"), { size: size(row.size) })];
}

function sending(row, sent) {
  const percent = number(Math.floor((100 * sent) / row.size) / 100, { style: "percent" });
  return fill(gettext("sending %(percent)s of %(size)s"), { percent, size: size(row.size) });
}

/** What the server said of an item it has: [tone, icon, words]. */
export function receiptOf(receipt) {
  if (receipt.state === "refused") return ["again", "circle-help", gettext("received, needs you")];
  if (receipt.state === "shelved") return ["human", "info", gettext("received, kept for an administrator")];
  return ["clear", "circle-check", gettext("received")];
}

export function lineWords(line) {
  return {
    offline: gettext("No connection. Everything is kept and goes by itself later."),
    signed_out: gettext("Sign in again to send what waits."),
    locked: gettext("Unlock with your password to send what waits."),
    busy: gettext("The server is busy. What waits goes by itself soon."),
  }[line] ?? "";
}
