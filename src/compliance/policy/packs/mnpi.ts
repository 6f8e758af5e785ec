import type { PolicyPack } from './pack.ts'

const inside = ['mnpi', 'deal:*']

/** Inside information stays within own walls and with those on the insider list. */
export const mnpiPack: PolicyPack = {
  id: 'mnpi',
  title: 'Inside information and market abuse',
  description:
    'The labels mnpi and deal:* come from categories of your own (dictionaries of project names and tickers, tables of deals); the role insider from your keys or directory. Who may know which deal is the matter of information barriers.',
  rules: [
    {
      id: 'confined',
      description:
        'Regulation (EU) 596/2014 (MAR), Art. 10(1) and 14(c) (unlawful disclosure); Securities Exchange Act of 1934, section 15(g).',
      what: { labels: inside, direction: 'request' },
      action: 'route',
      route: { perimeters: ['on-premises'] },
      sharing: 'none',
      message: 'Content about a deal or with inside information stays within our own walls',
    },
    {
      id: 'insiders',
      description:
        'MAR, Art. 18 (insider lists): whoever has access is on the list; others wait for approval.',
      who: { not: { roles: ['insider'] } },
      what: { labels: inside },
      action: 'hold',
    },
    {
      id: 'tools',
      description:
        'MAR, Art. 10(1): tools whose effect cannot be undone may carry inside information out of the house.',
      what: { labels: inside, toolTiers: ['T2', 'T3'], toolUse: ['called'] },
      action: 'hold',
    },
    {
      id: 'sharing',
      description: 'MAR, Art. 14(c): an answer about inside information is for the one who asked.',
      what: { labels: inside },
      action: 'log',
      sharing: 'none',
    },
    {
      id: 'agents',
      description:
        'MAR, Art. 8(1) (insider dealing) and Art. 9(1)(a) (arrangements that keep inside information from who trades): no agent acts on it.',
      who: { kinds: ['agent'] },
      what: { labels: inside },
      action: 'block',
      sharing: 'none',
    },
  ],
  cases: [
    {
      name: 'an insider asks the models of the house',
      facts: { labels: ['deal:aurora'] },
      as: { roles: ['insider'] },
      target: { perimeter: 'on-premises' },
      expect: { verdict: 'allow', rules: ['mnpi/sharing'], notRules: ['mnpi/insiders'] },
    },
    {
      name: 'and no others',
      facts: { labels: ['mnpi'] },
      as: { roles: ['insider'] },
      target: { perimeter: 'public' },
      expect: { verdict: 'block', rules: ['mnpi/confined'] },
    },
    {
      name: 'who is not on the list waits for approval',
      facts: { labels: ['deal:aurora'] },
      target: { perimeter: 'on-premises' },
      expect: { verdict: 'hold', rules: ['mnpi/insiders'] },
    },
    {
      name: 'no agent acts on it',
      facts: { labels: ['mnpi'] },
      as: { kind: 'agent', roles: ['insider'] },
      target: { perimeter: 'on-premises' },
      expect: { verdict: 'block', rules: ['mnpi/agents'] },
    },
    {
      name: 'what is published is no secret',
      facts: { labels: ['published'] },
      target: { perimeter: 'public' },
      expect: { verdict: 'allow' },
    },
  ],
}
