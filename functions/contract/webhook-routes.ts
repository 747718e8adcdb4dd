// The route that Unit calls.
import { always, KILOBYTE, type Route, vendor } from './route.ts';

export const webhookRoutes = {
  unitWebhook: {
    method: 'POST',
    path: '/webhooks/unit',
    function: 'unit-webhook',
    authentication: 'signature',
    deadlineMs: 4_500,
    body: 'raw',
    maxBodyBytes: KILOBYTE * KILOBYTE,
    answers: { 200: null },
    problems: ['invalid_signature', 'invalid_request', 'payload_too_large', ...vendor, ...always],
  },
} as const satisfies Record<string, Route>;
