/** A file that is embedded in the binary; the import gives its path. */
declare module '*.bin' {
  const path: string
  export default path
}
