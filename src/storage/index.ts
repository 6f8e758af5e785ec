export { dataConfigSchema, type DataConfig } from './config.ts'
export {
  migrate,
  openDatabase,
  type Migration,
  type SqliteDatabase,
  type SqliteStatement,
  type SqlParameters,
  type SqlValue,
} from './sqlite.ts'
