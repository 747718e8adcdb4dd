// The customer of an earlier journey comes back: signs in, steps up and gets a customer token, through any version.
import { TOTP } from 'otpauth';
import { steppedUpAnswer } from '../../functions/contract/factors.ts';
import { signedInAnswer, signUpAnswer } from '../../functions/contract/signup.ts';
import { exchangeTokenAnswer } from '../../functions/contract/token.ts';
import { call, expectAnswer, JourneyFailed, pkce } from '../../local/journey-client.ts';
import type { JourneyPlace, JourneyResult } from '../../local/walk-journey.ts';

/**
 * Gives the id of the customer that the token is for.
 * @throws JourneyFailed when an answer is not what it must be
 */
export async function comeBack(
  { apiUrl, stytch }: JourneyPlace,
  { email, userId, totpSecret }: JourneyResult,
): Promise<string> {
  const { codeVerifier, codeChallenge } = pkce();
  const asked = { method: 'email_magic_link', email, codeChallenge };
  // Stytch sends one mail a second to an address.
  stytch.controls.ageCodes({ to: email, seconds: 3600 });
  const before = stytch.controls.inbox(email).length;
  expectAnswer(await call('POST', `${apiUrl}/v1/signup`, { body: asked }), 202, signUpAnswer);
  const mail = stytch.controls.inbox(email).at(before);
  if (mail === undefined) throw new JourneyFailed('no mail arrived');
  const proof = { method: 'email_magic_link', token: mail.token, codeVerifier };
  const { sessionJwt } = expectAnswer(
    await call('POST', `${apiUrl}/v1/signup/authenticate`, { body: proof }),
    200,
    signedInAnswer,
  );
  // The code of this time step may have been used by the journey.
  stytch.controls.ageTotp({ userId, seconds: 3600 });
  const code = new TOTP({ secret: totpSecret }).generate();
  const steppedUp = expectAnswer(
    await call('POST', `${apiUrl}/v1/step-up`, { bearer: sessionJwt, body: { factor: 'totp', code } }),
    200,
    steppedUpAnswer,
  );
  const { customerId } = expectAnswer(
    await call('POST', `${apiUrl}/v1/token`, { bearer: steppedUp.sessionJwt, body: { scopes: ['cards'] } }),
    201,
    exchangeTokenAnswer,
  );
  return customerId;
}
