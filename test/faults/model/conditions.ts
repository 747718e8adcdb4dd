// DynamoDB's condition expressions, as far as the adapters use them: parsed once, judged against an item.

type Values = Readonly<Record<string, unknown>>;
type Judge = (item: Values | undefined, values: Values) => boolean;

const tokenForm = /\s*(\(|\)|,|<=|>=|<>|=|<|>|:[A-Za-z_]\w*|#[A-Za-z_]\w*|[A-Za-z_]\w*|\S)/y;

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  tokenForm.lastIndex = 0;
  for (;;) {
    const found = tokenForm.exec(expression)?.[1];
    if (found === undefined) return tokens;
    tokens.push(found);
  }
}

const parsed = new Map<string, Judge>();

/**
 * Whether an item, or its absence, meets a condition.
 * @throws Error on an expression that goes beyond what is known here, and on a value that is missing
 */
export function meets(expression: string, item: Values | undefined, values: Values): boolean {
  const judge = parsed.get(expression) ?? parse(expression);
  parsed.set(expression, judge);
  return judge(item, values);
}

function parse(expression: string): Judge {
  const tokens = tokensOf(expression);
  const strange = (): Error => new Error(`the memory store cannot read: ${expression}`);
  const next = (): string => {
    const token = tokens.shift();
    if (token === undefined) throw strange();
    return token;
  };
  const take = (wanted: string): void => {
    if (next().toUpperCase() !== wanted) throw strange();
  };
  const isNext = (wanted: string): boolean => tokens[0]?.toUpperCase() === wanted;

  const either = (): Judge => {
    let left = both();
    while (isNext('OR')) {
      next();
      const [before, right] = [left, both()];
      left = (item, values) => before(item, values) || right(item, values);
    }
    return left;
  };
  const both = (): Judge => {
    let left = not();
    while (isNext('AND')) {
      next();
      const [before, right] = [left, not()];
      left = (item, values) => before(item, values) && right(item, values);
    }
    return left;
  };
  const not = (): Judge => {
    if (!isNext('NOT')) return single();
    next();
    const inner = not();
    return (item, values) => !inner(item, values);
  };
  const single = (): Judge => {
    const token = next();
    if (token === '(') {
      const inner = either();
      take(')');
      return inner;
    }
    if (token === 'attribute_exists' || token === 'attribute_not_exists') {
      take('(');
      const name = nameOf(next());
      take(')');
      return (item) => (item?.[name] !== undefined) === (token === 'attribute_exists');
    }
    return comparison(nameOf(token));
  };
  const comparison = (name: string): Judge => {
    const operator = next().toUpperCase();
    if (operator !== 'IN') {
      const value = next();
      return (item, values) => compare(item?.[name], operator, valueOf(values, value));
    }
    take('(');
    const options = [next()];
    while (isNext(',')) {
      next();
      options.push(next());
    }
    take(')');
    return (item, values) =>
      options.map((option) => valueOf(values, option)).some((value) => compare(item?.[name], '=', value));
  };

  const judge = either();
  if (tokens.length > 0) throw strange();
  return judge;
}

/** `#s` is the only alias of the store. */
const nameOf = (token: string): string => (token === '#s' ? 'status' : token);

function valueOf(values: Values, placeholder: string): unknown {
  if (!Object.hasOwn(values, placeholder)) throw new Error(`no value for ${placeholder}`);
  return values[placeholder];
}

/** An attribute that is not there, or of another type, is unequal to every value and in no order with it. */
function compare(left: unknown, operator: string, right: unknown): boolean {
  if (operator === '<>') return left !== right;
  if (left === undefined || typeof left !== typeof right) return false;
  if (operator === '=') return left === right;
  const order = orderOf(left, right);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    default:
      throw new Error(`the memory store knows no operator ${operator}`);
  }
}

function orderOf(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
}
