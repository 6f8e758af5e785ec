import { expect, test } from 'bun:test'
import { placesOf } from './vocabulary.ts'

test('names and targets are those of providers, models and aliases', () => {
  const places = placesOf({
    providers: [
      { name: 'azure', perimeter: 'eu', region: 'swedencentral' },
      { name: 'local', perimeter: 'on-premises' },
    ],
    models: [
      {
        name: 'assistant',
        targets: [
          { provider: 'azure', model: 'gpt-5.4', region: 'northeurope' },
          { provider: 'local', model: '*' },
        ],
      },
      { name: 'small-*', targets: [{ provider: 'local', model: '$1', perimeter: 'lab' }] },
    ],
    aliases: { smart: 'assistant', tiny: 'small-one' },
  })
  expect(places).toMatchObject({
    models: ['assistant', 'small-*', 'smart', 'tiny'],
    providers: ['azure', 'local'],
    perimeters: ['eu', 'on-premises', 'lab'],
    regions: ['swedencentral', 'northeurope'],
  })
  const targets = [
    { provider: 'azure', model: 'gpt-5.4', region: 'northeurope', perimeter: 'eu' },
    { provider: 'local', model: 'assistant', region: undefined, perimeter: 'on-premises' },
  ]
  // Where a family goes depends on the name that is asked for.
  expect(places.targets).toEqual(
    new Map([
      ['assistant', targets],
      ['smart', targets],
    ]),
  )
})
