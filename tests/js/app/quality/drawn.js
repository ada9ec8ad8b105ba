// Pictures drawn for the tests of the phone's judge: RGBA pixels as a canvas gives them.

export function picture(width, height, colourAt) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([...colourAt(x, y), 255], 4 * (y * width + x));
  }
  return { width, height, data };
}

// The same picture every time: a small generator with a fixed start.
export function noise(seed = 1) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648 - 0.5;
  };
}

/** A lit disc on black, in the colours of a retina, with so much structure, so bright; a lid covers a share from above. */
export function eye({ size = 480, light = 1, detail = 2, lid = 0 } = {}) {
  const random = noise();
  return picture(size, size, (i, j) => {
    if (j < lid * size || Math.hypot(i / size - 0.5, j / size - 0.5) > 0.46) return [2, 2, 2];
    const vessels = detail * (12 * Math.sin(i / 5) * Math.sin(j / 7) + 10 * random());
    return [light * (170 + vessels), light * (90 + vessels), light * (45 + vessels)];
  });
}

/** A film: grey, two dark lungs between bright ribs, so bright. */
export function film({ size = 480, light = 1, tint = 0 } = {}) {
  const random = noise(7);
  return picture(size, size, (i, j) => {
    const lung = Math.hypot((Math.abs(i / size - 0.5) - 0.2) * 2, j / size - 0.5) < 0.32;
    const value = light * ((lung ? 70 : 165) + 28 * Math.sin(j / 9) + 22 * random());
    return [value + tint, value, value - tint];
  });
}
