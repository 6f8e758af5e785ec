import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { BlockList } from 'node:net'
import { isNetwork, isWithin, parseAddress, parseNetwork } from './networks.ts'

/** Whether an address lies within a network; throws where one of them is none. */
function within(address: string, network: string): boolean {
  const [read, net] = [parseAddress(address), parseNetwork(network)]
  if (read === undefined || net === undefined) throw new Error('no address or network')
  return isWithin(read, net)
}

test('networks of both versions hold the addresses within them', () => {
  expect(within('10.255.255.255', '10.0.0.0/8')).toBe(true)
  expect(within('11.0.0.0', '10.0.0.0/8')).toBe(false)
  expect(within('::ffff:10.1.2.3', '10.0.0.0/8')).toBe(true)
  expect(within('192.0.2.1', '192.0.2.1')).toBe(true)
  expect(within('192.0.2.1', '0.0.0.0/0')).toBe(true)
  expect(within('2001:db8::1', '0.0.0.0/0')).toBe(false)
  expect(within('2001:db8:0:1::1', '2001:db8::/32')).toBe(true)
  expect(within('2001:db9::', '2001:db8::/32')).toBe(false)
  expect(within('fe80::1%eth0', 'fe80::/10')).toBe(true)
  expect(within('::1', '::1/128')).toBe(true)
})

test('what is no network is told', () => {
  for (const text of [
    '',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::/129',
    '1.2.3.4::',
    'localhost',
    '12345::',
  ]) {
    expect([text, isNetwork(text)]).toEqual([text, false])
  }
})

test('any address and network agree with those of the runtime', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.nat(32), (address, base, prefix) => {
      const list = new BlockList()
      list.addSubnet(base, prefix, 'ipv4')
      expect(within(address, `${base}/${prefix}`)).toBe(list.check(address, 'ipv4'))
    }),
  )
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV6(), fc.nat(128), (address, base, prefix) => {
      const list = new BlockList()
      list.addSubnet(base, prefix, 'ipv6')
      expect(within(address, `${base}/${prefix}`)).toBe(list.check(address, 'ipv6'))
    }),
  )
})
