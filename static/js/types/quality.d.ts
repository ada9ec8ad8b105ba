// What the phone's judge of photos reckons with.

declare namespace Quality {
  /** One number a pixel, row by row. */
  interface Plane { width: number; height: number; data: Float32Array }

  /** Red, green and blue. */
  type Colours = Plane[];

  /** Bytes, 0 or 1, row by row. */
  type Mask = Uint8Array;

  type Values = ArrayLike<number> & Iterable<number>;

  interface Box { x: number; y: number; width: number; height: number }

  /** RGBA, as a canvas gives it. */
  interface Pixels { width: number; height: number; data: Uint8ClampedArray }

  type Corner = [x: number, y: number];

  interface Circle { x: number; y: number; radius: number }

  /** A connected part of a mask, with the points of its outline. */
  interface Part { size: number; points: Corner[] }

  /** The lit disc; `box` in the photo's pixels, the mask in its own. See field.js for the shares. */
  interface Field {
    mask: Mask;
    width: number;
    height: number;
    box: Box;
    found: boolean;
    seen: number;
    lit: number;
    outside: number;
  }

  interface Light { light: number; darkShare: number; burntShare: number }

  interface Eye extends Light {
    whiteShare: number;
    detail: number;
    covered: number;
    coarse: number;
    warmth: number;
    seen: number;
    lit: number;
  }

  interface Film extends Light {
    detail: number;
    sharpness: number;
    contrast: number;
    colour: number;
    flatShare: number;
    tint: number;
    round: boolean;
  }

  /** `reason`: why the photo should be taken again; null where it is fit. */
  interface Verdict { reason: string | null; measures?: Eye | Film }

  /** To the worker, and back from it. */
  interface Question { id: number; pixels: Pixels; kind: string; side: number }
  interface Answer extends Verdict { id: number; took: number }
}
