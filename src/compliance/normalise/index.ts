export { viewOf } from './view.ts'
