import { describe, expect, it } from '@jest/globals';
import { ServiceError } from '../../functions/core/errors.ts';
import { callerOf, networkOf } from '../../functions/http/caller.ts';
import { requestOf } from '../support/adapters-http.ts';

const everyHeader = {
  'x-forwarded-for': '198.51.100.1',
  'x-real-ip': '198.51.100.1',
  forwarded: 'for=198.51.100.1',
  'true-client-ip': '198.51.100.1',
  'cloudfront-viewer-address': '198.51.100.1:443',
  'x-viewer-address': '198.51.100.1',
};

describe("the caller's address", () => {
  it("A4.1.3 is the gateway's own word, whatever headers say", () => {
    const request = requestOf({ sourceIp: '203.0.113.7', headers: everyHeader });
    expect(callerOf(request, 'none')).toEqual({ address: '203.0.113.7', network: '203.0.113.7' });
  });

  it.each([
    ['198.51.100.9', '198.51.100.9'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:0:0:0:9', '2001:db8:1:2::/64'],
  ])(
    "A4.1.3 is CloudFront's word where the stage trusts it, and no other header's: %s",
    (address, network) => {
      const headers = { ...everyHeader, 'x-viewer-address': address };
      expect(callerOf(requestOf({ headers }), 'cloudfront')).toEqual({ address, network });
    },
  );

  it.each([undefined, '', 'nonsense', '198.51.100.9:443', '198.51.100.9,198.51.100.10', '198.51.100.256'])(
    'A4.1.3 is nobody’s, and never that of an edge which all its viewers share, where CloudFront tells none: %s',
    (viewer) => {
      const { 'x-viewer-address': _, ...others } = everyHeader;
      const headers = viewer === undefined ? others : { ...others, 'x-viewer-address': viewer };
      const call = () => callerOf(requestOf({ headers, sourceIp: '203.0.113.7' }), 'cloudfront');
      expect(call).toThrow(new ServiceError('server_error', { reason: 'viewer_address_missing' }));
    },
  );
});

describe('the network that an address counts for', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['2001:db8:1::2:0:0:1', '2001:db8:1:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1:2:3:4', 'fe80:0:0:0::/64'],
  ])('O6 %s counts for %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('O6 tells two /64 apart, and not two addresses of one', () => {
    expect(networkOf('2001:db8:0:1::1')).not.toBe(networkOf('2001:db8:0:2::1'));
    expect(networkOf('2001:db8:0:1::1')).toBe(networkOf('2001:db8:0:1:ffff:ffff:ffff:ffff'));
  });
});
