import type { AnyDetector } from '../contract.ts'
import { cryptoWallet } from './crypto-wallet.ts'
import { iban } from './iban.ts'
import { paymentCard } from './payment-card.ts'
import { swiftBic } from './swift-bic.ts'

/** Detectors of finance. */
export const financeDetectors: readonly AnyDetector[] = [cryptoWallet, iban, paymentCard, swiftBic]
