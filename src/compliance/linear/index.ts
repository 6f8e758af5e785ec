export { decodeModel, encodeModel, probabilityOf } from './model.ts'
export type { LinearHead, LinearModel } from './model.ts'
export { scoreOf, trainHead } from './train.ts'
export type { Example, TrainingOptions } from './train.ts'
