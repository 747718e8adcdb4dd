// What a control call answers when it was asked for something that cannot be.

/** A control call with unknown or impossible input; over HTTP a 400. */
export class ControlError extends Error {}
