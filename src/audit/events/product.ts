/** Who makes this product, as SIEMs list it. */
export const vendor = 'Smartflow'
/** What they call it. */
export const product = 'Smartflow Gateway'
