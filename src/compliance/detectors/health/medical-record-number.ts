import { isRepeated } from '../checksums.ts'
import { confidence } from '../contract.ts'
import type { FormatDetector } from '../contract.ts'

/** Number of a patient or a medical record next to words that name one. */
export const medicalRecordNumber: FormatDetector = {
  label: 'medical-record-number',
  category: 'health',
  formats: [
    '9{5,12}',
    'A9{4,10}',
    'AA9{4,10}',
    'AAA9{4,10}',
    'AAA-9{4,10}',
    'AA-9{4,10}',
    'A-9{4,10}',
    '9{2,4}-9{2,4}-9{2,4}',
    '9{3,6}-9{3,6}',
    'AAAA9{4,8}',
    'AAAA-9{4,8}',
    '9{6,9}A',
  ],
  context: [
    'mrn',
    'medical record',
    'medical record number',
    'medical record no',
    'patient id',
    'patient number',
    'patient no',
    'chart number',
    'patientid',
    'hospital number',
    'health record',
    'record number',
    'patientennummer',
    'patienten id',
    'fallnummer',
    'dossier medical',
    'numero de dossier',
    'historia clinica',
    'cartella clinica',
    'patient identifier',
    'member id',
    'subscriber id',
    'health plan',
    'policy id',
  ],
  needsContext: true,
  rate(value) {
    return isRepeated(value) ? 0 : confidence.loose
  },
}
