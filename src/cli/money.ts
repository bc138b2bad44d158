/** Cost in millionths of the price list's currency, with as many digits as it needs: 0.0004, 1.25. */
export function costText(micros: number): string {
  const whole = micros / 1_000_000;
  if (micros === 0) return '0';
  return whole >= 1 ? whole.toFixed(2) : whole.toFixed(6).replace(/(\.\d\d\d*?)0+$/, '$1');
}
