// @ts-check
// One Lambda container: loads a bundle, runs its handler once at a time, and ends with its parent.
// Started by function-container.ts as `node function-process.mjs <bundle file> <export>`, with IPC.
import { pathToFileURL } from 'node:url';

/** @typedef {{ requestId: string, event: unknown, deadlineMs: number, functionArn: string }} Call */

const [bundle = '', exported = ''] = process.argv.slice(2);
// The handler may replace these; the marks below must still get through.
const writeOut = process.stdout.write.bind(process.stdout);
const writeErr = process.stderr.write.bind(process.stderr);

process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the parent decides when a container ends.
process.on('SIGINT', () => {});

/** @param {unknown} message */
const tell = (message) => process.send?.(message);

/** @param {unknown} error */
const describe = (error) =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, stack: (error.stack ?? '').split('\n') }
    : { errorType: typeof error, errorMessage: String(error), stack: [] };

/** @param {Call} call */
function contextOf({ requestId, deadlineMs, functionArn }) {
  const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? '';
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: process.env['AWS_LAMBDA_FUNCTION_VERSION'] ?? '',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] ?? '',
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `local/${process.pid}`,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

/** @returns {Promise<(event: unknown, context: unknown) => unknown>} */
async function load() {
  const module = await import(pathToFileURL(bundle).href);
  const handler = module[exported];
  if (typeof handler !== 'function')
    throw Object.assign(new Error(`the bundle exports no function ${exported}`), {
      name: 'Runtime.HandlerNotFound',
    });
  if (handler.length > 2)
    throw Object.assign(new Error('the Node.js 24 runtime refuses handlers that take a callback'), {
      name: 'Runtime.CallbackHandlerDeprecated',
    });
  return handler;
}

/**
 * @param {(event: unknown, context: unknown) => unknown} handler
 * @param {Call} call
 */
async function run(handler, call) {
  const { requestId } = call;
  try {
    const payload = JSON.stringify(await handler(call.event, contextOf(call))) ?? 'null';
    finish({ kind: 'ok', requestId, payload });
  } catch (error) {
    const fault = describe(error);
    writeErr(`${new Date().toISOString()}\t${requestId}\tERROR\tInvoke Error\t${JSON.stringify(fault)}\n`);
    finish({ kind: 'error', requestId, errorType: fault.errorType, errorMessage: fault.errorMessage });
  }
}

/**
 * Marks the end of this call in both streams first, so that the parent has every line before it hands on the answer.
 * @param {{ kind: string, requestId: string, payload?: string, errorType?: string, errorMessage?: string }} outcome
 */
function finish(outcome) {
  const mark = `\0end ${outcome.requestId}\n`;
  writeOut(mark);
  writeErr(mark);
  tell(outcome);
}

try {
  const handler = await load();
  process.on('message', (/** @type {Call} */ call) => void run(handler, call));
  tell({ kind: 'ready' });
} catch (error) {
  const fault = describe(error);
  writeErr(`${new Date().toISOString()}\tundefined\tERROR\tUncaught Exception\t${JSON.stringify(fault)}\n`);
  process.send?.({ kind: 'init_error', errorType: fault.errorType, errorMessage: fault.errorMessage }, () =>
    process.exit(1),
  );
}
