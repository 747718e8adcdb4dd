// Stytch in memory, as far as the core's ports reach: sessions, factors, codes that were sent, and sealed challenges.
import { ServiceError } from '../../functions/core/errors.ts';
import type {
  AuthenticationProvider,
  Challenges,
  JsonObject,
  JwtVerdict,
  ProofOutcome,
  SessionJwts,
  SessionKeeper,
  SessionReader,
} from '../../functions/core/ports.ts';
import type { Challenge } from '../../functions/core/session/challenges.ts';
import type {
  ConfirmedSession,
  FactorKind,
  Session,
  User,
  UserFactor,
} from '../../functions/core/session/session.ts';
import { SESSION, USER, user } from './core-values.ts';

export const RIGHT_CODE = '123456';
export const WRONG_CODE = '000000';
export const RIGHT_LINK = 'link-token-right';
export const RIGHT_RECOVERY = 'aaaa-bbbb-cccc';
export const WRONG_RECOVERY = 'zzzz-zzzz-zzzz';

/** A credential as a browser makes it; Stytch takes it for the passkey of this id. */
export const credential = (id = 'passkey-1') => ({
  id,
  rawId: id,
  type: 'public-key' as const,
  response: { clientDataJSON: 'e30' },
});

/** Stytch's own state, and how it answers next. */
export interface FakeStytch {
  /** Every JWT that verifies. */
  readonly issued: Map<string, Session>;
  readonly live: Map<string, Session>;
  /** Session ids by token. */
  readonly tokens: Map<string, string>;
  user: User;
  note: string;
  keysStaleSeconds: number;
  /** Overrides what a read of the session answers. */
  answer: ((confirmed: ConfirmedSession) => ConfirmedSession) | null;
  readonly deleted: string[];
  /** Sessions that were ended, by id or token. */
  readonly revoked: string[];
  /** Minutes of every read by token and of every proof that makes a session. */
  readonly durations: (number | null)[];
  /** Numbers and addresses that a code went to. */
  readonly sentTo: string[];
}

export interface StytchFakes {
  readonly state: FakeStytch;
  readonly jwts: SessionJwts;
  readonly sessions: SessionReader;
  readonly keeper: SessionKeeper;
  readonly provider: AuthenticationProvider;
}

type Confirm = (sessionId: string, sessionToken: string) => ConfirmedSession;

export function createFakeStytch(clock: () => number): StytchFakes {
  const state: FakeStytch = {
    issued: new Map(),
    live: new Map(),
    tokens: new Map([['session-token-1', SESSION]]),
    user: user([]),
    note: 'sent',
    keysStaleSeconds: 0,
    answer: null,
    deleted: [],
    revoked: [],
    durations: [],
    sentTo: [],
  };
  let minted = 0;
  const confirmed: Confirm = (sessionId, sessionToken) => {
    const live = state.live.get(sessionId);
    if (live === undefined) throw new ServiceError('invalid_token', { reason: 'session_not_found' });
    minted += 1;
    const sessionJwt = `returned.jwt.${minted}`;
    state.issued.set(sessionJwt, { ...live, sessionJwt });
    const answer = { sessionJwt, sessionToken, user: state.user, requestId: `stytch-request-${minted}` };
    return state.answer === null ? answer : state.answer(answer);
  };
  return {
    state,
    jwts: {
      staleSeconds: () => state.keysStaleSeconds,
      async verify(sessionJwt): Promise<JwtVerdict> {
        const session = state.issued.get(sessionJwt);
        return session === undefined ? { isGenuine: false, reason: 'forged' } : { isGenuine: true, session };
      },
    },
    sessions: {
      readSession: async (sessionJwt) => confirmed(state.issued.get(sessionJwt)?.sessionId ?? '', ''),
    },
    keeper: createFakeKeeper(state, clock, confirmed),
    provider: createFakeProvider(state, clock, confirmed),
  };
}

function createFakeKeeper(state: FakeStytch, clock: () => number, confirmed: Confirm): SessionKeeper {
  return {
    async readByToken(sessionToken, durationMinutes) {
      const sessionId = state.tokens.get(sessionToken) ?? '';
      const live = state.live.get(sessionId);
      if (live === undefined) throw new ServiceError('invalid_grant', { reason: 'session_not_found' });
      state.durations.push(durationMinutes);
      if (durationMinutes !== null) {
        state.live.set(sessionId, { ...live, expiresAt: clock() + durationMinutes * 60 });
      }
      return confirmed(sessionId, sessionToken);
    },
    async revoke(session) {
      const sessionId = 'sessionId' in session ? session.sessionId : state.tokens.get(session.sessionToken);
      state.revoked.push(sessionId ?? 'unknown');
      state.live.delete(sessionId ?? '');
    },
    listSessions: async (stytchUserId) =>
      [...state.live.values()].flatMap((live) =>
        live.stytchUserId === stytchUserId ? [live.sessionId] : [],
      ),
  };
}

