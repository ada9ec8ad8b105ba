// Events of htmx, and those by which parts of a page tell each other what happened.

declare namespace Page {
  interface Answer {
    xhr: XMLHttpRequest;
    elt: HTMLElement;
    target: HTMLElement;
    successful: boolean;
    shouldSwap: boolean;
    isError: boolean;
    requestConfig: { verb: string };
  }

  interface Question {
    elt: HTMLElement;
    issueRequest(skipConfirmation: boolean): void;
  }

  interface Progress {
    elt: HTMLElement;
    lengthComputable: boolean;
    loaded: number;
    total: number;
  }
}

interface DocumentEventMap {
  "htmx:confirm": CustomEvent<Page.Question>;
  "htmx:beforeRequest": CustomEvent<Page.Answer>;
  "htmx:beforeSend": CustomEvent<Page.Answer>;
  "htmx:xhr:progress": CustomEvent<Page.Progress>;
  "htmx:beforeSwap": CustomEvent<Page.Answer>;
  "htmx:afterSwap": CustomEvent<Page.Answer>;
  "htmx:oobAfterSwap": CustomEvent<Page.Answer>;
  "htmx:afterRequest": CustomEvent<Page.Answer>;
  "htmx:sendError": CustomEvent<Page.Answer>;
  "htmx:responseError": CustomEvent<Page.Answer>;
  "htmx:timeout": CustomEvent<Page.Answer>;
  /** The server says that the session is locked. */
  locked: CustomEvent<void>;
  /** A tool of the viewer is asked for by its name. */
  "desk:do": CustomEvent<string>;
  /** The grading sheet of this view has the focus: look at its picture. */
  "desk:look": CustomEvent<string>;
  /** The picture of this view is looked at: outline its sheet. */
  "desk:active": CustomEvent<string>;
  /** The picture of this view is on the screen, whole. */
  "desk:seen": CustomEvent<string>;
  /** Another case took the place of the last. */
  "desk:case": CustomEvent<void>;
}
