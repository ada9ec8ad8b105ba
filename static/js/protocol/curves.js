// The lines of the threshold explorer, from what the page tells. Pure: a test can do without a page.

/**
 * One line of a plot. `more` are Chart.js's own settings, such as dashes.
 * @type {(label: string, data: { x: number, y: number }[], borderColor: string, more?: Vendor.Settings) => Vendor.Line}
 */
export const plain = (label, data, borderColor, more = {}) => ({
  label, data, borderColor, backgroundColor: "transparent", borderWidth: 2, pointRadius: 0, ...more,
});

/**
 * An upright line where the slider stands.
 * @param {Figures.Told} told
 * @param {(name: string) => string} colour
 * @param {number} threshold
 * @param {number} top
 */
export const mark = (told, colour, threshold, top) =>
  plain(told.words.threshold, [{ x: threshold, y: 0 }, { x: threshold, y: top }], colour("--ink"), { borderDash: [4, 4], borderWidth: 1 });

const DASHED = { borderDash: [8, 4] };
const DOTTED = { borderDash: [2, 3] };

/**
 * Both plots by name: { lines, title (of the upright axis), top (of it) }.
 * @param {Figures.Told} told
 * @param {(name: string) => string} colour
 */
export function curves(told, colour) {
  const { words, rows, target } = told;
  /** @type {(key: Figures.Number, tone: string, more?: Vendor.Settings, scale?: number) => Vendor.Line} */
  const line = (key, tone, more = {}, scale = 1) =>
    plain(words[key], rows.map((row) => ({ x: row.threshold, y: scale * row[key] })), colour(tone), more);
  /** @type {(key: Figures.Number, tone: string, more?: Vendor.Settings) => Vendor.Line} */
  const share = (key, tone, more = {}) => line(key, tone, more, 100);
  return {
    shares: {
      title: words.share, top: 100,
      lines: [
        share("sensitivity", "--chart-human"), share("lower", "--chart-human", DASHED),
        share("specificity", "--chart-clear"), share("referred", "--chart-open"),
        plain(words.target, [0, 1].map((x) => ({ x, y: 100 * target })), colour("--chart-again"), DOTTED),
      ],
    },
    people: {
      title: words.people, top: Math.max(1, ...rows.map((row) => row.tests)),
      lines: [line("missed", "--chart-again"), line("needless", "--chart-open"), line("tests", "--chart-human", DASHED)],
    },
  };
}
