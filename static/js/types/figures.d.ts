// What figures are drawn from: the server puts it on the page as JSON.

declare namespace Figures {
  interface Theme {
    /** The colour of a custom property. */
    colour(name: string): string;
    rtl: boolean;
    still: boolean;
    font: string;
  }

  type Value = number | null | number[];

  interface Series {
    name: string;
    tone: string;
    values: Value[];
    unit?: string;
    span?: [number, number];
  }

  interface Plot {
    id: string;
    kind: "stack" | "bars" | "interval" | "scatter" | "forest";
    labels: string[];
    series: Series[];
  }

  type Number =
    | "threshold" | "sensitivity" | "lower" | "specificity" | "referred" | "missed" | "needless" | "tests";

  /** One step of the slider of thresholds; `said`: its numbers in words, by name. */
  type Step = Record<Number, number> & { proved: boolean; said: Record<string, string> };

  /** What the explorer of thresholds is told: its words by name, and a row per step. */
  interface Told {
    words: Record<string, string>;
    target: number;
    at: number;
    rows: Step[];
  }
}
