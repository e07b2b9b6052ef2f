/** The one dialog that may be open over the page. */
import type { Account, MediaAttachment, Status } from "../api/types";

export interface ComposeRequest {
  replyTo?: Status;
  edit?: Status;
  text?: string;
}

export type Overlay =
  | { kind: "compose"; request: ComposeRequest }
  | { kind: "media"; list: MediaAttachment[]; index: number }
  | { kind: "ai"; account: Account }
  | { kind: "history"; status: Status }
  | { kind: "confirm"; text: string; yes: string; answer: (value: boolean) => void }
  | { kind: "keys" };

class OverlayState {
  current = $state.raw<Overlay | null>(null);

  open(overlay: Overlay): void {
    this.current = overlay;
  }

  close(): void {
    if (this.current?.kind === "confirm") this.current.answer(false);
    this.current = null;
  }

  compose(request: ComposeRequest = {}): void {
    this.open({ kind: "compose", request });
  }

  confirm(text: string, yes: string): Promise<boolean> {
    return new Promise((resolve) => {
      const answer = (value: boolean) => {
        this.current = null;
        resolve(value);
      };
      this.open({ kind: "confirm", text, yes, answer });
    });
  }
}

export const overlay = new OverlayState();
