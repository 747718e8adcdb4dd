// A verified session as every route hands it out.
import type { SteppedUpAnswer } from '../../contract/factors.ts';
import type { AuthenticationFactor, Session } from './session.ts';

/** Seconds since the epoch as RFC 3339. */
export const timestamp = (seconds: number): string => new Date(seconds * 1000).toISOString();

export const sessionAnswer = (session: Session): SteppedUpAnswer => ({
  sessionJwt: session.sessionJwt,
  sessionExpiresAt: timestamp(session.expiresAt),
  factors: session.factors.map(shown),
});

export const shown = ({
  kind,
  lastAuthenticatedAt,
}: AuthenticationFactor): SteppedUpAnswer['factors'][number] => ({
  kind: kind === 'impersonated' ? 'other' : kind,
  lastAuthenticatedAt: lastAuthenticatedAt === null ? null : timestamp(lastAuthenticatedAt),
});
