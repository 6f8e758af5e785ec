import type { AnyDetector } from '../contract.ts'
import { bgEgn } from './bg-egn.ts'
import { czBirthNumber } from './cz-birth-number.ts'
import { eePersonalCode } from './ee-personal-code.ts'
import { grAmka } from './gr-amka.ts'
import { grTaxNumber } from './gr-tax-number.ts'
import { hrOib } from './hr-oib.ts'
import { roCnp } from './ro-cnp.ts'

/** Detectors of further countries of Europe. */
export const europeDetectors: readonly AnyDetector[] = [
  bgEgn,
  czBirthNumber,
  eePersonalCode,
  grAmka,
  grTaxNumber,
  hrOib,
  roCnp,
]
