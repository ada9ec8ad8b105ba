// The nouns of the phone's app: what the server tells it, what it keeps, and what its screens are made of.

declare namespace Phone {
  /** A named thing of a list, and its words. */
  interface Coded { code: string; name: string }
  interface Worded { code: string; text: string }

  // What the server tells.

  interface Me {
    id: string;
    name: string;
    language?: string;
    duties: { role: string }[];
    sites: Coded[];
  }

  /** The server's public key. */
  interface Key { id: string; spki: string; current?: boolean }

  interface Offer { keys: Key[]; idle_seconds: number; now: string; ticket: unknown }

  interface Question {
    code: string;
    text: string;
    kind: "yes_no" | "choice" | "number";
    danger?: boolean;
    choices: Worded[];
    low: number;
    high: number;
  }

  interface ConsentText { version: string; language: string; text: string }

  /** How small a photo may be made for the air. */
  interface Floor { longest_side?: number; jpeg_quality?: number }

  type Declared = import("../app/declared.js").Programme;

  interface Programme extends Coded, Declared {
    modality: string;
    views: string[];
    sites: string[];
    age_min: number | null;
    age_max: number | null;
    consent_texts: ConsentText[];
    questions: Question[];
    capture_classes: { code: string; words?: string }[];
    unobtainable?: Worded[];
    compression_floor: Floor | null;
  }

  /** Where a visit of a known patient stands, in the server's words. */
  interface Standing {
    encounter: string;
    programme: string;
    started_at?: string;
    tone: string;
    words: string;
    what: string;
    when?: string;
    where?: string;
    why?: string;
    advice?: string;
    who?: string;
    arriving: number;
    on_paper?: boolean;
  }

  interface Person {
    id: string;
    name: string;
    sex: string;
    birth_year: number;
    phone?: string;
    local_id?: string;
    site?: string;
    origin?: string;
  }

  interface Patient extends Person { visits: Standing[] }

  interface Task {
    id: string;
    kind: string;
    words: string;
    detail?: string;
    urgent?: boolean;
    patient?: string;
    encounter: string;
    views?: string[];
  }

  interface Today { patients: Patient[]; tasks: Task[] }

  /** What is kept under a name of its own. */
  interface Kept { me: Me; programmes: Programme[]; today: Today | null; found: Patient[] | null }
  type KeptAs<Name extends string> = Name extends keyof Kept ? Kept[Name] : any;

  interface Fetched { me: Me; offer: Offer; programmes: Programme[]; today: Today }

  // What the phone keeps.

  type Given = string | number | boolean | null | undefined;

  interface Facts {
    name?: string;
    sex?: string;
    age?: string;
    birth_year?: string;
    phone?: string;
    local_id?: string;
  }

  /** How a patient says yes; `png`: what was drawn, in base64. */
  interface Mark { kind: string; png: string | null }

  interface Consent { id: string; version: string; language: string; answer: "given" | "refused"; mark?: Mark }

  /** One photo of a view. `use`: it goes with the visit; `twin`: the view that has the same photo already. */
  interface Shot {
    id: string;
    view: string;
    bytes: number;
    reason: string | null;
    use: boolean;
    anyway: boolean;
    capture_class: string;
    tries: number;
    preview: string | null;
    sha256: string;
    twin?: string;
  }

  /** A visit in the making. */
  interface Draft {
    visit: string;
    retake: boolean;
    /** Who was asked about at enrolment, and is somebody else. */
    notThese?: string[];
    form: string;
    step: string;
    /** All of a person once the first step is done. */
    patient: Person;
    known: boolean;
    programme: string | null;
    site: string;
    views: string[] | null;
    facts: Facts;
    consent: Consent | null;
    answers: Record<string, Given>;
    unobtainable: Record<string, string>;
    images: Shot[];
    /** Bad photos so far, by view. */
    tries: Record<string, number>;
    capture_class: { code?: string };
    startedAt: string;
    urgent?: boolean;
    reading?: string;
    mark?: Mark;
    /** How often it was kept: one that another tab went on with is told apart by it. */
    revision: number;
  }

  /** A visit that left the form. */
  interface Sent { patient: Person; programme: string; at: number; pictures: number }
  interface OnItsWay extends Sent { visit: string; state: Badge }

  interface NewRow {
    item: string;
    kind: "form" | "pixels";
    visit: string;
    author: string;
    urgent: boolean;
    state: "draft" | "waiting" | "stuck";
    task?: string;
    revision?: number;
  }

  interface Row extends NewRow {
    size: number;
    sha256: string;
    envelopeSha256: string;
    at: number;
    sent: number;
    url: string | null;
    code: string;
  }

  interface Receipt {
    item: string;
    kind: "form" | "pixels";
    visit: string;
    author: string;
    size: number;
    sha256: string;
    at: number;
    state: string;
    code: string;
    noted?: boolean;
  }

  /** What the server answers of an item. */
  interface Confirmed { kept: boolean; sha256: string; state: string; code?: string }

  interface OfVisit { items: Row[]; receipts: Receipt[] }

  interface Sealed { envelope: Uint8Array; sha256: string; envelopeSha256: string }

  // What screens are made of.

  type Child = Node | string | number | null | undefined | false | Child[];

  type Badge = [tone: string, icon: string, words: string];

  /** The choices of a question: a code, and its words. */
  type Options = [value: string, words: Child][];

  /** What `current` is while no screen stands. */
  interface Left { leave?(): unknown }

  interface Screen extends Left {
    title: string;
    body: Child[];
    before?: Child[];
    back?: string;
    plain?: boolean;
    hidden?: boolean;
  }

  type Step = "person" | "consent" | "questions" | "photos" | "review";

  /** What is done around every screen. */
  interface Acts { render(): unknown; lock(): void; signOut(): Promise<void> }

  // What the server, and this phone, hold of a language.
  interface Words {
    language: string;
    dir: string;
    plural: "not_one" | "above_one" | "arabic";
    digits: string;
    catalog: Record<string, string | string[]>;
  }
}

declare namespace Dom {
  type Tag<What extends string> = What extends `${infer Name}.${string}` ? Name : What;

  /** The element that h("p.note") makes. */
  type Made<What extends string> =
    Tag<What> extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag<What>] : HTMLElement;

  type Listener = (event: any) => unknown;

  type Props = Record<string, string | number | boolean | null | undefined | Listener>;
}

