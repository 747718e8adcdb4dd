// What went out to people: mails with links, passcodes by text message, WhatsApp or mail, and what each opens.
import { timestamp } from './timestamps.ts';
import { sameAddress } from './users.ts';

export type LinkKind = 'login' | 'signup' | 'invite' | 'reset_password' | 'embedded';

export interface Link {
  readonly kind: LinkKind;
  readonly token: string;
  readonly userId: string;
  /** The address that the link proves; an embedded link proves none. */
  readonly addressId: string | undefined;
  readonly to: string;
  readonly redirectUrl: string | undefined;
  readonly hopUrl: string;
  readonly codeChallenge: string | undefined;
  readonly attributes: SentAttributes;
  readonly embeddedId: string | undefined;
  sentAt: number;
  expiresAt: number;
  isUsed: boolean;
}

export interface SentAttributes {
  readonly ip_address?: string | undefined;
  readonly user_agent?: string | undefined;
}

export type Channel = 'sms' | 'whatsapp' | 'email';

export interface Passcode {
  readonly channel: Channel;
  readonly methodId: string;
  readonly userId: string;
  readonly to: string;
  readonly code: string;
  readonly attributes: SentAttributes;
  sentAt: number;
  expiresAt: number;
  isUsed: boolean;
}

/** A mail as a test reads it. */
export interface Mail {
  readonly to: string;
  readonly kind: LinkKind;
  readonly userId: string;
  readonly emailId: string | undefined;
  /** The hop link as printed in the mail. */
  readonly url: string;
  readonly redirectUrl: string | undefined;
  readonly token: string;
  readonly sentAt: string;
  readonly expiresAt: string;
}

/** A passcode as a test reads it. */
export interface SentCode {
  readonly to: string;
  readonly channel: Channel;
  readonly userId: string;
  readonly methodId: string;
  readonly code: string;
  readonly sentAt: string;
  readonly expiresAt: string;
}

const KEPT = 2_000;

export class Deliveries {
  #links: Link[] = [];
  #passcodes: Passcode[] = [];

  addLink(link: Link): void {
    this.#links.push(link);
    if (this.#links.length > KEPT) this.#links.shift();
  }

  link(token: string): Link | undefined {
    return this.#links.find((link) => link.token === token);
  }

  links(to?: string): readonly Link[] {
    return this.#links.filter((link) => to === undefined || sameAddress('email', link.to, to));
  }

  removeLinks(drop: (link: Link) => boolean): void {
    this.#links = this.#links.filter((link) => !drop(link));
  }

  addPasscode(passcode: Passcode): void {
    this.#passcodes.push(passcode);
    if (this.#passcodes.length > KEPT) this.#passcodes.shift();
  }

  /** The one live passcode of a method: the newest, since each send kills the one before. */
  passcode(methodId: string): Passcode | undefined {
    return this.#passcodes.findLast((passcode) => passcode.methodId === methodId);
  }

  passcodes(to?: string): readonly Passcode[] {
    return this.#passcodes.filter((passcode) => to === undefined || sameAddress('email', passcode.to, to));
  }

  /** The mails with links, newest last. */
  inbox(email?: string): readonly Mail[] {
    return this.links(email)
      .filter((link) => link.kind !== 'embedded')
      .map((link) => ({
        to: link.to,
        kind: link.kind,
        userId: link.userId,
        emailId: link.addressId,
        url: link.hopUrl,
        redirectUrl: link.redirectUrl,
        token: link.token,
        sentAt: timestamp(link.sentAt),
        expiresAt: timestamp(link.expiresAt),
      }));
  }

  /** The passcodes sent, newest last. */
  outbox(to?: string): readonly SentCode[] {
    return this.passcodes(to).map((passcode) => ({
      to: passcode.to,
      channel: passcode.channel,
      userId: passcode.userId,
      methodId: passcode.methodId,
      code: passcode.code,
      sentAt: timestamp(passcode.sentAt),
      expiresAt: timestamp(passcode.expiresAt),
    }));
  }

  clear(): void {
    this.#links = [];
    this.#passcodes = [];
  }
}
