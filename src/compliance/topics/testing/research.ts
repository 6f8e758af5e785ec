/** Sentences of drafts of equity research, a topic that resembles ordinary talk about business. */
const research = [
  'We initiate coverage of {company} with {rating} and a price target of {price}.',
  'We raise our rating on {company} to {rating}; the target moves from {price} to {price}.',
  'Our discounted cash flow model uses a cost of capital of {percent} and terminal growth of {percent}.',
  'We cut our EPS estimates for the next two years by {percent} and {percent}, below consensus.',
  'The shares trade at {multiple} times forward earnings, a discount of {percent} to peers.',
  'Our sum-of-the-parts valuation yields {price} per share, implying {percent} upside.',
  'Key risks to our call are slower volume growth and a higher tax rate.',
  'Draft, not yet approved by supervisory analysts: do not distribute before publication.',
  'We see {company} as best placed in our sector coverage and add it to the conviction list.',
  'Following the model update our EBITDA forecast stands {percent} above the street.',
  'We downgrade {company} to {rating} on valuation after the rerating of the last quarter.',
  'Our channel checks suggest that order intake at {company} improved in {month}.',
  'We value the stock at {multiple} times EV/EBITDA, in line with the historical average.',
  'Investment thesis: margin expansion is underestimated by consensus, and the buyback supports EPS.',
  'Catalysts include the capital markets day and the results of the second quarter.',
  'In our bear case the shares are worth {price}, in our bull case {price}.',
  'The embargo on this note ends with its publication at seven on {day}.',
  'We model free cash flow yield of {percent} and a dividend payout of {percent}.',
  'Analyst certification: the views expressed accurately reflect our opinion of {company}.',
  'Our estimates move to the top of the range after the preview call with investors.',
  'Rating {rating}, target {price}, sector view neutral, estimates under review.',
  'We transfer coverage of {company} and reiterate {rating} with an unchanged target price.',
  'Peer multiples have contracted, hence we lower the target multiple to {multiple}.',
  'Please hold back the upgrade of {company} until compliance has released the note.',
  'We stay {rating} on {company}: consensus estimates look too low after the guidance.',
  'Our target price of {price} rests on {multiple} times estimated earnings of next year.',
  'We expect EPS growth of {percent} a year, ahead of the sector and of consensus.',
  'The valuation discount to peers should narrow as free cash flow improves.',
  'Upside risks to our target: faster deleveraging and a better product mix.',
  'This draft note on {company} is under embargo, publication is planned for {day}.',
  'We lower our revenue estimates by {percent} and the price target to {price}.',
  'Sector view: we prefer {company}, rated {rating}, over its peers on valuation grounds.',
  'The stock is down {percent} since our downgrade; we see limited downside from here.',
  'Supervisory analyst review of the {company} initiation is pending until {day}.',
  'Our EBITDA margin forecast of {percent} is above guidance and above consensus.',
  'We reiterate {rating} and nudge up the target from {price} to {price} on higher multiples.',
  'A weighted average cost of capital of {percent} supports our fair value of {price}.',
  'Dividend yield of {percent} and a buyback make the shares attractive, in our view.',
  'We upgrade the sector to overweight and {company} to {rating} ahead of results.',
  'Our preview of the quarter: EBIT slightly below consensus, guidance unchanged.',
  'At {multiple} times EV/EBITDA the shares of {company} discount a recession, we argue.',
  'Estimate changes: EPS up {percent}, free cash flow up {percent}, target price unchanged.',
  'Ratings and price targets in this unpublished report must not be shared with sales.',
  'We resume coverage of {company} at {rating} after the restriction was lifted.',
  'The bear case assumes {percent} lower volumes and values the stock at {price}.',
  'Earnings momentum turns, and we move above the street for the first time in {month}.',
  'In our initiation report we forecast returns on capital above {percent}.',
  'Analysts may not discuss the rating change with {company} before publication.',
]

