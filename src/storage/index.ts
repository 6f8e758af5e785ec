export { dataConfigSchema, type DataConfig } from './config.ts'
export { openKeyFile } from './key-file.ts'
export {
  migrate,
  openDatabase,
  readDatabase,
  type Migration,
  type SqliteDatabase,
  type SqliteStatement,
  type SqlParameters,
  type SqlValue,
} from './sqlite.ts'
