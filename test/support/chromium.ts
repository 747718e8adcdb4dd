// The system's Chromium, for tests in a browser; where there is none they are skipped, and say so.
import { execFileSync } from 'node:child_process';
import { describe } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where the system keeps Chromium, or null. */
function findChromium(): string | null {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // The next name.
    }
  }
  return null;
}

const executablePath = findChromium();

/** `describe`, or a skip that is printed. */
export function describeInBrowser(what: string, tests: () => void): void {
  if (executablePath === null) process.stderr.write(`No Chromium here: skipped: ${what}.\n`);
  (executablePath === null ? describe.skip : describe)(what, tests);
}

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: executablePath ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A page that a test serves by interception has no address, so Chromium thinks it public and asks for permission.
      '--disable-features=LocalNetworkAccessChecks',
    ],
  });

/** A virtual authenticator in the page, which agrees to all that it is asked. */
export async function addAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
