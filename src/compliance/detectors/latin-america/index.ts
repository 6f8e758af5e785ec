import type { AnyDetector } from '../contract.ts'
import { arCuit } from './ar-cuit.ts'
import { brCnpj } from './br-cnpj.ts'
import { brCpf } from './br-cpf.ts'
import { clRut } from './cl-rut.ts'
import { coNit } from './co-nit.ts'
import { mxCurp } from './mx-curp.ts'
import { mxRfc } from './mx-rfc.ts'

/** Detectors of Latin America. */
export const latinAmericaDetectors: readonly AnyDetector[] = [
  arCuit,
  brCnpj,
  brCpf,
  clRut,
  coNit,
  mxCurp,
  mxRfc,
]
