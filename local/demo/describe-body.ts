// A body as the trace shows it: JSON parsed, anything else described by its type and size and never shown.

/** Undefined for an empty one. */
export function describeBody(headers: Headers, bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  const [mediaType = ''] = (headers.get('content-type') ?? 'unknown type').split(';');
  const size = `${bytes.length.toLocaleString('en-US')} bytes`;
  if (!/json$|json-1\.[01]$/.test(mediaType)) return `(${mediaType}, ${size})`;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return parsed;
  } catch {
    return `(${mediaType} that is no JSON, ${size})`;
  }
}
