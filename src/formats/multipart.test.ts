import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { addMultipartField, readMultipartField, setMultipartField } from './multipart.ts'

const contentType = 'multipart/form-data; boundary=XyZ'

function field(name: string, value: string): string {
  return `--XyZ\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
}

function file(content: Uint8Array): Buffer {
  const head = 'Content-Disposition: form-data; name="file"; filename="a.bin"\r\n'
  return Buffer.concat([
    Buffer.from(`--XyZ\r\n${head}Content-Type: application/octet-stream\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ])
}

function form(...parts: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat([...parts, '--XyZ--\r\n'].map((part) => Buffer.from(part)))
}

/** Bytes of files that were made to be mistaken for the structure around them. */
const fileContent = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '\r',
          '\n',
          '--XyZ',
          '--XyZ\r\n',
          'X--XyZ--',
          '\n--XyZ\n',
          'name="model"',
          '--',
        )
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => Buffer.concat(pieces))
  // No sender chooses a boundary that stands on a line of its own in a file.
  .filter(
    (bytes) => !bytes.includes('\r\n--XyZ') && !bytes.subarray(0, 5).equals(Buffer.from('--XyZ')),
  )

const plainContent = fileContent.filter((bytes) => !bytes.includes('--XyZ'))
const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' })

describe('a field of a form', () => {
  test('is found before, between and behind files', () => {
    const content = Buffer.from('bytes')
    for (const body of [
      form(field('model', 'whisper-1'), file(content)),
      form(file(content), field('model', 'whisper-1')),
      form(field('a', 'b'), file(content), field('model', 'whisper-1'), file(content)),
    ]) {
      expect(readMultipartField(body, contentType, 'model')).toBe('whisper-1')
    }
  })

  test('is replaced without touching a byte of the files, whatever they hold', () => {
    fc.assert(
      fc.property(fileContent, fileContent, name, name, (before, behind, from, to) => {
        const parts = (model: string): Buffer =>
          form(file(before), field('model', model), file(behind), field('language', 'de'))
        const changed = setMultipartField(parts(from), contentType, { name: 'model', value: to })
        expect(Buffer.from(changed).equals(parts(to))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('is replaced so that the platform reads the new form as it read the old one', async () => {
    await fc.assert(
      // The platform takes a boundary anywhere for one, which no sender may rely on.
      fc.asyncProperty(plainContent, name, async (content, to) => {
        const body = form(file(content), field('model', 'old'))
        const changed = setMultipartField(body, contentType, { name: 'model', value: to })
        const read = await new Response(changed, {
          headers: { 'content-type': contentType },
        }).formData()
        expect(read.get('model')).toBe(to)
        const kept = read.get('file')
        expect(kept instanceof Blob && Buffer.from(await kept.bytes()).equals(content)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test('is added so that the platform reads it before the rest, which stays', async () => {
    await fc.assert(
      fc.asyncProperty(plainContent, name, async (content, to) => {
        const body = form(file(content), field('language', 'de'))
        const added = addMultipartField(body, contentType, { name: 'model', value: to })
        expect(Buffer.from(added).subarray(-body.length).equals(body)).toBe(true)
        expect(readMultipartField(added, contentType, 'model')).toBe(to)
        const read = await new Response(added, {
          headers: { 'content-type': contentType },
        }).formData()
        expect([read.get('model'), read.get('language')]).toEqual([to, 'de'])
      }),
      { numRuns: 100 },
    )
  })

  test('is not found inside a file', () => {
    const hidden = Buffer.from(
      `x--XyZ\r\nContent-Disposition: form-data; name="model"\r\n\r\nevil\r\n--XyZ`,
    )
    const body = form(file(hidden), field('model', 'real'))
    expect(readMultipartField(body, contentType, 'model')).toBe('real')
    expect(readMultipartField(form(file(hidden)), contentType, 'model')).toBeUndefined()
  })

  test('is not what stands behind the closing delimiter', () => {
    const body = Buffer.concat([form(field('a', 'b')), Buffer.from(field('model', 'evil'))])
    expect(readMultipartField(body, contentType, 'model')).toBeUndefined()
  })

  test('is refused when it is given twice', () => {
    const body = form(field('model', 'a'), file(Buffer.from('x')), field('model', 'b'))
    expect(() => readMultipartField(body, contentType, 'model')).toThrow('given twice')
  })

  test('is known by its name alone: no file, no longer name, any spelling of the header', () => {
    const part = (disposition: string): Buffer => form(`--XyZ\r\n${disposition}\r\n\r\nm\r\n`)
    for (const disposition of [
      'content-disposition: form-data; name="model"',
      'CONTENT-DISPOSITION:form-data;name=model',
      'Content-Type: text/plain\r\nContent-Disposition: form-data; x=1; Name="model"',
    ]) {
      expect(readMultipartField(part(disposition), contentType, 'model')).toBe('m')
    }
    for (const disposition of [
      'content-disposition: form-data; name="models"',
      'content-disposition: form-data; xname="model"',
      'content-disposition: form-data; name="model"; filename="model"',
      'content-disposition: form-data; name="model"; filename*=UTF-8\'\'model',
      'content-disposition: form-data; filename="; name="model"',
      'content-disposition: attachment; name="model"',
      'x-content-disposition: form-data; name="model"',
    ]) {
      expect(readMultipartField(part(disposition), contentType, 'model')).toBeUndefined()
    }
  })

  test('may be empty, and its part may come after a preamble and padded delimiters', () => {
    expect(readMultipartField(form(field('model', '')), contentType, 'model')).toBe('')
    const body = Buffer.from(
      'preamble\r\n--XyZ \t\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n--XyZ--',
    )
    expect(readMultipartField(body, contentType, 'model')).toBe('m')
  })

  test('is looked for with any boundary a sender may choose', () => {
    for (const [type, boundary] of [
      ['multipart/form-data; boundary="a b:c"', 'a b:c'],
      ['Multipart/Form-Data; charset=utf-8; Boundary=----WebKit0', '----WebKit0'],
    ] as const) {
      const body = Buffer.from(form(field('model', 'm')).toString().replaceAll('XyZ', boundary))
      expect(readMultipartField(body, type, 'model')).toBe('m')
    }
  })

  test('is absent where there is no form, and bytes of any kind do no harm', () => {
    expect(
      readMultipartField(form(field('model', 'm')), 'multipart/form-data', 'model'),
    ).toBeUndefined()
    expect(
      readMultipartField(form(field('model', 'm')), 'application/json', 'model'),
    ).toBeUndefined()
    fc.assert(
      fc.property(fileContent, (bytes) => {
        expect(setMultipartField(bytes, contentType, { name: 'x', value: 'y' })).toBe(bytes)
        expect(addMultipartField(bytes, 'text/plain', { name: 'x', value: 'y' })).toBe(bytes)
      }),
    )
  })
})