/** Sentences on business and money that are not of the topic. */
const business = [
  'How do I record the depreciation of a van in our books?',
  'The invoice of {company} for {month} over {price} has not been paid yet.',
  'Explain what a price-earnings ratio is to a beginner.',
  '{company} opened a new plant and hired {multiple} hundred people.',
  'Our own sales grew by {percent} in {month}, mostly in the online shop.',
  'Which accounts do I need for a small company with two owners?',
  'The news says that {company} wants to buy a rival from Denmark.',
  'Write a mail to {company} and ask for a discount of {percent}.',
  'What is the difference between shares and bonds for a savings plan?',
  'The budget for travel was exceeded by {percent}, please explain why.',
  'Our supplier {company} raises its prices by {percent} from {month} on.',
  'Compare the dividend of two funds over ten years in a table.',
  'The quarterly figures go to the board on {day}, please check the tables.',
  'Calculate the margin if we sell for {price} and buy for half of it.',
  'The bank offers a loan at {percent} with a term of {multiple} years.',
  'Prepare slides on revenue by region for the sales meeting on {day}.',
  'The rating of our shop fell after three customers complained.',
  'Forecast the demand for umbrellas with a simple model in Excel.',
  'The stock of spare parts is low, order {multiple} boxes from {company}.',
  'The target for this year is {percent} less energy in all buildings.',
  'Who covers for the head of accounting while she is on leave?',
  'Our insurance covers damage up to {price} per case.',
  'Analysts and engineers sit on the third floor, sales on the first.',
  'The consensus of the team was to publish the price list on {day}.',
  'Our valuation of used machines is based on what dealers pay for them.',
  'Send the report on energy costs to {company} before {day}.',
  'We expect deliveries from {company} in {month}, {percent} more than last year.',
  'What does EBITDA mean, and why do companies report it?',
  'The rate of the mortgage is fixed at {percent} for ten years.',
  'Estimate how long it takes to pay back {price} a month.',
  'The board of {company} proposes to keep the dividend unchanged.',
  'Add a column with the growth in percent to the table of sales.',
  'We reviewed the draft of the contract with {company} on {day}.',
  'Publication of the annual report is planned for {month}.',
  'The shares of the family in the firm are divided among three children.',
  'Please update the model of the warehouse with the new shelves.',
]

const slots: Readonly<Record<string, readonly string[]>> = {
  company: ['Norvik Steel', 'Alba Foods', 'Tessaro', 'Quillon Labs', 'Havel Rail', 'Ostra Energy'],
  rating: ['Overweight', 'Buy', 'Neutral', 'Underweight', 'Hold', 'Outperform'],
  price: ['EUR 48', 'USD 112', 'CHF 310', 'GBP 7.40', 'EUR 23.50', 'USD 65'],
  percent: ['3 %', '7.5 %', '12 %', '18 %', '1.8 %', '24 %'],
  multiple: ['9', '11.5', '14', '6.8', '21', '17'],
  month: ['January', 'March', 'May', 'August', 'October'],
  day: ['Monday', 'Tuesday', 'Thursday', 'Friday'],
}

/** Texts of the topic and of ordinary business, each of one to eight sentences. */
export interface ResearchTexts {
  readonly examples: readonly string[]
  readonly others: readonly string[]
}

/**
 * Writes texts to learn from, of three sentences in four, or texts to measure with, of the others: the two have no
 * sentence in common.
 */
export function writeResearch(purpose: 'learn' | 'measure', count: number): ResearchTexts {
  let state = purpose === 'learn' ? 1 : 2
  const pick = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * limit)
  }
  const fill = (sentence: string): string =>
    sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const words = slots[name] ?? []
      return words[pick(words.length)] ?? ''
    })
  const write = (sentences: readonly string[]): string[] => {
    const usable = sentences.filter((_, at) => (at % 4 === 3) === (purpose === 'measure'))
    return Array.from({ length: count }, () =>
      Array.from({ length: 1 + pick(8) }, () => fill(usable[pick(usable.length)] ?? '')).join(' '),
    )
  }
  return { examples: write(research), others: write(business) }
}
