// What becomes of the logs when their stack or their function goes.
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Stage } from './stages.ts';

/** Those of a live stage are the audit trail: they stay for their time, whoever takes the stack down and however. */
export const logRemovalOf = ({ vendorEnvironment }: Stage): RemovalPolicy =>
  vendorEnvironment === 'live' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
