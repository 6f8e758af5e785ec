import { euAiActArticle5Pack } from './eu-ai-act-article-5.ts'
import { gdprPack } from './gdpr.ts'
import { hipaaPack } from './hipaa.ts'
import { mnpiPack } from './mnpi.ts'
import type { PolicyPack } from './pack.ts'
import { pciDssPack } from './pci-dss.ts'
import { secretsPack } from './secrets.ts'

export type { PolicyPack } from './pack.ts'

/** All ready packs. A new one is a file and a line here. */
export const policyPacks: readonly PolicyPack[] = [
  gdprPack,
  hipaaPack,
  pciDssPack,
  mnpiPack,
  secretsPack,
  euAiActArticle5Pack,
]
