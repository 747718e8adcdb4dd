// Refuses a stage whose account, domain and front door do not fit each other.
import type { Stage } from './stages.ts';

export function* frontDoorFaults(stage: Stage): Generator<string> {
  yield* placeFaults(stage);
  if (stage.closeAwsEndpoint === true && stage.customDomain === undefined)
    yield 'closeAwsEndpoint must be false without customDomain: the API would have no address';
  yield* proxyFaults(stage);
}

/** Both names lead to the same API: CloudFront calls the one, and everybody else calls CloudFront. */
function* proxyFaults(stage: Stage): Generator<string> {
  const { trustedProxy, cloudFrontDomain, customDomain, closeAwsEndpoint } = stage;
  if (cloudFrontDomain !== undefined && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(cloudFrontDomain))
    yield 'cloudFrontDomain must be the bare host name that clients and Unit call';
  if (cloudFrontDomain !== undefined && cloudFrontDomain === customDomain?.name)
    yield 'cloudFrontDomain must not be customDomain.name, which CloudFront itself calls';
  if (trustedProxy === 'none') return;
  if (cloudFrontDomain === undefined) yield 'cloudFrontDomain must be set where trustedProxy is cloudfront';
  if (closeAwsEndpoint !== true)
    yield 'closeAwsEndpoint must be true where trustedProxy is cloudfront: AWS’s address would be a way around it';
}

/** Where a stage says one of the two, it could still land in the wrong place by the other. */
function* placeFaults({ account, region, customDomain }: Stage): Generator<string> {
  if (account !== undefined && !/^\d{12}$/.test(account)) yield 'account must be twelve digits';
  if (region !== undefined && !/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region))
    yield 'region must be the name of an AWS region, such as us-east-1';
  if ((account === undefined) !== (region === undefined)) yield 'region must be set with account, or neither';
  const place = /^arn:[^:]+:acm:([^:]*):([^:]*):/.exec(customDomain?.certificateArn ?? '');
  const [, certificateRegion, certificateAccount] = place ?? [];
  if (place !== null && region !== undefined && certificateRegion !== region)
    yield `customDomain.certificateArn must be of the region ${region}`;
  if (place !== null && account !== undefined && certificateAccount !== account)
    yield `customDomain.certificateArn must be of the account ${account}`;
}
