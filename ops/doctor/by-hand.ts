// What no API of the vendors shows: said with the exact values of the stage, for somebody to look.
import type { Stage } from '../../lib/stages.ts';
import type { Place } from '../base/place.ts';
import { byHand, type Finding } from './finding.ts';
import { jwksUrlOf } from './vendors.ts';

export const reminders = (place: Place, stage: Stage | undefined): readonly Finding[] => [
  byHand(
    'unit_jwt_settings',
    `provider Stytch, JWKS path ${jwksUrlOf(place)}, issuer empty or ${issuerOf(place, stage)}`,
    "Unit's dashboard, Settings, Org Settings, JWT Settings. Proof: one exchange for cards-sensitive.",
  ),
  byHand(
    'unit_own_login',
    "Unit's white-label app and its own OTP hand out customer tokens past this service",
    'Have Unit switch off what you do not use.',
  ),
  byHand(
    'unit_token_sources',
    'an org token that is limited to source addresses may work here and not from Lambda',
    "Unit's dashboard, Developer, API Tokens.",
  ),
  byHand(
    'unit_duplicates',
    'duplicate individual applications are to be prevented',
    "Unit's dashboard, Settings, Org Settings, General.",
  ),
  ...(stage === undefined ? [] : stytchReminders(stage)),
];

const issuerOf = ({ stytchProjectId }: Place, stage: Stage | undefined): string =>
  stage?.stytchCustomDomain === undefined
    ? `stytch.com/${stytchProjectId}`
    : `https://${stage.stytchCustomDomain}`;

const stytchReminders = ({ redirectUrls, allowedOrigins, passkeyDomain }: Stage): readonly Finding[] => [
  byHand(
    'stytch_redirect_urls',
    `exactly ${redirectUrls.join(' ')}, each for log-in and sign-up`,
    "Stytch's dashboard, Redirect URLs.",
  ),
  byHand(
    'stytch_sdk',
    `off, or with ${allowedOrigins.join(' ') || 'no web domain'} alone; passkeys belong to ${passkeyDomain}`,
    "Stytch's dashboard, SDK Configuration.",
  ),
];
