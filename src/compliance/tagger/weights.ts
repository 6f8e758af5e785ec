import { readFileSync } from 'node:fs'
import modelPath from '../../../models/names.bin' with { type: 'file' }
import { decodeNameModel } from './model.ts'
import type { NameModel } from './model.ts'

/** Reads the model that comes with the program, from the binary or from `models/`. Some ten milliseconds. */
export function readNameModel(): NameModel {
  return decodeNameModel(readFileSync(modelPath))
}
