/** Names of files, and their texts. */
export type PodpathFiles = Record<string, string>;

/** How the request ended. */
export interface PodpathVerdict {
  outcome: 'delivered' | 'redirected' | 'answered' | 'refused' | 'passthrough' | 'unsupported';
  status: number | null;
  /** A stable code in kebab case. */
  reason: string | null;
  /** One sentence, in the language of the element. */
  title: string;
  /** The fact behind it. */
  detail: string;
  /** The steps, as the protocol of the core writes them. */
  hops: { kind: string; title: string; detail: string }[];
}

export interface PodpathChange {
  files: PodpathFiles;
  request: string | null;
}

export interface PodpathEvents {
  'podpath-ready': CustomEvent<{ podpath: number }>;
  'podpath-verdict': CustomEvent<PodpathVerdict>;
  'podpath-change': CustomEvent<PodpathChange>;
  'podpath-open': CustomEvent<{ url: string }>;
  'podpath-refused': CustomEvent<{ reason: string }>;
}

export class PodpathPlayground extends HTMLElement {
  files: PodpathFiles | null;
  request: string;
  readonly verdict: PodpathVerdict | null;
  addEventListener<Name extends keyof PodpathEvents>(
    name: Name,
    listener: (this: PodpathPlayground, event: PodpathEvents[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(name: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'podpath-playground': PodpathPlayground;
  }
}
