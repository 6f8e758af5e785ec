import type { AnyDetector } from '../contract.ts'
import { auAbn } from './au-abn.ts'
import { auAcn } from './au-acn.ts'
import { auMedicare } from './au-medicare.ts'
import { auTfn } from './au-tfn.ts'
import { nzIrd } from './nz-ird.ts'
import { nzNhi } from './nz-nhi.ts'

/** Detectors of Australia and New Zealand. */
export const oceaniaDetectors: readonly AnyDetector[] = [
  auAbn,
  auAcn,
  auMedicare,
  auTfn,
  nzIrd,
  nzNhi,
]
