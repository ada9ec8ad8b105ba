// What our scripts use of the libraries that pages load as classic scripts. OpenSeadragon brings its own types.

declare namespace Vendor {
  type Settings = Record<string, unknown>;

  interface Line {
    [more: string]: unknown;
    borderDash?: number[];
  }

  interface Chart {
    data: { datasets: Line[]; labels?: unknown[] };
    update(how?: string): void;
    resize(): void;
    destroy(): void;
  }

  interface Label {
    text: string;
    datasetIndex: number;
  }

  interface Charts {
    new (canvas: HTMLCanvasElement, settings: Settings): Chart;
    defaults: {
      font: { family: string; size: number };
      color: string;
      animation: false | { duration: number };
      plugins: { legend: { labels: { generateLabels(chart: Chart): Label[] } } };
    };
  }

  interface Htmx {
    ajax(verb: string, to: string, how: Settings): Promise<void>;
    process(part: Element): void;
    trigger(part: Element, name: string): void;
  }

  /** The reader of QR codes, fetched when a browser has none of its own. */
  type ReadCode = (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null;

  interface TusFailure extends Error {
    originalResponse?: { getStatus(): number; getBody(): string; getHeader(name: string): string | undefined } | null;
  }

  interface TusRequest {
    setHeader(name: string, value: string): void;
    getUnderlyingObject(): XMLHttpRequest;
  }

  interface Tus {
    Upload: new (what: Blob, how: Settings) => { url: string; start(): void };
  }

  interface BarcodeReader {
    detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
  }
}

declare const Chart: Vendor.Charts;
declare const htmx: Vendor.Htmx;

interface Window {
  jsQR?: Vendor.ReadCode;
  tus?: Vendor.Tus;
  BarcodeDetector?: { new (): Vendor.BarcodeReader; getSupportedFormats(): Promise<string[]> };
  ImageCapture?: new (track: MediaStreamTrack) => { takePhoto(): Promise<Blob> };
}

interface Navigator {
  connection?: { effectiveType?: string };
}

interface RequestInit {
  priority?: "high" | "low" | "auto";
}

interface MediaTrackCapabilities {
  torch?: boolean;
}

interface MediaTrackConstraintSet {
  torch?: boolean;
}
