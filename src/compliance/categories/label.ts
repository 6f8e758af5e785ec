/** Form of a label of content, such as `research` or `deal:falcon`. */
export const labelPattern = /^[a-z0-9][a-z0-9._-]{0,63}(:[a-z0-9][a-z0-9._-]{0,63})?$/
