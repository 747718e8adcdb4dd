// What a call to the table or to Secrets Manager is about, in words, by the key of its item.

/** By the beginning of the sort key, or of the key where that says more. */
const items: readonly (readonly [RegExp, string])[] = [
  [/^RATE#(\w+)/, 'limit, $1'],
  [/^EVENT#/, 'webhook event'],
  [/^UNIT_APPLICATION#/, 'whose application'],
  [/^CUSTOMER#\w+ OWNER/, 'whose customer'],
  [/^RECONCILE /, 'cursor'],
  [/^USER#\S+ FACTOR#/, 'factor'],
  [/^USER#\S+ APPLICATION#/, 'application'],
  [/^USER#\S+ LOCK#/, 'one application at a time'],
  [/^USER#\S+ CUSTOMER#/, 'customer'],
  [/^USER#\S+ $/, 'all of the user'],
  [/^UNSETTLED#/, 'unsettled applications'],
];

/** @returns nothing where the body says nothing */
export function tableWords(body: unknown): string {
  const secret = at(body, 'SecretId');
  if (typeof secret === 'string') return /Secrets([A-Z]\w*?)[0-9A-F]{8}/.exec(secret)?.[1] ?? '';
  const key = at(body, 'Key') ?? at(body, 'Item');
  const values = at(body, 'ExpressionAttributeValues');
  const pk = at(at(key, 'pk') ?? at(values, ':pk') ?? at(values, ':shard'), 'S');
  const sk = at(at(key, 'sk'), 'S');
  if (typeof pk !== 'string') return '';
  const whole = `${pk} ${typeof sk === 'string' ? sk : ''}`;
  for (const [pattern, words] of items) {
    const found = pattern.exec(whole);
    if (found) return words.replace('$1', (found[1] ?? '').replaceAll(/(?=[A-Z])/g, ' ').toLowerCase());
  }
  return '';
}

const at = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
