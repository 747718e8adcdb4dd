// Base64url by hand (RFC 4648 section 5): some runtimes of React Native have neither `atob` nor `btoa`.
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Numbers of so many bits as characters for so many others; what is left at the end is dropped. */
const regroup = (
  numbers: readonly number[],
  from: number,
  to: number,
  show: (one: number) => string,
): string => {
  let shown = '';
  let bits = 0;
  let held = 0;
  for (const one of numbers) {
    held = (held << from) | one;
    for (bits += from; bits >= to; ) shown += show((held >> (bits -= to)) & ((1 << to) - 1));
  }
  return shown;
};

/** 32 bytes as 43 characters: the last of them is filled up with zeros. */
export const encode32 = (bytes: Uint8Array): string =>
  regroup([...bytes, 0], 8, 6, (one) => alphabet[one] ?? '').slice(0, 43);

/** One character for each byte. */
export const decode = (text = ''): string =>
  regroup(
    [...text].map((one) => alphabet.indexOf(one)),
    6,
    8,
    String.fromCharCode,
  );
