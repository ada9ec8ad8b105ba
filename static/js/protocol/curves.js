// The lines of the threshold explorer, from what the page tells. Pure: a test can do without a page.
//
// `told`: { words, target, at, rows: [{ threshold, sensitivity, lower, specificity, referred, missed, needless, tests,
// proved, said: words by name }] }, one row a step of the slider.

/** One line of a plot. `more` are Chart.js's own settings, such as dashes. */
export const plain = (label, data, borderColor, more = {}) => ({
  label, data, borderColor, backgroundColor: "transparent", borderWidth: 2, pointRadius: 0, ...more,
});

/** An upright line where the slider stands. */
export const mark = (told, colour, threshold, top) =>
  plain(told.words.threshold, [{ x: threshold, y: 0 }, { x: threshold, y: top }], colour("--ink"), { borderDash: [4, 4], borderWidth: 1 });

const DASHED = { borderDash: [8, 4] };
const DOTTED = { borderDash: [2, 3] };

/** Both plots by name: { lines, title (of the upright axis), top (of it) }. */
export function curves(told, colour) {
  const { words, rows, target } = told;
  const line = (key, tone, { scale = 1, ...more } = {}) =>
    plain(words[key], rows.map((row) => ({ x: row.threshold, y: scale * row[key] })), colour(tone), more);
  const share = (key, tone, more = {}) => line(key, tone, { scale: 100, ...more });
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
