/** A linear model over hashed features: one row of weights for each class. */
export interface LinearModel {
  /** The features are folded to numbers of so many bits. */
  readonly bits: number
  readonly heads: readonly LinearHead[]
}

/** One class of a linear model: its score is `bias` plus `scale` times the weights of the features that are there. */
export interface LinearHead {
  readonly name: string
  readonly bias: number
  readonly scale: number
  readonly weights: Int8Array
}

const magic = 'SFLM'
const version = 1
const maxBits = 22
const maxNameBytes = 255

/**
 * Writes a model as bytes: `SFLM`, version, bits and number of heads (one byte each), one byte of zero, then
 * for each head a byte of length and the name in UTF-8, bias and scale as 32-bit floats (little endian), and
 * its weights as signed bytes.
 */
export function encodeModel(model: LinearModel): Uint8Array {
  const names = model.heads.map((head) => new TextEncoder().encode(head.name))
  const size = names.reduce((sum, name) => sum + 1 + name.length + 8 + (1 << model.bits), 8)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode(magic))
  bytes.set([version, model.bits, model.heads.length, 0], 4)
  let at = 8
  for (const [index, head] of model.heads.entries()) {
    const name = names[index] ?? new Uint8Array()
    if (name.length > maxNameBytes) throw new RangeError(`The name ${head.name} is too long.`)
    view.setUint8(at, name.length)
    bytes.set(name, at + 1)
    at += 1 + name.length
    view.setFloat32(at, head.bias, true)
    view.setFloat32(at + 4, head.scale, true)
    bytes.set(
      new Uint8Array(head.weights.buffer, head.weights.byteOffset, head.weights.length),
      at + 8,
    )
    at += 8 + head.weights.length
  }
  return bytes
}

/** Reads a model from bytes. Throws a `RangeError` that says what is wrong with bytes that are none. */
export function decodeModel(bytes: Uint8Array): LinearModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const beginning = new TextDecoder('latin1').decode(bytes.subarray(0, 4))
  if (bytes.length < 8 || beginning !== magic)
    throw new RangeError('This is no model of Smartflow.')
  if (view.getUint8(4) !== version)
    throw new RangeError('The model was written by another version.')
  const bits = view.getUint8(5)
  if (bits < 1 || bits > maxBits)
    throw new RangeError('The model has a size that is not supported.')
  const heads: LinearHead[] = []
  let at = 8
  for (let index = view.getUint8(6); index > 0; index--) {
    if (at >= bytes.length) throw new RangeError('The model was cut off.')
    const nameEnd = at + 1 + view.getUint8(at)
    const end = nameEnd + 8 + (1 << bits)
    if (end > bytes.length) throw new RangeError('The model was cut off.')
    heads.push({
      name: new TextDecoder().decode(bytes.subarray(at + 1, nameEnd)),
      bias: view.getFloat32(nameEnd, true),
      scale: view.getFloat32(nameEnd + 4, true),
      weights: Int8Array.from(bytes.subarray(nameEnd + 8, end)),
    })
    at = end
  }
  if (at !== bytes.length) throw new RangeError('The model has something behind its end.')
  return { bits, heads }
}

/** Turns the score of a head into a probability. */
export function probabilityOf(score: number): number {
  return 1 / (1 + Math.exp(-score))
}
