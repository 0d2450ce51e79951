// SPDX-License-Identifier: Apache-2.0

/** Currencies without smaller units, and those with three digits (ISO 4217); all others have two. The console rounds by the same table. */
const whole = new Set(['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF']);
const threeDigits = new Set(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']);
export const digitsOf = (currency: string): number => (whole.has(currency) ? 0 : threeDigits.has(currency) ? 3 : 2);

/** Prices may have more digits than what is charged. */
const priceDigits = 6;
const written = (value: number, least: number, most: number): string => new Intl.NumberFormat('en', { minimumFractionDigits: least, maximumFractionDigits: most }).format(value);

/** What is to be paid, as the console says it: 1,234.50 EUR. */
export const formatMoney = (amount: number, currency: string | null | undefined): string => `${written(amount, digitsOf(currency ?? ''), digitsOf(currency ?? ''))}${currency ? ` ${currency}` : ''}`;
/** A price, with all its digits: 0.0125. */
export const formatPrice = (price: number, currency: string | null | undefined): string => written(price, digitsOf(currency ?? ''), priceDigits);
/** A price as a number field takes it: 6.90. */
export const writtenPrice = (price: number, currency: string): string => written(price, digitsOf(currency), priceDigits).replaceAll(',', '');
/** A quantity; three digits at most, none of them lost. */
export const formatQuantity = (quantity: number): string => written(quantity, 0, 3);
