// What needs somebody real, and so is asked for by name: a mail to an address, the answer to a session.
import { problemBody } from '../../functions/contract/problems.ts';
import { routes } from '../../functions/contract/routes.ts';
import { signUpAnswer } from '../../functions/contract/signup.ts';
import { maskEmail } from '../base/output.ts';
import { type Check, faultsOfChallenge, faultsOfHeaders, outcomeOf, skipped } from './check.ts';
import { json } from './probe.ts';

export const realChecks: readonly Check[] = [
  {
    name: 'signup_sends_mail',
    async run({ probe, sendTo }) {
      if (sendTo === null) return skipped('sends nothing without --send-to');
      const body = JSON.stringify({ method: 'email_otp', email: sendTo });
      const reply = await probe({ method: 'POST', path: routes.signUp.path, headers: json, body });
      const faults = [
        ...(reply.status === 202 ? [] : [`${reply.status} in place of 202`]),
        ...(signUpAnswer.safeParse(reply.json).success ? [] : ['not the answer of a sign-up']),
        ...faultsOfHeaders(reply),
      ];
      return outcomeOf([reply], faults, `look into the inbox of ${maskEmail(sendTo)}`);
    },
  },
  {
    name: 'step_up_challenge',
    async run({ probe, sessionJwt }) {
      if (sessionJwt === null) return skipped('no session without --session-jwt-fd');
      const reply = await probe({
        method: 'POST',
        path: routes.exchangeToken.path,
        headers: { ...json, authorization: `Bearer ${sessionJwt}` },
        body: JSON.stringify({ scopes: ['accounts'] }),
      });
      const problem = problemBody.safeParse(reply.json);
      const code = problem.success ? problem.data.code : null;
      if (reply.status === 201) return skipped('stepped up already: the exchange answered with a token');
      if (code === 'enrollment_required' || code === 'no_customer') {
        return skipped(`the session is good, and its user gets ${code}: no challenge to see`);
      }
      return outcomeOf([reply], faultsOfChallenge(reply), '401 with the challenge of RFC 9470');
    },
  },
];
