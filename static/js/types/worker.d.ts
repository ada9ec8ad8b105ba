// What the workers of the phone's app stand in.

interface Window {
  /** The list of what the service worker keeps: written above it by the server. */
  readonly SHELL: Shell;
}

interface Shell {
  version: string;
  page: string;
  /** Kept before the app counts as installed, and when there is time. */
  files: string[];
  later: string[];
}

declare const SHELL: Shell;