function createFakeProvider(
  state: FakeStytch,
  clock: () => number,
  confirmed: Confirm,
): AuthenticationProvider {
  const wrong = (reason: string): ProofOutcome => ({ isProved: false, reason });
  const setFactors = (factors: readonly UserFactor[]): void => {
    state.user = { ...state.user, factors };
  };
  const ofKind = (kind: FactorKind): UserFactor | undefined =>
    state.user.factors.find((one) => one.kind === kind);
  const verify = (factorId: string): void =>
    setFactors(
      state.user.factors.map((one) => (one.factorId === factorId ? { ...one, isVerified: true } : one)),
    );
  const addToSession = (sessionId: string, kind: FactorKind, factorId: string | null): void => {
    const live = state.live.get(sessionId);
    if (live === undefined) return;
    const others = live.factors.filter((factor) => factor.kind !== kind || factor.factorId !== factorId);
    const factors = [...others, { kind, factorId, lastAuthenticatedAt: clock() }];
    state.live.set(sessionId, { ...live, factors });
  };
  const proved = (sessionJwt: string, kind: FactorKind, factorId: string | null): ProofOutcome => {
    const sessionId = state.issued.get(sessionJwt)?.sessionId ?? '';
    addToSession(sessionId, kind, factorId);
    return {
      isProved: true,
      confirmed: confirmed(sessionId, ''),
      factorId: kind === 'passkey' ? factorId : null,
    };
  };
  const signedIn = (factorId: string, durationMinutes: number): ProofOutcome => {
    state.durations.push(durationMinutes);
    addToSession(SESSION, 'email', factorId);
    return { isProved: true, confirmed: confirmed(SESSION, 'session-token-1'), factorId: null };
  };
  const options = (of: string): JsonObject => ({ challenge: `challenge-${of}` });
  return {
    sendMagicLink: async () => ({ note: state.note, methodId: 'email-1', stytchUserId: USER }),
    async sendEmailOtp(email) {
      state.sentTo.push(email);
      return { note: state.note, methodId: 'email-1', stytchUserId: USER };
    },
    async authenticateMagicLink({ token, durationMinutes }) {
      return token === RIGHT_LINK ? signedIn('email-1', durationMinutes) : wrong('unable_to_auth_magic_link');
    },
    async authenticateOtp(request) {
      if (request.code !== RIGHT_CODE) return wrong('otp_code_not_found');
      if ('durationMinutes' in request) return signedIn(request.methodId, request.durationMinutes);
      verify(request.methodId);
      return proved(request.sessionJwt, 'sms', request.methodId);
    },
    async sendSms({ phoneNumber }) {
      state.sentTo.push(phoneNumber);
      const known = state.user.factors.find((one) => one.phoneNumber === phoneNumber);
      if (known?.factorId != null) return { methodId: known.factorId };
      const methodId = `phone-${state.user.factors.length + 10}`;
      setFactors([
        ...state.user.factors,
        { kind: 'sms', factorId: methodId, isVerified: false, phoneNumber },
      ]);
      return { methodId };
    },
    async createTotp() {
      const factorId = `totp-${state.deleted.length + 2}`;
      setFactors([...state.user.factors, { kind: 'totp', factorId, isVerified: false }]);
      return {
        factorId,
        secret: 'SECRET',
        qrCode: 'data:image/png;base64,AA==',
        recoveryCodes: ['r1', 'r2'],
      };
    },
    async authenticateTotp({ code, sessionJwt }) {
      const factorId = ofKind('totp')?.factorId ?? null;
      if (factorId === null) return wrong('not_enrolled');
      if (code !== RIGHT_CODE) return wrong('invalid_totp_code');
      verify(factorId);
      return proved(sessionJwt, 'totp', factorId);
    },
    async recoverTotp({ recoveryCode, sessionJwt }) {
      if (ofKind('totp') === undefined) return wrong('not_enrolled');
      if (recoveryCode !== RIGHT_RECOVERY) return wrong('invalid_totp_recovery_code');
      return proved(sessionJwt, 'recovery_code', null);
    },
    startPasskeyEnrolment: async () => options('register'),
    async registerPasskey({ credential: made, sessionJwt }) {
      const factorId = String(made['id']);
      if (factorId === 'passkey-wrong') return wrong('unable_to_register_webauthn');
      setFactors([...state.user.factors, { kind: 'passkey', factorId, isVerified: true }]);
      return proved(sessionJwt, 'passkey', factorId);
    },
    startPasskeyProof: async () => options('prove'),
    async authenticatePasskey({ credential: made, sessionJwt }) {
      const factorId = String(made['id']);
      const isHeld = state.user.factors.some((one) => one.factorId === factorId);
      return isHeld ? proved(sessionJwt, 'passkey', factorId) : wrong('unable_to_auth_webauthn');
    },
    async deleteFactor({ factorId }) {
      state.deleted.push(factorId ?? '');
      setFactors(state.user.factors.filter((one) => one.factorId !== factorId));
    },
  };
}

/** Challenges whose seal is a number; whatever was not sealed here does not open. */
export function createFakeChallenges(clock: () => number): Challenges {
  const sealed = new Map<string, Challenge>();
  return {
    async seal(challenge) {
      const name = `sealed-${sealed.size + 1}`;
      sealed.set(name, { ...challenge, nonce: `nonce-${sealed.size + 1}`, sentAt: clock() });
      return name;
    },
    open: async (name) => sealed.get(name) ?? null,
  };
}
