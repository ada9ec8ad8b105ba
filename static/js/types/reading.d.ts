// The nouns of the reading desk.

declare namespace Reading {
  /** On the stage, in pixels of the screen. */
  interface Point { x: number; y: number }

  /** On the picture, as shares of its width and height. */
  interface Place { u: number; v: number }

  /** An element of SVG: its name and its attributes. */
  type Shape = [name: string, facts: Record<string, string | number>];

  /** `spacing`: millimetres from row to row and from column to column, where the film says so. */
  interface Size { width: number; height: number; spacing?: number[] }

  /** One picture as the page describes it; absent facts are undefined. */
  interface Picture extends Size {
    photo: string;
    src: string;
    look: string;
    large?: string;
    deep?: string;
    spacingFrom?: string;
    position?: string;
  }

  /** What the server answers when somebody begins to look at a picture in tiles. */
  interface Look {
    base: string;
    width: number;
    height: number;
    tile: number;
    overlap: number;
    levels: number;
    window?: number[];
  }

  /** A way to render a picture, or a window on a film's 16 bits. */
  type Asked = { way: string } | { centre: string; width: string };

  /** What the next case opens with: addresses of small copies and of looks. */
  interface Ahead { pictures: string[]; large: string[] }

  interface Tones { brightness: number; contrast: number; redfree: boolean; inverted: boolean }

  /**
   * Something drawn on a picture. `names`: words per handle; `fixed`: without handles; `live`: while a handle moves,
   * `moved`: when it was let go, `gone`: when it was removed, `enter`: for the Enter key.
   */
  interface Figure {
    kind: string;
    points: Place[];
    shapes(points: Point[]): Shape[];
    label(figure: Figure): string;
    names?: string[];
    fixed?: boolean;
    live?(figure: Figure): void;
    moved?(figure: Figure): void;
    gone?(figure: Figure): void;
    enter?: (() => void) | null;
  }

  /** A figure with the elements that show it. */
  interface Drawn extends Figure {
    group: SVGElement;
    ink: SVGElement;
    words: SVGTextElement;
    handles: SVGElement[];
    wait?: number;
  }

  type Pane = import("../reading/pane.js").Pane;
  type Panes = Map<string, Pane>;
}
